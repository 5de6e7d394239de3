"""The command `python -m sandbox examine`: reads the options, plays the pains, prints the report."""

import argparse
import math
import signal
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from threading import Event
from typing import Never

from ..settings import DEFAULT_PORT, DEFAULT_SECRET_KEY, DEFAULT_WEBHOOK_TOKEN, Settings
from . import report
from .commands import Shop, Unexaminable, parts_of
from .judge import Stage, mistake_in
from .pains import PAINS, Pain
from .provider import Provider
from .report import Verdict

PATIENCE = 90.0
# So many items are played at the same time.
AT_ONCE = 8
FULL_MARKS, MISTAKES, UNEXAMINED = 0, 1, 2
PORTS = range(1, 65536)


def main(arguments: list[str]) -> int:
    """The exit code: 0 with full marks, 1 with mistakes, 2 where the shop could not be examined."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if problem := _problem(options):
        parser.error(problem)
    signal.signal(signal.SIGTERM, _stop)
    try:
        verdicts = _examine(options)
    except Unexaminable as reason:
        print(f"The shop could not be examined. {reason}", file=sys.stderr)
        return UNEXAMINED
    print(report.as_json(verdicts) if options.json else report.as_text(verdicts))
    return FULL_MARKS if all(verdict.mistake is None for verdict in verdicts) else MISTAKES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox examine", description="Grade a shop in any language. docs/examiner.md tells how."
    )
    parser.add_argument("--buy", required=True, help="command that prints payment link and name of a fresh order")
    parser.add_argument("--status", required=True, help="command that prints what the order with that name is")
    parser.add_argument("--webhook-url", required=True, help="where the shop takes Xendit's webhooks")
    parser.add_argument("--webhook-token", default=DEFAULT_WEBHOOK_TOKEN, help="x-callback-token (%(default)s)")
    parser.add_argument("--secret-key", default=DEFAULT_SECRET_KEY, help="the shop's API key (%(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of the API the shop calls (%(default)s)")
    parser.add_argument("--only", help=f"some items, with commas: {','.join(PAINS)}")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="seconds within which an order becomes what it should (90)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _problem(options: argparse.Namespace) -> str | None:
    """The first thing wrong with the options, as a sentence."""
    for name in ("buy", "status"):
        try:
            parts_of(getattr(options, name))
        except ValueError as error:
            return f"--{name} is no command: {error}."
    if options.port not in PORTS:
        return "--port must be from 1 to 65535, and the one that the shop calls."
    if not (math.isfinite(options.patience) and options.patience > 0):
        return "--patience must be a number of seconds above 0."
    if unknown := [name for name in _names(options) if name not in PAINS]:
        return f"--only knows no {', '.join(unknown)}; it takes {', '.join(PAINS)}."
    return Settings(
        secret_key=options.secret_key, webhook_url=options.webhook_url, webhook_token=options.webhook_token
    ).problem()


def _names(options: argparse.Namespace) -> list[str]:
    return list(PAINS) if options.only is None else options.only.split(",")


def _examine(options: argparse.Namespace) -> list[Verdict]:
    """Raises Unexaminable."""
    chosen = [PAINS[name] for name in _names(options)]
    with Provider(options.port, options.secret_key, options.webhook_url, options.webhook_token) as provider:
        _tell(f"The sandbox is at {provider.address}: the shop must call it there, with the key {options.secret_key}.")
        _tell(f"Webhooks go to {options.webhook_url} with the token {options.webhook_token}.")
        shop = Shop(options.buy, options.status, provider.address)
        # Commands that are no good are said at once; later a missing link is a mistake of the shop's.
        shop.status(shop.buy().name)
        is_over = Event()
        stages = {pain: Stage(shop, provider, options.patience, is_over) for pain in chosen}
        verdicts = _play_all(stages, is_over)
        for pain, stage in stages.items():
            verdicts[pain].mistake = verdicts[pain].mistake or mistake_in(stage.look_again)
    return [verdicts[pain] for pain in chosen]


def _play_all(stages: dict[Pain, Stage], is_over: Event) -> dict[Pain, Verdict]:
    """Play what bears company at the same time, and then the rest."""
    together = [(pain, stage) for pain, stage in stages.items() if not pain.is_alone]
    alone = [(pain, stage) for pain, stage in stages.items() if pain.is_alone]
    with ThreadPoolExecutor(AT_ONCE) as hands:
        try:
            found = [played.result() for played in as_completed(hands.submit(_play, *each) for each in together)]
        except BaseException:
            # What is being played ends at its next look.
            is_over.set()
            hands.shutdown(wait=False, cancel_futures=True)
            raise
    found += [_play(pain, stage) for pain, stage in alone]
    return {verdict.pain: verdict for verdict in found}


def _play(pain: Pain, stage: Stage) -> Verdict:
    mistake = mistake_in(partial(pain.play, stage))
    _tell(f"{pain.name}: {'ok' if mistake is None else mistake}")
    return Verdict(pain, mistake)


def _tell(line: str) -> None:
    """What goes on meanwhile, apart from the report."""
    print(line, file=sys.stderr, flush=True)


def _stop(*_: object) -> Never:
    raise SystemExit(UNEXAMINED)
