"""REST with one server: the token goes there and nowhere else, and what is not a success becomes a sentence.

Errors are raised outside of ``except``: the errors of ``urllib``, ``ssl`` and ``json`` hold requests and replies, and
these hold tokens and values.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException, HTTPResponse
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode

from .errors import RefusedError, ReplyError, UnreachableError, refusal
from .sealed import HEADER, MEDIA_TYPE, OneTimeKey, Subject
from .settings import Settings

_LOG: Final = logging.getLogger("strongroom")
_BROKEN: Final = "the connection broke off; is the server running, and is it a Strongroom?"
_TIMEOUT: Final = 30.0
# The server says every 15 seconds that a stream of events lives.
_SILENCE: Final = 45.0
_LINE_MAX: Final = 64 * 1024
_NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})
_REPLY_MAX: Final = 64 * 1024 * 1024


class Reply(NamedTuple):
    """An answer: the HTTP status, and the body as it came."""

    status: int
    body: bytes
    is_sealed: bool = False

    def __repr__(self) -> str:
        """The status; the body may hold a value."""
        return f"Reply({self.status})"

    @property
    def is_success(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300

    def document(self) -> dict[str, object]:
        """The JSON object of the body; ``ReplyError`` if there is none."""
        found = parse(self.body)
        if not isinstance(found, dict):
            raise ReplyError(
                "the server's answer is not what this version of the package understands; "
                "do package and server have the same version?"
            )
        return found

    def error(self, server: str) -> RefusedError | ReplyError:
        """What a body that is not a success says."""
        if 300 <= self.status < 400:
            return ReplyError(
                f"{server} answered with a redirect; redirects are not followed, because the token would go there: "
                "set STRONGROOM_URL to the address itself"
            )
        problem = parse(self.body)
        detail = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else None
        if not isinstance(problem, dict) or not isinstance(detail, str):
            return ReplyError(
                f"{server} answered {self.status} and not as Strongroom does; "
                "is the address right, or is a proxy in between?"
            )
        code, request_id = problem.get("code"), problem.get("request_id")
        return refusal(detail, self.status, str(code or ""), request_id if isinstance(request_id, str) else None)


def parse(text: str | bytes) -> object:
    """The JSON of a text, and ``NotImplemented`` for what is none: ``JSONDecodeError`` keeps the whole text."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return NotImplemented
    return found


