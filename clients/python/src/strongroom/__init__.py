"""Strongroom's secrets in Python.

``context`` reads and writes them as StreamZero's scripts do, ``SecretValue`` and ``run`` hand them to a function as
qhub does, ``Secret`` asks for them as Flyte does.
"""

from .errors import (
    ConfigurationError,
    ForbiddenError,
    InputError,
    InvalidNameError,
    MissingSecretError,
    NotFoundError,
    RefusedError,
    ReplyError,
    StrongroomError,
    UnauthorizedError,
    UnreachableError,
    UnusableSecretError,
)
from .execution import Context, SetResult, context
from .parameters import variable_of_parameter
from .runner import run
from .secret import Secret, SecretRequest, run_line, secrets_of
from .secret_value import SecretValue

__all__ = [
    "ConfigurationError",
    "Context",
    "ForbiddenError",
    "InputError",
    "InvalidNameError",
    "MissingSecretError",
    "NotFoundError",
    "RefusedError",
    "ReplyError",
    "Secret",
    "SecretRequest",
    "SecretValue",
    "SetResult",
    "StrongroomError",
    "UnauthorizedError",
    "UnreachableError",
    "UnusableSecretError",
    "context",
    "run",
    "run_line",
    "secrets_of",
    "variable_of_parameter",
]
