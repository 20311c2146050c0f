"""context.secrets.watch and on_change against the real server."""

from __future__ import annotations

import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

import pytest
from conftest import MARKER, Server

from strongroom import Context, StrongroomError, UnauthorizedError
from strongroom.execution import Secrets
from strongroom.watching import Names, Watch

API = "projects/shop/services/api"
PATIENCE = 60


@pytest.fixture
def secrets(server: Server) -> Iterator[Secrets]:
    """Of shop/api in development; what a test has written is removed again."""
    yield secrets_of(server)
    for scope in (API, "projects/shop/services/web", "projects/shop", "platform"):
        for row in server.api("GET", f"{scope}/secrets")["items"]:
            server.api("DELETE", f"{scope}/secrets/{row['name']}")


def secrets_of(server: Server, token: Optional[str] = None) -> Secrets:
    found = Context(server.settings(token=token), []).secrets
    assert isinstance(found, Secrets)
    return found


class Told:
    """What a watch tells, read by a thread so that a test never waits for ever."""

    def __init__(self, watch: Watch) -> None:
        self._told: queue.Queue[object] = queue.Queue()
        threading.Thread(target=self._read, args=(watch,), daemon=True).start()

    def _read(self, watch: Watch) -> None:
        try:
            for names in watch:
                self._told.put(names)
        except StrongroomError as error:
            self._told.put(error)
        self._told.put(None)

    def next(self) -> object:
        return self._told.get(timeout=PATIENCE)


def test_a_change_is_told_by_its_names(server: Server, secrets: Secrets) -> None:
    server.put("projects/shop", "KEPT", f"{MARKER} kept")
    told = Told(secrets.watch())
    server.put(API, "DB_PASS", f"{MARKER} 1")
    assert told.next() == {"DB_PASS"}
    server.put(API, "DB_PASS", f"{MARKER} 2")
    assert told.next() == {"DB_PASS"}
    # The same value, one that a narrower level covers, and one of another service.
    server.put(API, "DB_PASS", f"{MARKER} 2")
    server.put("platform", "DB_PASS", f"{MARKER} 3")
    server.put("projects/shop/services/web", "DB_PASS", f"{MARKER} 3")
    server.api("DELETE", f"{API}/secrets/DB_PASS")
    assert told.next() == {"DB_PASS"}
    server.api("POST", "projects/shop/import", {"A": f"{MARKER}", "B": f"{MARKER}", "KEPT": f"{MARKER} kept"})
    assert told.next() == {"A", "B"}


def test_what_changed_before_the_first_item_is_told(server: Server, secrets: Secrets) -> None:
    watch = secrets.watch()
    server.put(API, "EARLY", f"{MARKER}")
    assert Told(watch).next() == {"EARLY"}


def test_the_server_lists_who_watches_and_what_it_has_applied(server: Server, secrets: Secrets) -> None:
    told = Told(secrets.watch())
    server.put(API, "LISTED", f"{MARKER}")
    assert told.next() == {"LISTED"}
    sequence = server.api("GET", f"{API}/values?environment=development")["sequence"]
    deadline = time.monotonic() + PATIENCE
    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        watchers = server.api("GET", f"{API}/watchers?environment=development")["items"]
        if any((one["client"], one["sequence"], one["newest"]) == (name, sequence, True) for one in watchers):
            return
        assert time.monotonic() < deadline, watchers
        time.sleep(0.01)


def test_a_callback_is_told_until_it_is_stopped(server: Server, secrets: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    told: queue.Queue[Names] = queue.Queue()

    def callback(names: Names) -> None:
        told.put(names)
        if names == {"BAD"}:
            raise RuntimeError(f"{MARKER} is in my text")

    subscription = secrets.on_change(callback)
    assert subscription.is_active
    for name in ("BAD", "GOOD"):
        server.put(API, name, f"{MARKER}")
        assert told.get(timeout=PATIENCE) == {name}
    assert "the callback of on_change raised RuntimeError" in caplog.text
    assert MARKER not in caplog.text
    subscription.stop()
    assert not subscription.is_active
    second: queue.Queue[Names] = queue.Queue()
    secrets.on_change(second.put)
    server.put(API, "AFTER", f"{MARKER}")
    assert second.get(timeout=PATIENCE) == {"AFTER"}
    assert told.empty()


def test_a_revoked_token_ends_it(server: Server, secrets: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    assert secrets.get("NOPE") is None
    made = server.api("POST", "tokens", {"name": "watcher", "project": "shop", "service": "api", "rights": ["read"]})
    own = secrets_of(server, str(made["token"]))
    caplog.set_level(logging.WARNING, "strongroom")
    told = Told(own.watch())
    subscription = own.on_change(lambda names: names)
    server.put(API, "SEEN", f"{MARKER}")
    assert told.next() == {"SEEN"}
    server.api("DELETE", f"tokens/{made['id']}")
    assert isinstance(told.next(), UnauthorizedError)
    subscription._thread.join(PATIENCE)
    assert not subscription.is_active
    assert "watching ends: the token is not valid" in caplog.text


def test_a_server_that_goes_and_comes_back_is_heard_again(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    server.api("POST", "projects", {"slug": "shop"})
    server.api("POST", "projects/shop/services", {"slug": "api"})
    told = Told(secrets_of(server).watch())
    server.put(API, "BEFORE", f"{MARKER}")
    assert told.next() == {"BEFORE"}
    # Whoever watches does not hold up the end.
    server.stop()
    server.serve()
    server.put(API, "AFTER", f"{MARKER}")
    assert told.next() == {"AFTER"}
    server.stop()
    assert MARKER not in server.log()


def test_there_is_nothing_to_watch_in_local_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    local = Context({"EF_ENV": "local"}, []).secrets
    with pytest.raises(AttributeError, match="nothing tells of changes"):
        local.watch()
    with pytest.raises(AttributeError, match="nothing tells of changes"):
        local.on_change(lambda names: names)
