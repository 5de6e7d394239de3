"""Xendit's error envelope and the refusals that use it."""

from collections.abc import Iterable


class ApiError(Exception):
    """A refusal: HTTP status, `error_code`, `message` and sometimes `errors`."""

    def __init__(self, status: int, error_code: str, message: str, errors: list[dict] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.message = message
        self.errors = errors

    @property
    def envelope(self) -> dict:
        body = {"error_code": self.error_code, "message": self.message}
        return body if self.errors is None else body | {"errors": self.errors}


def refusal(error_code: str, message: str, status: int = 400) -> ApiError:
    return ApiError(status, error_code, message)


def invalid_api_key() -> ApiError:
    return ApiError(401, "INVALID_API_KEY", "API key is not authorized for this API")


def session_not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "Session not found")


def data_not_found(message: str) -> ApiError:
    return ApiError(404, "DATA_NOT_FOUND", message)


def unsupported_content_type() -> ApiError:
    """Source: the 415 responses of the Payments OpenAPI file."""
    return ApiError(415, "UNSUPPORTED_CONTENT_TYPE", "The content type requested is not supported.")


def customer_known() -> ApiError:
    message = "customer: The reference_id entered has been used before. Please enter a unique reference_id"
    return ApiError(409, "DUPLICATE_ERROR", message)


def session_not_active(status: str) -> ApiError:
    return ApiError(422, "INVALID_SESSION_STATUS", f"Session status is {status}, expecting ACTIVE")


def session_not_ended(status: str) -> ApiError:
    return ApiError(422, "INVALID_SESSION_STATUS", f"Session status is {status}, expecting EXPIRED or CANCELED")


def missing(path: str, name: str) -> ApiError:
    """The object at that path lacks a property."""
    return invalid_request([(path, f"must have required property '{name}'")])


def invalid_request(problems: Iterable[tuple[str, str]]) -> ApiError:
    """`problems` are (path, message) pairs, such as ("/body/amount", "must be number")."""
    message = ", ".join(f"request{path} {message}" for path, message in problems)
    return ApiError(400, "API_VALIDATION_ERROR", message, [_problem(*problem) for problem in problems])


def _problem(path: str, message: str) -> dict[str, str]:
    # A missing property is reported about its parent and located at the property itself.
    missing = message.removeprefix("must have required property ")
    if missing != message:
        path = f"{path}/{missing.strip(chr(39))}"
    return {"message": message, "path": path}
