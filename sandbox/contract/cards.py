"""Cards: what a buyer types, Xendit's test numbers and what each does."""

import re
from collections.abc import Mapping
from datetime import datetime

from . import typed

NAME_LENGTH = 100
YEAR = r"(?:20)?(?P<year>\d\d)"
# With anything between the two numbers, with nothing between them, and with the year first, as browsers fill it in.
EXPIRIES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?P<month>0?[1-9]|1[0-2])-{YEAR}",
        rf"(?P<month>0[1-9]|1[0-2]){YEAR}",
        r"20(?P<year>\d\d)-(?P<month>0?[1-9]|1[0-2])",
    )
)
NETWORKS = {
    "4": "VISA",
    "5": "MASTERCARD",
    "35": "JCB",
    "3337": "JCB",
    "34": "AMEX",
    "37": "AMEX",
    "1": "BCA",
}
AMEX_PREFIXES = ("34", "37")

FRICTIONLESS = {
    "4000000000001000",
    "5200000000001005",
    "4440000042200014",
    "5123456789012346",
    "378282246310005",
    "340000000002708",
}
FRICTIONLESS_IF_SMALL = {"4200350000000801", "5413530000000501"}
SMALL_THB = 20
# Offered on the page: number, and the text that says what it does.
HINTS = (("4000 0000 0000 2503", "card.hint_challenge"), ("5200 0000 0000 1005", "card.hint_frictionless"))
# What the bank of a challenged card takes; every other code is wrong.
RIGHT_CODE = "123456"
LATE_CODE = "000000"
AUTHENTICATION_FAILURES = (
    "UNAUTHENTICATED",
    "CANCELLED_AUTHENTICATION",
    "AUTHENTICATION_NOT_AVAILABLE",
    "AUTHENTICATION_REJECTED",
    "AUTHENTICATION_SERVER_ERROR",
    "API_GW_ASM_POLICY_ERROR",
)
# With these cards the amount decides, as in Xendit's test mode.
CARDS_FOR_FAILING_AMOUNTS = {"4000XXXXXXXX2503", "5200XXXXXXXX2151"}
FAILING_AMOUNTS = {
    10051: "EXPIRED_CARD",
    10052: "SUSPECTED_FRAUDULENT",
    10053: "DECLINED_BY_PROCESSOR",
    10054: "INSUFFICIENT_BALANCE",
    10055: "STOLEN_CARD",
    10056: "INACTIVE_OR_UNAUTHORIZED_CARD",
    10057: "PROCESSOR_ERROR",
    10058: "INVALID_CVV",
    10059: "DECLINED_BY_ISSUER",
}
FAILING_AMOUNTS_VN = {
    405400: "EXPIRED_CARD",
    405900: "SUSPECTED_FRAUDULENT",
    405100: "INSUFFICIENT_BALANCE",
    400700: "STOLEN_CARD",
    405500: "INACTIVE_OR_UNAUTHORIZED_CARD",
    402500: "PROCESSOR_ERROR",
    403900: "INVALID_CVV",
    400300: "DECLINED_BY_ISSUER",
}
# Those of the MPGS simulator, for which Xendit names no card: they fail with every card.
FAILING_AMOUNTS_MPGS = {
    10.05: "DECLINED_BY_ISSUER",
    10.14: "INVALID_CARD",
    10.3: "PROCESSOR_ERROR",
    10.51: "INSUFFICIENT_BALANCE",
}
FAILING_AMOUNT_MPGS_VISA = 10.65


def mistakes(form: Mapping[str, str], today: datetime) -> dict[str, str]:
    """Field name → the text about it, for each field of the card form that can't be right today."""
    number = typed.digits(form.get("card_number", ""))
    checks = {
        "card_number": _is_card_number(number),
        "expiry": _month_and_year(form.get("expiry", "")) is not None,
        "cvn": _is_cvn(typed.digits(form.get("cvn", "")), number),
        "cardholder_name": _is_name(typed.words(form.get("cardholder_name", ""))),
    }
    found = {field: f"mistake.{field}" for field, is_right in checks.items() if not is_right}
    if "expiry" not in found and _is_past(form["expiry"], today):
        found["expiry"] = "mistake.past"
    return found


