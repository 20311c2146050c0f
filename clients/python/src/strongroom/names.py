"""The rules for names, as the server has them: checked before a name becomes part of an address."""

from __future__ import annotations

import re
from typing import Final

from .errors import ConfigurationError, InvalidNameError

_SECRET: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}")
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def secret_name(name: str) -> str:
    """``name``, if it can be the name of a secret; otherwise ``InvalidNameError`` (or ``TypeError`` for no text)."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a secret is a str, not {type(name).__name__}")
    if not _SECRET.fullmatch(name):
        raise InvalidNameError(
            f"{name[:80]!a} is not the name of a secret: 1 to 253 letters, digits, `_`, `.` and `-`, "
            "starting with a letter, a digit or `_`"
        )
    return name


def slug(variable: str, name: str) -> str:
    """``name``, if it can name a project, service or environment; ``variable`` says in an error where it was set."""
    if not _SLUG.fullmatch(name):
        raise ConfigurationError(
            f"{variable} is {name[:80]!a}; use at most 63 lower-case letters, digits and `-`, starting with a letter"
        )
    return name


def is_variable(name: str) -> bool:
    """Whether a shell could name a variable so."""
    return _VARIABLE.fullmatch(name) is not None


def variable_of(name: str) -> str:
    """The variable a secret becomes without a binding, as in ``strongroom run``.

    Its name where that is one; else with ``-`` and ``.`` as ``_``, upper-cased.
    """
    return name if is_variable(name) else re.sub("[-.]", "_", name).upper()
