"""What can go wrong. No error ever holds a value or a token, nor do the errors it was raised from."""

from __future__ import annotations


class StrongroomError(Exception):
    """The root of every error of this package that is not a mistake in a call."""


class ConfigurationError(StrongroomError):
    """A setting, a file of settings or a program to run is missing or wrong; the sentence names it."""


class InvalidNameError(StrongroomError, ValueError):
    """A name breaks its rule; the sentence says which character or rule. Nothing was sent."""


class InputError(StrongroomError, ValueError):
    """An input of a program is missing, is not JSON, or does not fit its parameter."""


class MissingSecretError(StrongroomError, ValueError):
    """A parameter needs a secret that neither the environment nor the server holds."""


class UnusableSecretError(StrongroomError, ValueError):
    """There is a secret, but it cannot be what it is wanted for (bytes as a variable, two secrets for one variable)."""


class UnreachableError(StrongroomError):
    """Nothing answers at the server's address, or not in time, or not with a certificate this machine trusts."""


class ReplyError(StrongroomError):
    """Something answers that is not Strongroom, or not of a version this package understands."""


class RefusedError(StrongroomError):
    """The server said no (RFC 9457).

    ``status`` is the HTTP status, ``code`` the server's stable word for it (``denied``, ``not_found``, ...),
    ``request_id`` what to look for in the server's log.
    """

    def __init__(self, detail: str, status: int, code: str, request_id: str | None) -> None:
        """An answer that was not a success."""
        super().__init__(detail if request_id is None else f"{detail} (request {request_id})")
        self.detail = detail
        self.status = status
        self.code = code
        self.request_id = request_id


class UnauthorizedError(RefusedError):
    """401: the token is wrong, expired or revoked."""


class ForbiddenError(RefusedError):
    """403: seen, but the token may not do this."""


class NotFoundError(RefusedError):
    """404: the project, service or environment does not exist, or the token may not see it."""


def refusal(detail: str, status: int, code: str, request_id: str | None) -> RefusedError:
    """The error of a status."""
    kinds = {401: UnauthorizedError, 403: ForbiddenError, 404: NotFoundError}
    return kinds.get(status, RefusedError)(detail, status, code, request_id)
