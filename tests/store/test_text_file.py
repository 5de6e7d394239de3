"""Files of the merchant's, as Notepad and other editors save them."""

import codecs
from pathlib import Path

import pytest

from store.catalog.file import CATALOG_FILE
from store.shop import SHOP_FILE, read_shop
from store.text_file import UnreadableText, read_text, read_toml

AS_SAVED = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 LE": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "lines of Windows": lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("file", [SHOP_FILE, CATALOG_FILE], ids=lambda file: file.name)
@pytest.mark.parametrize("save", AS_SAVED.values(), ids=AS_SAVED)
def test_a_merchants_file_reads_the_same_however_it_was_saved(tmp_path: Path, file: Path, save):
    copy = tmp_path / file.name
    copy.write_bytes(save(file.read_text(encoding="utf-8")))

    assert read_toml(copy) == read_toml(file)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "cp874"])
def test_the_line_of_another_code_page_is_named(tmp_path: Path, encoding: str):
    letter = {"cp1252": "é", "cp1258": "đ", "cp874": "ก"}[encoding]
    file = tmp_path / "shop.toml"
    file.write_bytes(f'# One\r\n# Two\r\nname = "Caf{letter}"\r\n'.encode(encoding))
    problems = []

    read_shop(file, problems)

    (problem,) = problems
    assert problem.startswith(
        "shop.toml: line 3 has a character in another encoding than UTF-8; save the file as UTF-8"
    )


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str):
    (tmp_path / "folder").mkdir()

    with pytest.raises(UnreadableText, match=f"{name}: it cannot be read: "):
        read_text(tmp_path / name)


@pytest.mark.parametrize("text", ["name = Warung", "a = " + "[" * 100_000, 'name = "', "a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_said_in_a_sentence(tmp_path: Path, text: str):
    file = tmp_path / "shop.toml"
    file.write_text(text)

    with pytest.raises(UnreadableText, match=r"^shop\.toml: "):
        read_toml(file)
