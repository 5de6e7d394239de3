"""Why a try failed, in words for the buyer. Called by `hosted.py` and `dashboard.py`."""

REASONS = {
    "AUTHENTICATION_FAILED": "The card's owner was not confirmed.",
    "CHANNEL_UNAVAILABLE": "The payment provider can't be reached just now.",
    "DECLINED_BY_ISSUER": "The bank declined the payment.",
    "DECLINED_BY_PROCESSOR": "The card processor declined the payment.",
    "EXPIRED_CARD": "The card has expired.",
    "INACTIVE_OR_UNAUTHORIZED_CARD": "The card is not enabled for online payments.",
    "INSUFFICIENT_BALANCE": "There is not enough money in the account.",
    "INVALID_CVV": "The security code is wrong.",
    "ISSUER_UNAVAILABLE": "The bank can't be reached just now.",
    "PARTNER_TIMEOUT_ERROR": "The payment provider took too long to answer.",
    "PAYMENT_AMOUNT_LIMITS_EXCEEDED": "The amount is above the account's limit.",
    "PROCESSOR_ERROR": "The card processor had a fault.",
    "STOLEN_CARD": "The card was reported stolen.",
    "SUSPECTED_FRAUDULENT": "The payment looked suspicious to the bank.",
    "USER_DECLINED_PAYMENT": "The payment was refused in the app.",
}
ANY_REASON = "The payment did not go through."
# What a learner may choose from on the QR code's panel.
QR_FAILURES = (
    "INSUFFICIENT_BALANCE",
    "USER_DECLINED_PAYMENT",
    "PAYMENT_AMOUNT_LIMITS_EXCEEDED",
    "ISSUER_UNAVAILABLE",
    "PARTNER_TIMEOUT_ERROR",
)


def reason(failure_code):
    return REASONS.get(failure_code, ANY_REASON)
