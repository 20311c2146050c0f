"""What goes wrong is told, and never holds a value or a token."""

from __future__ import annotations

import base64
import json
import socket
import threading
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Optional, Union

import pytest
from conftest import MARKER, Server, everything_about, write
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from strongroom import (
    ConfigurationError,
    Context,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ReplyError,
    StrongroomError,
    UnauthorizedError,
    UnreachableError,
)
from strongroom.sealed import HEADER, MEDIA_TYPE, Subject

TOKEN = f"srm_{MARKER}"
SEALED = f"Content-Type: {MEDIA_TYPE}\r\n"
SETTINGS = {
    "STRONGROOM_URL": "http://127.0.0.1:1",
    "STRONGROOM_TOKEN": TOKEN,
    "STRONGROOM_PROJECT": "shop",
    "STRONGROOM_SERVICE": "api",
    "STRONGROOM_ENVIRONMENT": "development",
}


def get(environ: dict[str, str]) -> StrongroomError:
    """The error of reading a secret, after a look at everything it holds."""
    with pytest.raises(StrongroomError) as error:
        Context(environ, []).secrets.get("DB_PASS")
    told = everything_about(error.value)
    assert MARKER not in told
    token = environ.get("STRONGROOM_TOKEN", "").strip()
    assert not token or token not in told
    return error.value


def test_a_server_that_is_gone_is_told() -> None:
    error = get(SETTINGS)
    assert isinstance(error, UnreachableError)
    assert str(error) == (
        "cannot reach http://127.0.0.1:1: nothing listens there; is the server running, and are address and port right?"
    )
    assert error.__context__ is None
    with pytest.raises(UnreachableError):
        Context(SETTINGS, []).secrets.set("n", f"{MARKER}", "project")


def test_a_host_that_does_not_exist_is_told() -> None:
    error = get({**SETTINGS, "STRONGROOM_URL": "http://no-such-host.invalid"})
    assert isinstance(error, UnreachableError)


def test_a_wrong_token_is_401(server: Server) -> None:
    error = get({**server.settings(), "STRONGROOM_TOKEN": TOKEN})
    assert isinstance(error, UnauthorizedError)
    assert (error.status, error.code) == (401, "unauthenticated")
    assert error.request_id


def test_a_token_of_another_place_sees_nothing_which_is_404(server: Server) -> None:
    error = get(server.settings(token=server.service_token("lab", "probe")))
    assert isinstance(error, NotFoundError)


def test_seen_but_not_allowed_is_403(server: Server) -> None:
    server.put("projects/shop/services/api", "SEEN", f"{MARKER} seen")
    made = server.api("POST", "tokens", {"name": "writer", "project": "shop", "rights": ["write"]})
    error = get(server.settings(token=str(made["token"])))
    assert isinstance(error, ForbiddenError)
    assert (error.status, error.code) == (403, "denied")


@pytest.mark.parametrize(
    "change", [{"STRONGROOM_SERVICE": "nope"}, {"STRONGROOM_PROJECT": "nope"}, {"STRONGROOM_ENVIRONMENT": "nope"}]
)
def test_a_place_that_does_not_exist_is_404_and_not_none(change: dict[str, str], server: Server) -> None:
    error = get({**server.settings(), **change})
    assert isinstance(error, NotFoundError)
    assert "does not exist, or you may not see it" in str(error)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("STRONGROOM_URL", None, "STRONGROOM_URL is not set"),
        ("STRONGROOM_URL", "", "STRONGROOM_URL is not set"),
        ("STRONGROOM_URL", "secrets.example.com", "starts with https://"),
        ("STRONGROOM_URL", "ftp://host", "starts with https://"),
        ("STRONGROOM_URL", "file:///etc/passwd", "starts with https://"),
        ("STRONGROOM_URL", "https://", "is no address"),
        ("STRONGROOM_URL", "https://a b", "is no address"),
        ("STRONGROOM_URL", "https://host:99999", "is no address"),
        ("STRONGROOM_URL", f"https://u:{MARKER}@host", "holds no name and no password"),
        ("STRONGROOM_URL", f"https://host?x={MARKER}", "ends before any"),
        ("STRONGROOM_TOKEN", None, "no token: set STRONGROOM_TOKEN or STRONGROOM_TOKEN_FILE"),
        ("STRONGROOM_TOKEN", " ", "STRONGROOM_TOKEN holds no token"),
        ("STRONGROOM_TOKEN", f"{TOKEN}\r\nX-Evil: 1", "holds something that no token has"),
        ("STRONGROOM_TOKEN", f"{TOKEN}ü", "holds something that no token has"),
        ("STRONGROOM_TOKEN_FILE", "/nowhere", "STRONGROOM_TOKEN and STRONGROOM_TOKEN_FILE are both set"),
        ("STRONGROOM_PROJECT", None, "STRONGROOM_PROJECT is not set"),
        ("STRONGROOM_PROJECT", "../x", "STRONGROOM_PROJECT is '../x'"),
        ("STRONGROOM_SERVICE", "API", "STRONGROOM_SERVICE is 'API'"),
        ("STRONGROOM_ENVIRONMENT", None, "STRONGROOM_ENVIRONMENT is not set"),
        ("STRONGROOM_ENVIRONMENT", "all", "a service runs in one environment"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: Optional[str], sentence: str) -> None:
    environ = {name: text for name, text in {**SETTINGS, variable: value}.items() if text is not None}
    error = get(environ)
    assert isinstance(error, ConfigurationError)
    assert sentence in str(error)


