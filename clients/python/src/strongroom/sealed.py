"""Values on their way: sealed by the server to a key that lives for one read (HPKE, RFC 9180; docs/sealed.md)."""

from __future__ import annotations

import base64
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from .errors import ReplyError
from .guarded import Guarded

HEADER: Final = "Strongroom-Public-Key"
MEDIA_TYPE: Final = "application/vnd.strongroom.sealed+json"
_VERSION: Final = 1
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class Subject(NamedTuple):
    """What was asked for: everything a service gets in an environment, or (with ``name``) one value of it."""

    project: str
    service: str
    environment: str
    name: str | None

    def info(self, sequence: int) -> bytes:
        """What an answer is bound to. No name holds a line break."""
        lines = (f"strongroom values {_VERSION}", self.project, self.service, self.environment, self.name or "")
        return "\n".join((*lines, str(sequence))).encode()


class OneTimeKey(Guarded):
    """The key pair of one read. OpenSSL wipes the private half when this object goes."""

    __slots__ = ("__key",)

    __key: X25519PrivateKey

    def __init__(self, key: X25519PrivateKey | None = None) -> None:
        """A new pair; ``key`` is for known answers."""
        object.__setattr__(self, "_OneTimeKey__key", key or X25519PrivateKey.generate())

    @property
    def public(self) -> str:
        """The half that the header carries."""
        return base64.b64encode(self.__key.public_key().public_bytes_raw()).decode()

    def open(self, subject: Subject, answer: dict[str, object]) -> bytes:
        """The JSON inside of the answer to what was asked.

        ``ReplyError`` when it is sealed in a way that this version of the package does not know, was changed, or is the
        answer to another request.
        """
        version, sequence, sealed = answer.get("version"), answer.get("sequence"), answer.get("sealed")
        if version != _VERSION:
            raise ReplyError("the server sealed its answer in a way that this version of the package does not know")
        opened = self._opened(subject, sequence, sealed)
        if opened is None:
            raise ReplyError(
                "cannot open what the server sealed: it was changed on its way, or is the answer to another request"
            )
        return opened

    def _opened(self, subject: Subject, sequence: object, sealed: object) -> bytes | None:
        if not isinstance(sequence, int) or isinstance(sequence, bool) or not isinstance(sealed, str):
            return None
        try:
            return _SUITE.decrypt(base64.b64decode(sealed, validate=True), self.__key, subject.info(sequence))
        except (InvalidTag, ValueError):
            return None