def details(form: Mapping[str, str]) -> dict:
    """What a payment keeps of the card, whose form has no mistakes: never the whole number, never the CVN."""
    number = typed.digits(form["card_number"])
    month, year = _month_and_year(form["expiry"])
    first_name, _, last_name = typed.words(form["cardholder_name"]).partition(" ")
    return {
        "masked_card_number": f"{number[:4]}{'X' * (len(number) - 8)}{number[-4:]}",
        "expiry_month": f"{month:02}",
        "expiry_year": str(year),
        "network": _network(number),
        "cardholder_first_name": first_name,
        **({"cardholder_last_name": last_name} if last_name else {}),
    }


def payment_details(flow: str, authorization_code: str) -> dict:
    """What the bank's answer adds to a payment, with `flow` FULL_AUTH or FRICTIONLESS."""
    return {
        "authentication_data": {"flow": flow, "a_res": {"eci": "05", "message_version": "2.2.0"}},
        "authorization_data": {
            "authorization_code": authorization_code,
            "cvn_verification_result": "M",
            "address_verification_result": "M",
        },
    }


def is_frictionless(number: str, session: dict) -> bool:
    """Whether the card's bank asks the buyer nothing."""
    number = typed.digits(number)
    is_small = session["currency"] == "THB" and session["amount"] < SMALL_THB
    return number in FRICTIONLESS or (is_small and number in FRICTIONLESS_IF_SMALL)


def failure_for_amount(card: dict, session: dict) -> str | None:
    """The failure that Xendit's test mode ties to the session's amount, or None."""
    amount = session["amount"]
    if amount == FAILING_AMOUNT_MPGS_VISA and card["network"] == "VISA":
        return "DECLINED_BY_ISSUER"
    if amount in FAILING_AMOUNTS_MPGS:
        return FAILING_AMOUNTS_MPGS[amount]
    if card["masked_card_number"] not in CARDS_FOR_FAILING_AMOUNTS:
        return None
    return _failing_amounts(session).get(amount)


def is_test_amount(session: dict) -> bool:
    """Whether the amount is one that Xendit's test mode names to make some card fail."""
    named = {*_failing_amounts(session), *FAILING_AMOUNTS_MPGS, FAILING_AMOUNT_MPGS_VISA}
    return session["amount"] in named


def _failing_amounts(session: dict) -> dict[int, str]:
    return FAILING_AMOUNTS_VN if session["country"] == "VN" else FAILING_AMOUNTS


def _is_card_number(number: str) -> bool:
    return bool(re.fullmatch(r"\d{12,19}", number, re.ASCII)) and _passes_luhn(number)


def _passes_luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_past(text: str, today: datetime) -> bool:
    month, year = _month_and_year(text)
    return (year, month) < (today.year, today.month)


def _month_and_year(text: str) -> tuple[int, int] | None:
    numbers = typed.numbers(text)
    found = next(filter(None, (form.fullmatch(numbers) for form in EXPIRIES)), None)
    return found and (int(found["month"]), 2000 + int(found["year"]))


def _is_cvn(code: str, number: str) -> bool:
    length = 4 if number.startswith(AMEX_PREFIXES) else 3
    return re.fullmatch(rf"\d{{{length}}}", code, re.ASCII) is not None


def _is_name(name: str) -> bool:
    return len(name) <= NAME_LENGTH and any(map(str.isalpha, name))


def _network(number: str) -> str:
    longest_first = sorted(NETWORKS, key=len, reverse=True)
    return next((NETWORKS[prefix] for prefix in longest_first if number.startswith(prefix)), "UNKNOWN")
