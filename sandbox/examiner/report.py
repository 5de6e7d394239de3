"""The report: an item a block for people, or one JSON object for machines."""

import json
from dataclasses import dataclass

from .pains import Pain

WELL = "As it should."


@dataclass
class Verdict:
    """How one pain ended: `mistake` in words, or None."""

    pain: Pain
    mistake: str | None


def as_text(verdicts: list[Verdict]) -> str:
    """What people read, mistakes in full and the rest in a line."""
    right = sum(verdict.mistake is None for verdict in verdicts)
    return "\n".join([*map(of_one, verdicts), f"{right} of {len(verdicts)} are as they should be."])


def of_one(verdict: Verdict) -> str:
    pain = verdict.pain
    lines = [
        f"{'ok    ' if verdict.mistake is None else 'WRONG '} {pain.name}",
        f"        done:   {pain.done}",
        f"        shop:   {verdict.mistake or WELL}",
        f"        should: {pain.should}",
        f"        why:    {pain.why}",
        *(f"                {_address(thread)}" for thread in pain.threads),
    ]
    return "\n".join(lines)


def as_json(verdicts: list[Verdict]) -> str:
    items = [
        {
            "name": verdict.pain.name,
            "passed": verdict.mistake is None,
            "done": verdict.pain.done,
            "shop": verdict.mistake or WELL,
            "should": verdict.pain.should,
            "why": verdict.pain.why,
            "threads": [_address(thread) for thread in verdict.pain.threads],
        }
        for verdict in verdicts
    ]
    return json.dumps({"full_marks": all(item["passed"] for item in items), "items": items})


def _address(thread: str) -> str:
    """GitHub leads from an issue's address to a pull request's."""
    repository, _, number = thread.partition("#")
    return f"https://github.com/{repository}/issues/{number}"