def test_a_token_may_come_from_a_file(server: Server, tmp_path: Path) -> None:
    file = write(tmp_path, "token", server.token + "\n")
    environ = {**server.settings(), "STRONGROOM_TOKEN_FILE": str(file)}
    del environ["STRONGROOM_TOKEN"]
    assert Context(environ, []).secrets.get("NOPE") is None
    for content, sentence in ((b"", "holds no token"), (b"\xff\xfe", "holds something that no token has")):
        file.write_bytes(content)
        assert sentence in str(get(environ))
    file.unlink()
    assert "cannot read the token file" in str(get(environ))


@contextmanager
def answering(reply: Union[bytes, Callable[[bytes], bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """Something that is not a Strongroom: answers every connection with the same bytes, or what it makes of the request."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        request = connection.recv(65536)
                        asked.append(request)
                        connection.sendall(reply(request) if callable(reply) else reply)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)


def sealed(text: str) -> Callable[[bytes], bytes]:
    """Answers with ``text`` sealed as it should be."""

    def reply(request: bytes) -> bytes:
        head = next(line for line in request.decode().split("\r\n") if line.lower().startswith(f"{HEADER.lower()}: "))
        key = X25519PublicKey.from_public_bytes(base64.b64decode(head.split(": ")[1]))
        info = Subject("shop", "api", "development", "DB_PASS").info(7)
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
        answer = {"version": 1, "sequence": 7, "sealed": base64.b64encode(suite.encrypt(text.encode(), key, info)).decode()}
        return reply_of("200 OK", json.dumps(answer), f"Content-Type: {MEDIA_TYPE}\r\n")

    return reply


def reply_of(status: str, body: str, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n{body}".encode()


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (reply_of("200 OK", f"<html>{MARKER}"), ReplyError, "an answer that is not sealed, and it was not used"),
        (reply_of("200 OK", f'{{"value": "{MARKER}"}}'), ReplyError, "an answer that is not sealed, and it was not used"),
        (reply_of("200 OK", f"<{MARKER}", SEALED), ReplyError, "do package and server have the same version?"),
        (reply_of("200 OK", f'{{"version": "{MARKER}"}}', SEALED), ReplyError, "this version of the package does not know"),
        (reply_of("200 OK", f'{{"version": 1, "sealed": "{MARKER}"}}', SEALED), ReplyError, "cannot open what the server"),
        (sealed(f'["{MARKER}"]'), ReplyError, "do package and server have the same version?"),
        (sealed(f'{{"value": "{MARKER}"}}'), ReplyError, "holds no value where one belongs"),
        (sealed(f'{{"kind": "json", "value": "{MARKER}"}}'), ReplyError, "does not understand"),
        (sealed(f'{{"kind": "file", "value": "{MARKER}"}}'), ReplyError, "does not understand"),
        (sealed(f'{{"kind": "new", "value": "{MARKER}"}}'), ReplyError, "does not understand"),
        (reply_of("502 Bad Gateway", f"<html>{MARKER}"), ReplyError, "answered 502 and not as Strongroom does"),
        (reply_of("500 Oops", '{"title": "Internal error", "code": "internal"}'), RefusedError, "Internal error"),
        (b"SSH-2.0-OpenSSH\r\n", UnreachableError, "the connection broke off"),
        (b"", UnreachableError, "the connection broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", UnreachableError, "the connection broke off"),
    ],
)
def test_an_answer_that_is_not_ours_is_told_without_its_content(
    reply: Union[bytes, Callable[[bytes], bytes]], kind: type[StrongroomError], sentence: str
) -> None:
    with answering(reply) as (url, asked):
        error = get({**SETTINGS, "STRONGROOM_URL": url})
        assert type(error) is kind
        assert sentence in str(error)
        assert asked[0].startswith(b"GET /api/v1/projects/shop/services/api/values/DB_PASS?environment=development ")


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strongroom.client._TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = get({**SETTINGS, "STRONGROOM_URL": f"http://127.0.0.1:{listener.getsockname()[1]}"})
    assert isinstance(error, UnreachableError)
    assert "it took too long" in str(error)


def test_a_proxy_is_not_asked_for_this_machine(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert Context(server.settings(), []).secrets.get("NOPE") is None


def test_plain_http_to_another_machine_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    get({**SETTINGS, "STRONGROOM_URL": "http://no-such-host.invalid"})
    assert "http://no-such-host.invalid is not encrypted" in caplog.text
    assert MARKER not in caplog.text
    caplog.clear()
    get(SETTINGS)
    assert caplog.text == ""


def test_a_redirect_is_not_followed(server: Server) -> None:
    with answering(reply_of("302 Found", "", f"Location: {server.url}/api/v1/{MARKER}\r\n")) as (url, asked):
        error = get({**SETTINGS, "STRONGROOM_URL": url})
        assert isinstance(error, ReplyError)
        assert "redirects are not followed" in str(error)
        assert len(asked) == 1


def test_plain_http_is_not_mistaken_for_tls(server: Server) -> None:
    error = get({**server.settings(), "STRONGROOM_URL": server.url.replace("http", "https")})
    assert isinstance(error, UnreachableError)
    assert "the certificate must be one that this machine trusts" in str(error)


def test_the_tests_own_rest_calls_fail_loudly(server: Server) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        server.api("GET", "projects/nope")
