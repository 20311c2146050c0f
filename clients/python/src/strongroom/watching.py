"""Being told when a secret changes: the names, as the server's events come."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final

from .client import Client
from .errors import RefusedError, ReplyError, StrongroomError, UnreachableError

_LOG: Final = logging.getLogger("strongroom")
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 30.0
_OVER: Final = (401, 403, 404)

Names = frozenset[str]
Callback = Callable[[Names], object]
# By name, the version and where it comes from: what tells one value from another without holding it.
_Known = dict[str, tuple[object, object]]


class Watch(Iterator[Names]):
    """The changes of a service's secrets, each as the names that are new, changed or gone. Iterating waits for the next."""

    def __init__(self, client: Client) -> None:
        """Watches from now on."""
        self._client = client
        self._known = _effective(client)
        self._stopped = threading.Event()
        self._names = self._watch()
        self._id: str | None = None
        self._applied: int | None = None

    def __next__(self) -> Names:
        """Waits for the next change; ``StopIteration`` after ``stop``."""
        return next(self._names)

    def stop(self) -> None:
        """Ends it, from any thread: who waits at the moment gets ``StopIteration`` within some fifteen seconds."""
        self._stopped.set()

    def _watch(self) -> Iterator[Names]:
        last: int | None = None
        failures = 0
        name = {"client": f"{socket.gethostname()}:{os.getpid()}"}
        while not self._stopped.is_set():
            trouble: StrongroomError | None = None
            try:
                for sequence in self._client.events(f"{self._client.service}/watch", last, name, self._begin):
                    if self._stopped.is_set():
                        return
                    failures = 0
                    if sequence is not None:
                        changed = self._look()
                        last = sequence
                        if changed:
                            yield changed
                        # Whoever asks for the next change has done what the last one asks for.
                        self._report(sequence)
            except (UnreachableError, ReplyError, RefusedError) as error:
                trouble = error
            try:
                # The stream has ended, or is not to be had: what the secrets are is what counts.
                changed = self._look()
            except (UnreachableError, ReplyError, RefusedError) as error:
                changed, trouble = frozenset(), error
            if isinstance(trouble, RefusedError) and trouble.status in _OVER:
                raise trouble
            if changed:
                yield changed
            if trouble is not None and failures == 0:
                _LOG.warning("%s; trying again", trouble)
            self._stopped.wait(_wait_after(failures))
            failures += 1

    def _begin(self, watch: str | None) -> None:
        self._id = watch
        if self._applied is not None:
            self._report(self._applied)

    def _report(self, sequence: int) -> None:
        """Tells the server what is applied, for its list of those who watch. Nothing depends on it."""
        self._applied = sequence
        if self._id is not None:
            with contextlib.suppress(UnreachableError, ReplyError):
                applied = {"watch": self._id, "sequence": sequence}
                self._client.send("POST", f"{self._client.service}/watch/applied", applied)

    def _look(self) -> Names:
        now = _effective(self._client)
        before, self._known = self._known, now
        return frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


class Subscription:
    """A callback that is told of changes by a thread of its own, until ``stop`` or the end of the program."""

    def __init__(self, client: Client, callback: Callback) -> None:
        """Watches from now on."""
        self._watch = Watch(client)
        self._callback = callback
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="strongroom-on-change", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The callback is not called any more."""
        self._is_stopped = True
        self._watch.stop()

    @property
    def is_active(self) -> bool:
        """Whether changes are told: not after ``stop``, nor once the server has refused."""
        return not self._is_stopped and self._thread.is_alive()

    def _run(self) -> None:
        try:
            for names in self._watch:
                if self._is_stopped:
                    return
                self._tell(names)
        except StrongroomError as error:
            _LOG.warning("watching ends: %s", error)

    def _tell(self, names: Names) -> None:
        try:
            self._callback(names)
        except Exception as error:  # noqa: BLE001 - the next change is told all the same
            # The kind only: its text may hold a value.
            _LOG.error("the callback of on_change raised %s", type(error).__name__)


def _effective(client: Client) -> _Known:
    known: _Known = {}
    parameters = {"limit": "1000"}
    while True:
        page = client.get(f"{client.service}/effective", parameters)
        items, cursor = page.get("items"), page.get("next_cursor")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ReplyError("the server's answer is not what this version of the package understands")
        known.update({str(item.get("name")): (item.get("version"), item.get("source")) for item in items})
        if cursor is None:
            return known
        parameters["cursor"] = str(cursor)


def _wait_after(failures: int) -> float:
    wait = min(_FIRST_WAIT * 2.0 ** min(failures, 16), _LONGEST_WAIT)
    return random.uniform(wait, 2 * wait)  # noqa: S311 - so that not everybody asks at once
