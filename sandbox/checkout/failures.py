"""Why a try failed: Xendit's codes and their meaning."""

from . import texts

# Code → text of the languages' files; codes that ask the same of the buyer share one.
MEANINGS = {
    "ACCOUNT_ACCESS_BLOCKED": "account_refused",
    "ACCOUNT_ALREADY_LINKED": "already_linked",
    "ACCOUNT_NOT_ACTIVATED": "account_inactive",
    "AUTHENTICATION_FAILED": "not_authenticated",
    "CAPTURE_AMOUNT_EXCEEDED": "merchant_fault",
    "CARD_DECLINED": "declined_by_bank",
    "CHANNEL_UNAVAILABLE": "provider_unreachable",
    "DECLINED_BY_ISSUER": "declined_by_bank",
    "DECLINED_BY_PROCESSOR": "declined_by_processor",
    "EXPIRED_CARD": "expired_card",
    "EXPIRED_OTP": "late_code",
    "FAILURE_DETAILS_UNAVAILABLE": "any",
    "INACTIVE_OR_UNAUTHORIZED_CARD": "inactive_card",
    "INSUFFICIENT_BALANCE": "balance",
    "INVALID_ACCOUNT_DETAILS": "wrong_details",
    "INVALID_CARD": "wrong_details",
    "INVALID_CVV": "wrong_cvn",
    "INVALID_MERCHANT_CREDENTIALS": "merchant_fault",
    "INVALID_MERCHANT_SETTINGS": "merchant_fault",
    "INVALID_OTP": "wrong_code",
    "INVALID_TOKEN": "saved_method_gone",
    "ISSUER_SUSPECT_FRAUD": "suspicious",
    "ISSUER_UNAVAILABLE": "bank_unreachable",
    "OTP_ATTEMPT_COUNTS_EXCEEDED": "many_codes",
    "PARTIAL_APPROVAL": "balance",
    "PARTNER_TIMEOUT_ERROR": "slow_provider",
    "PAYMENT_AMOUNT_LIMITS_EXCEEDED": "above_limit",
    "PAYMENT_ATTEMPT_COUNTS_EXCEEDED": "many_tries",
    "PAYMENT_REQUEST_EXPIRED": "try_over",
    "PROCESSOR_ERROR": "processor_fault",
    "SERVER_ERROR": "fault",
    "STOLEN_CARD": "stolen_card",
    "SUSPECTED_FRAUDULENT": "suspicious",
    "TIMEOUT_ERROR": "slow_provider",
    "TRANSACTION_BLOCKED": "declined_by_bank",
    "USER_DECLINED_PAYMENT": "refused",
    "USER_DEVICE_UNREACHABLE": "device_offline",
    "USER_DID_NOT_AUTHORIZE": "not_confirmed",
}
LAPSED = "PAYMENT_REQUEST_EXPIRED"
# What a learner may choose from. Each code has a text of its own here.
PRESENT_FAILURES = (
    "INSUFFICIENT_BALANCE",
    "USER_DECLINED_PAYMENT",
    "PAYMENT_AMOUNT_LIMITS_EXCEEDED",
    "ISSUER_UNAVAILABLE",
    "PARTNER_TIMEOUT_ERROR",
)
WALLET_FAILURES = (
    "USER_DECLINED_PAYMENT",
    "USER_DID_NOT_AUTHORIZE",
    "USER_DEVICE_UNREACHABLE",
    "INSUFFICIENT_BALANCE",
    "PAYMENT_AMOUNT_LIMITS_EXCEEDED",
    "PAYMENT_ATTEMPT_COUNTS_EXCEEDED",
    "ACCOUNT_ACCESS_BLOCKED",
    "ACCOUNT_NOT_ACTIVATED",
    "INVALID_TOKEN",
    "CHANNEL_UNAVAILABLE",
    "PARTNER_TIMEOUT_ERROR",
    "INVALID_MERCHANT_SETTINGS",
    "SERVER_ERROR",
    "FAILURE_DETAILS_UNAVAILABLE",
)
BANK_FAILURES = (
    "INVALID_ACCOUNT_DETAILS",
    "INVALID_OTP",
    "EXPIRED_OTP",
    "OTP_ATTEMPT_COUNTS_EXCEEDED",
    "DECLINED_BY_ISSUER",
    "ISSUER_UNAVAILABLE",
)


def reason(failure_code: str, language: str = texts.FALLBACK) -> str:
    return texts.say(language, f"failure.{MEANINGS.get(failure_code, 'any')}")


def choices(channel: dict) -> tuple[str, ...]:
    """The failures that the page offers for a channel."""
    if channel["kind"] != "redirect":
        return PRESENT_FAILURES
    return WALLET_FAILURES + (BANK_FAILURES if channel["type"] == "ONLINE_BANKING" else ())
