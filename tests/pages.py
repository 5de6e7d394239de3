"""Reading pages as a browser does: the forms with their fields, and the text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

VOID = {"script", "style"}


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """A page that was received: `title`, `forms`, `text`, `links`, elements `by_id`, and the address it came from."""

    def __init__(self, response: requests.Response):
        super().__init__()
        self.url = response.url
        self.status = response.status_code
        self.html = response.text
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.title = ""
        self.by_id: dict[str, dict[str, str]] = {}  # the attributes of each element that has an id
        self._text: list[str] = []
        self._select: str | None = None
        self._is_title = False
        self.feed(response.text)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    @property
    def products(self) -> list[str]:
        """The slugs of the products that the page leads to, in its order."""
        slugs = [link.rpartition("/")[2] for link in self.links if "/products/" in link]
        return list(dict.fromkeys(slugs))

    def form(self, action_ends_with: str) -> Form:
        """Return the first form that posts to an address with this end."""
        found = [form for form in self.forms if form.action.split("?")[0].endswith(action_ends_with)]
        assert found, f"no form to …{action_ends_with} on {self.url}, only {[form.action for form in self.forms]}"
        return found[0]

    def handle_starttag(self, tag: str, attrs) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._is_title = tag == "title" and not self.title
        if "id" in attributes:
            self.by_id[attributes["id"]] = attributes
        if tag == "form":
            action = urljoin(self.url, attributes.get("action") or self.url)
            self.forms.append(Form(action, attributes.get("method", "get").lower(), attributes=attributes))
        elif tag == "a" and "href" in attributes:
            self.links.append(urljoin(self.url, attributes["href"]))
        elif self.forms and tag == "input" and "name" in attributes:
            self._input(attributes)
        elif self.forms and tag == "select":
            self._select = attributes.get("name")
        elif (
            self._select and tag == "option" and ("selected" in attributes or self._select not in self.forms[-1].fields)
        ):
            self.forms[-1].fields[self._select] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._is_title = False
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._is_title:
            self.title += data

    def _input(self, attributes: dict[str, str]) -> None:
        if attributes.get("type") in ("radio", "checkbox") and "checked" not in attributes:
            return
        self.forms[-1].fields[attributes["name"]] = attributes.get("value", "")
