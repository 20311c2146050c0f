"""Where the server is, and as whom we ask: the variables that the command line reads too."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from .errors import ConfigurationError
from .guarded import Guarded
from .names import slug

URL: Final = "STRONGROOM_URL"
TOKEN: Final = "STRONGROOM_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FILE: Final = "STRONGROOM_TOKEN_FILE"  # noqa: S105 - the name of a variable
PROJECT: Final = "STRONGROOM_PROJECT"
SERVICE: Final = "STRONGROOM_SERVICE"
ENVIRONMENT: Final = "STRONGROOM_ENVIRONMENT"


class Token(Guarded):
    """A bearer token: sent to the server, shown to nobody."""

    __slots__ = ("__text",)

    __text: str

    def __init__(self, text: str, origin: str) -> None:
        """The token in ``text``, without white space around it; ``origin`` says in an error where it was read."""
        token = text.strip()
        if not token:
            raise ConfigurationError(f"{origin} holds no token")
        if not all("!" <= character <= "~" for character in token):
            raise ConfigurationError(
                f"{origin} holds something that no token has: a space, a line break or a character beyond ASCII"
            )
        object.__setattr__(self, "_Token__text", token)

    def expose(self) -> str:
        """The token itself."""
        return self.__text

    def __repr__(self) -> str:
        """``Token([redacted])``."""
        return "Token([redacted])"


class Settings:
    """A server's address, a token, and the service in its environment that this process is."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Reads and checks all five settings; ``ConfigurationError`` names the one that is missing or wrong."""
        self.url = _url(_wanted(environ, URL, "the server's address"))
        self.project = slug(PROJECT, _wanted(environ, PROJECT, "the project"))
        self.service = slug(SERVICE, _wanted(environ, SERVICE, "the service of the project"))
        self.environment = slug(ENVIRONMENT, _wanted(environ, ENVIRONMENT, "the environment it runs in"))
        if self.environment == "all":
            raise ConfigurationError(f"{ENVIRONMENT} is `all`; a service runs in one environment")
        self.token = _token(environ)

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def _wanted(environ: Mapping[str, str], variable: str, what: str) -> str:
    value = environ.get(variable, "")
    if not value:
        raise ConfigurationError(f"{variable} is not set: it names {what}")
    return value


def _url(text: str) -> str:
    parts = _split(text)
    if parts is None:
        raise ConfigurationError(f"{URL} is no address; write https://host or https://host:port")
    if parts.scheme not in ("http", "https"):
        raise ConfigurationError(f"{URL} starts with https:// (or http:// on this machine)")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{URL} holds no name and no password; the token is what signs you in")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ConfigurationError(f"{URL} ends before any `?` or `#`")
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    if not all("!" <= character <= "~" for character in text):
        return None
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if has_host or parts.scheme not in ("http", "https") else None


def _token(environ: Mapping[str, str]) -> Token:
    text, path = environ.get(TOKEN, ""), environ.get(TOKEN_FILE, "")
    if text and path:
        raise ConfigurationError(f"{TOKEN} and {TOKEN_FILE} are both set; keep one")
    if text:
        return Token(text, TOKEN)
    if not path:
        raise ConfigurationError(f"no token: set {TOKEN} or {TOKEN_FILE}")
    try:
        content: bytes | None = Path(path).read_bytes()
        reason = ""
    except OSError as error:
        content, reason = None, error.strerror or type(error).__name__
    if content is None:
        raise ConfigurationError(f"cannot read the token file {path}: {reason}")
    # Bytes beyond ASCII become characters that no token has, and are refused as such.
    return Token(content.decode("latin-1"), path)
