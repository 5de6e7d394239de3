"""Why a try to pay failed, in plain words with one next step. Pure data.

The codes are those of Xendit's payment object (CONTRACT 5.4); any other gets the general sentence.
"""

UNKNOWN = "The payment did not go through. You can try again, or choose another way to pay."

_BANK_SAID_NO = "Your bank or wallet declined the payment. Ask them why, or choose another way to pay."
_NOT_CONFIRMED = "The payment was not confirmed. Try again, and confirm it when your bank or wallet asks you to."
_NO_FUNDS = "There was not enough money for this payment. Top up and try again, or choose another way to pay."
_WRONG_DETAILS = "The card or account details did not match. Check them and try again."
_CARD_NOT_USABLE = "This card cannot be used here. Try another card, or choose another way to pay."
_OUT_OF_SERVICE = "The bank or wallet cannot be reached at the moment. Try again later, or choose another way."
_LIMIT = "This payment is over a limit of your card or account. Choose another way to pay."
_OUR_FAULT = "A setting of the shop is at fault, not you. Choose another way to pay, or ask us."
_TOO_LATE = "The time to confirm the payment ran out. Try again."

_REASONS = {
    _BANK_SAID_NO: (
        "CARD_DECLINED", "DECLINED_BY_ISSUER", "DECLINED_BY_PROCESSOR", "SUSPECTED_FRAUDULENT", "ISSUER_SUSPECT_FRAUD",
        "TRANSACTION_BLOCKED", "ACCOUNT_ACCESS_BLOCKED",
    ),
    _NOT_CONFIRMED: ("AUTHENTICATION_FAILED", "USER_DECLINED_PAYMENT", "USER_DEVICE_UNREACHABLE", "INVALID_OTP"),
    _NO_FUNDS: ("INSUFFICIENT_BALANCE",),
    _WRONG_DETAILS: ("INVALID_CVV", "INVALID_ACCOUNT_DETAILS", "INVALID_CARD", "INVALID_TOKEN"),
    _CARD_NOT_USABLE: ("EXPIRED_CARD", "STOLEN_CARD", "INACTIVE_OR_UNAUTHORIZED_CARD", "ACCOUNT_NOT_ACTIVATED"),
    _OUT_OF_SERVICE: (
        "CHANNEL_UNAVAILABLE", "ISSUER_UNAVAILABLE", "PROCESSOR_ERROR", "PARTNER_TIMEOUT_ERROR", "TIMEOUT_ERROR",
        "SERVER_ERROR",
    ),
    _LIMIT: (
        "PAYMENT_AMOUNT_LIMITS_EXCEEDED", "PAYMENT_ATTEMPT_COUNTS_EXCEEDED", "OTP_ATTEMPT_COUNTS_EXCEEDED",
    ),
    _OUR_FAULT: ("INVALID_MERCHANT_SETTINGS", "INVALID_MERCHANT_CREDENTIALS"),
    _TOO_LATE: ("EXPIRED_OTP", "USER_DID_NOT_AUTHORIZE", "PAYMENT_REQUEST_EXPIRED"),
}  # fmt: skip

_BY_CODE = {code: reason for reason, codes in _REASONS.items() for code in codes}


def reason(code: str) -> str:
    """Return a sentence for the buyer on why a try failed and what to do next."""
    return _BY_CODE.get(code, UNKNOWN)