class Client:
    """A connection to the server of the settings."""

    def __init__(self, settings: Settings) -> None:
        """Connects only when something is sent."""
        self.settings = settings
        self._opener = _opener(settings.is_loopback)
        if settings.url.startswith("http://") and not settings.is_loopback:
            _LOG.warning("%s is not encrypted: the token and values can be read on the way; use https", settings.url)

    @property
    def service(self) -> str:
        """The path of the service that this process is."""
        return f"projects/{self.settings.project}/services/{self.settings.service}"

    def get(self, path: str, parameters: Mapping[str, str] = _NO_PARAMETERS) -> dict[str, object]:
        """What is at ``path`` in the environment; ``RefusedError`` when the server says no."""
        reply = self.send("GET", path, parameters=parameters)
        if not reply.is_success:
            raise reply.error(self.settings.url)
        return reply.document()

    def values(self, name: str | None = None) -> dict[str, object]:
        """What the service gets, sealed on its way to this process: everything, or the value of ``name``.

        ``ReplyError`` when it is not sealed: what could read it on the way would go unnoticed. Else as :meth:`get`.
        """
        settings, key = self.settings, OneTimeKey()
        subject = Subject(settings.project, settings.service, settings.environment, name)
        path = f"{self.service}/values" if name is None else f"{self.service}/values/{name}"
        reply = self.send("GET", path, headers={HEADER: key.public})
        if not reply.is_success:
            raise reply.error(settings.url)
        if not reply.is_sealed:
            raise ReplyError(
                f"{settings.url} sent an answer that is not sealed, and it was not used: is something in between that "
                f"removes the header `{HEADER}`, or is the server older than this package?"
            )
        return Reply(reply.status, key.open(subject, reply.document())).document()

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        parameters: Mapping[str, str] = _NO_PARAMETERS,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer, whatever its status; ``UnreachableError`` when there is none, ``ReplyError`` for a redirect."""
        request = self._request(method, path, body, parameters)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        reply, reason = self._exchange(request)
        if reply is None:
            raise UnreachableError(f"cannot reach {self.settings.url}: {reason}")
        if 300 <= reply.status < 400:
            raise reply.error(self.settings.url)
        return reply

    def events(
        self, path: str, last: int | None, parameters: Mapping[str, str], begun: Callable[[str | None], object]
    ) -> Iterator[int | None]:
        """The sequences that a stream of events tells after ``last``, and ``None`` whenever the server says it lives.

        ``begun`` is called with what the server calls this watch. Ends with the stream.
        ``RefusedError`` when the server says no, ``UnreachableError`` when it is silent.
        """
        request = self._request("GET", path, None, parameters)
        if last is not None:
            request.add_header("Last-Event-ID", str(last))
        refused: RefusedError | ReplyError | None = None
        reason = ""
        try:
            with self._opener.open(request, timeout=_SILENCE) as response:
                if response.status == 200 and response.headers.get_content_type() == "text/event-stream":
                    begun(response.headers.get("Watch-Id"))
                    yield from _sequences(response)
                else:
                    refused = Reply(response.status, response.read(_LINE_MAX)).error(self.settings.url)
        except (OSError, HTTPException) as error:
            reason = _reason(error)
        if refused is not None:
            raise refused
        if reason:
            raise UnreachableError(f"cannot reach {self.settings.url}: {reason}")

    def _request(
        self, method: str, path: str, body: Mapping[str, object] | None, parameters: Mapping[str, str]
    ) -> urllib.request.Request:
        query = urlencode({"environment": self.settings.environment, **parameters})
        request = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            f"{self.settings.url}/api/v1/{path}?{query}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json"},
            method=method,
        )
        if body is not None:
            request.add_header("Content-Type", "application/json")
        request.add_unredirected_header("Authorization", f"Bearer {self.settings.token.expose()}")
        return request

    def _exchange(self, request: urllib.request.Request) -> tuple[Reply | None, str]:
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                body = response.read(_REPLY_MAX + 1)
                if len(body) > _REPLY_MAX:
                    return None, f"it answered with more than {_REPLY_MAX} bytes"
                if response.length:
                    return None, _BROKEN
                return Reply(response.status, body, response.headers.get("Content-Type") == MEDIA_TYPE), ""
        except (OSError, HTTPException) as error:
            return None, _reason(error)


def _sequences(stream: HTTPResponse) -> Iterator[int | None]:
    """The ``id`` of each event; ours have the sequence there."""
    sequence: int | None = None
    while line := stream.readline(_LINE_MAX):
        field, _, value = line.strip().partition(b":")
        if field == b"id" and value.strip().isdigit():
            sequence = int(value)
        elif field == b"data":
            yield sequence
        elif not field and value == b"":
            yield None


def _opener(is_loopback: bool) -> urllib.request.OpenerDirector:
    """Proxies of the environment, except on this machine; nothing that follows redirects or reads other schemes."""
    opener = urllib.request.OpenerDirector()
    opener.addheaders = [("User-Agent", "strongroom-python/0.1.0")]
    opener.add_handler(urllib.request.ProxyHandler({} if is_loopback else None))
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    return opener


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, socket.gaierror):
        return "no such host; is the address right?"
    if isinstance(cause, ssl.SSLError):
        return (
            f"{cause.reason or 'TLS failed'}; the certificate must be one that this machine trusts "
            "(or name the authority's file in SSL_CERT_FILE)"
        )
    if isinstance(cause, (TimeoutError, socket.timeout)):
        return "it took too long; try again, or look at the server's log"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there; is the server running, and are address and port right?"
    return _BROKEN
