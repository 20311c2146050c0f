"""What stands between this package and the server sees no value and no name. Known answers are those of the server."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from conftest import MARKER, Server, everything_about
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from strongroom import Context, ReplyError
from strongroom.client import Client
from strongroom.sealed import OneTimeKey, Subject
from strongroom.settings import Settings

API = "projects/shop/services/api"
VECTORS = json.loads((Path(__file__).parents[3] / "transit/vectors.json").read_text(encoding="utf-8"))["vectors"]
CHANGED = "cannot open what the server sealed: it was changed on its way, or is the answer to another request"

Answer = Callable[[bytes, list[bytes]], bytes]


def key_of(vector: dict[str, Any]) -> OneTimeKey:
    return OneTimeKey(X25519PrivateKey.from_private_bytes(base64.b64decode(vector["private_key"])))


def subject_of(vector: dict[str, Any]) -> Subject:
    return Subject(vector["project"], vector["service"], vector["environment"], vector["name"])


def refusal(subject: Subject, answer: dict[str, object], vector: dict[str, Any]) -> str:
    with pytest.raises(ReplyError) as error:
        key_of(vector).open(subject, answer)
    assert "vector value" not in everything_about(error.value)
    return str(error.value)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["title"] for vector in VECTORS])
def test_what_the_server_seals_opens(vector: dict[str, Any]) -> None:
    key, subject = key_of(vector), subject_of(vector)
    assert key.public == vector["public_key"]
    assert subject.info(vector["answer"]["sequence"]) == vector["info"].encode()
    opened = key.open(subject, vector["answer"])
    assert opened.rstrip(b" ") == vector["json"].encode()
    assert len(opened) % 1024 == 0


def test_a_flipped_bit_anywhere_is_noticed() -> None:
    vector = VECTORS[1]
    sealed = base64.b64decode(vector["answer"]["sealed"])
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1 << place % 8
        answer = {**vector["answer"], "sealed": base64.b64encode(changed).decode()}
        assert refusal(subject_of(vector), answer, vector) == CHANGED


def test_another_question_does_not_open_the_answer() -> None:
    vector = VECTORS[1]
    for change in ({"project": "other"}, {"service": "web"}, {"environment": "staging"}, {"name": "OTHER"}, {"name": None}):
        subject = subject_of(vector)._replace(**change)
        assert refusal(subject, vector["answer"], vector) == CHANGED


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 1},
        {"sequence": None},
        {"sequence": True},
        {"sealed": None},
        {"sealed": "?"},
        {"sealed": ""},
        {"sealed": "AAAA"},
    ],
)
def test_what_is_not_the_answer_does_not_open(change: dict[str, object]) -> None:
    vector = VECTORS[0]
    assert refusal(subject_of(vector), {**vector["answer"], **change}, vector) == CHANGED


def test_a_later_way_of_sealing_is_told() -> None:
    vector = VECTORS[0]
    assert "does not know" in refusal(subject_of(vector), {**vector["answer"], "version": 2}, vector)


@contextmanager
def relay(server: Server, answer: Answer, without: Optional[bytes] = None) -> Iterator[tuple[str, list[bytes]]]:
    """Passes requests on to the server, less the header ``without``, and answers with what ``answer`` makes of it all."""
    seen: list[bytes] = []
    port = server.port

    def pass_on(connection: socket.socket) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += connection.recv(65536)
        lines = [line for line in request.split(b"\r\n") if without is None or not line.lower().startswith(without)]
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            upstream.sendall(b"\r\n".join(lines))
            got = b""
            while part := upstream.recv(65536):
                got += part
        got = answer(got, seen)
        seen.append(got)
        connection.sendall(got)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        pass_on(connection)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
        listener.shutdown(socket.SHUT_RDWR)


def faithful(got: bytes, _: list[bytes]) -> bytes:
    return got


@pytest.fixture
def stored(server: Server) -> Iterator[str]:
    """The name of a secret that is bound, too."""
    name = "SEALED_NAME"
    server.put(API, name, f"{MARKER} sealed")
    server.api("PUT", f"{API}/bindings", [{"target": {"env": "SEALED_TARGET"}, "secret": name}])
    yield name
    server.api("PUT", f"{API}/bindings", [])
    server.api("DELETE", f"{API}/secrets/{name}")


def test_nobody_in_between_sees_a_value_or_a_name(server: Server, stored: str) -> None:
    with relay(server, faithful) as (url, seen):
        environ = {**server.settings(), "STRONGROOM_URL": url}
        assert Context(environ, []).secrets.get(stored) == f"{MARKER} sealed"
        values = Client(Settings(environ)).values()["values"]
        assert isinstance(values, dict)
        assert values[stored]["value"] == f"{MARKER} sealed"
        assert len(seen) == 2
        for answer in seen:
            head, body = answer.split(b"\r\n\r\n", 1)
            assert b"application/vnd.strongroom.sealed+json" in head
            for text in (answer, base64.b64decode(json.loads(body)["sealed"])):
                for word in (MARKER.encode(), b"SEALED_NAME", b"SEALED_TARGET", b"project: "):
                    assert word not in text
    reads = [row["reason"] for row in server.api("GET", "audit")["items"] if row["action"] == "service.read"]
    assert reads[1] == "sealed"
    assert reads[0].endswith(", sealed")


def get_through(server: Server, url: str, name: str) -> ReplyError:
    with pytest.raises(ReplyError) as error:
        Context({**server.settings(), "STRONGROOM_URL": url}, []).secrets.get(name)
    assert MARKER not in everything_about(error.value)
    return error.value


def test_an_answer_that_is_not_sealed_is_not_used(server: Server, stored: str) -> None:
    with relay(server, faithful, without=b"strongroom-public-key") as (url, seen):
        assert "an answer that is not sealed, and it was not used" in str(get_through(server, url, stored))
        assert MARKER.encode() in seen[0], "the relay did what it was to do"


def test_an_answer_that_was_kept_is_not_used(server: Server, stored: str) -> None:
    with relay(server, lambda got, seen: seen[0] if seen else got) as (url, _):
        environ = {**server.settings(), "STRONGROOM_URL": url}
        assert Context(environ, []).secrets.get(stored) == f"{MARKER} sealed"
        assert str(get_through(server, url, stored)) == CHANGED


def test_every_read_has_a_key_of_its_own_that_no_copy_is_made_of() -> None:
    key = OneTimeKey()
    assert key.public != OneTimeKey().public
    with pytest.raises(TypeError):
        key.__reduce__()
