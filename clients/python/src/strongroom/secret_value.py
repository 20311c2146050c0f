"""A secret as a parameter: shown by nothing, taken out once."""

from __future__ import annotations

import hmac
import secrets
from threading import Lock
from typing import Final

from .guarded import Guarded

# Values are compared by a MAC under a key of this process: in constant time, whatever their lengths, and also after
# they were taken out and forgotten.
_COMPARING: Final = secrets.token_bytes(32)
_TAKING: Final = Lock()


class SecretValue(Guarded):
    """A text that prints as ``[redacted]`` and can be unwrapped once.

    Follows ``qhub.commons.secret.SecretValue`` (qhub-commons 1.2.2): ``str(s)`` is ``[redacted]``, ``repr(s)`` is
    ``SecretValue([redacted])``, ``unwrap()`` answers once and then raises ``ValueError``, an object is always true, has
    no length and no hash, and two are equal when value and lock state are.

    Tighter than the original, on purpose:

    - ``copy``, ``deepcopy`` and ``pickle`` raise ``TypeError``; there, copies could be unwrapped again and the bytes of
      a pickle held the value.
    - There is no ``model_dump``, ``model_dump_json`` or other serialiser, and ``json.dumps`` raises ``TypeError``; there,
      serialising showed the value any number of times without locking.
    - ``vars(s)``, ``dict(s)`` and ``list(s)`` raise ``TypeError``; there, they were empty.
    - No attribute can be set; there, ``s._locked = False`` unlocked it.
    - It cannot be subclassed, as a subclass could show the value.
    - The value must be a ``str``, and unknown keywords are a ``TypeError``; there, anything went.
    - After ``unwrap()`` the object no longer holds the value.
    - Comparing takes the same time whatever is equal; there, it stopped at the first difference.
    - It is no pydantic model, so that this package needs no pydantic.

    What no Python object can do: keep code that runs in the same process from reading its memory.
    """

    __slots__ = ("__mac", "__value")

    __value: str | None
    __mac: bytes

    def __init__(self, value: str) -> None:
        """Holds ``value``; ``TypeError`` unless it is a text."""
        if not isinstance(value, str):
            raise TypeError(f"the value of a SecretValue is a str, not {type(value).__name__}")
        mac = hmac.digest(_COMPARING, value.encode("utf-8", "surrogatepass"), "sha256")
        object.__setattr__(self, "_SecretValue__value", value)
        object.__setattr__(self, "_SecretValue__mac", mac)

    @property
    def is_locked(self) -> bool:
        """Whether the value was taken out."""
        return self.__value is None

    def unwrap(self) -> str:
        """The value, once. Every later call raises ``ValueError``, in any thread."""
        with _TAKING:
            value = self.__value
            object.__setattr__(self, "_SecretValue__value", None)
        if value is None:
            raise ValueError("Secret is locked and cannot be unwrapped")
        return value

    def __eq__(self, other: object) -> bool:
        """Same value and same lock state; never equal to a ``str``."""
        if not isinstance(other, SecretValue):
            return NotImplemented
        same = hmac.compare_digest(self.__mac, other.__mac)
        return same and self.is_locked == other.is_locked

    def __str__(self) -> str:
        """``[redacted]``."""
        return "[redacted]"

    def __repr__(self) -> str:
        """``SecretValue([redacted])``."""
        return "SecretValue([redacted])"
