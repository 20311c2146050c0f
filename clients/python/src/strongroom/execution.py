"""``context``: what a script of StreamZero imports from ``fx_ef``, answered by Strongroom."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from . import local
from .client import Client, parse
from .delivery import python_value
from .errors import ConfigurationError, NotFoundError
from .names import secret_name
from .settings import SERVICE, Settings
from .watching import Callback, Subscription, Watch

_CONTEXTS: Final = ("platform", "project")


class SetResult(NamedTuple):
    """What ``set`` answers, as the original does: the HTTP status, and the text of the reply. Neither holds a value."""

    status: int
    body: str


class Secrets:
    """The secrets of this service in its environment."""

    def __init__(self, client: Client) -> None:
        """Asks through ``client``."""
        self._client = client

    def get(self, name: str) -> object:
        """The secret ``name``: the service's own, else the project's, else the platform's; ``None`` when absent.

        A text is a ``str``, JSON is the Python value (``dict``, ``list``, ``str``, ``int``, ``float``, ``bool``, ``None``),
        a file is ``bytes``. At each level, a value for the environment comes before one for all environments.

        Follows ``fx_ef.context.secrets.get``, with one deviation: a secret that exists is returned even when its value
        is empty, ``0`` or ``false``; there, these fell through to the next level.

        Every call asks the server, which records it. Raises ``InvalidNameError``; ``UnreachableError``;
        ``UnauthorizedError``, ``ForbiddenError``; ``NotFoundError`` when it is the project, service or environment that
        does not exist.
        """
        try:
            return python_value(self._client.values(secret_name(name)))
        except NotFoundError:
            pass
        # A service that cannot be seen answers 404 too. `explain` exists for every name of a service that can.
        self._client.get(f"{self._client.service}/explain/{name}")
        return None

    def set(self, name: str, value: object, context: str) -> SetResult:
        """Writes the secret ``name`` of the ``project`` or the ``platform``, in the environment of this process.

        A ``str`` becomes a text, ``bytes`` become a file, everything else JSON. An existing secret gets a new version.

        Follows ``fx_ef.context.secrets.set``: answers ``(status, text)`` and raises nothing when it is refused; a
        ``context`` other than ``project`` and ``platform`` is refused with 400, before anything is sent. So look at
        ``status``: 200 means written. As the original has no environments: a process in one environment cannot change
        what another one gets.

        Raises ``InvalidNameError``, ``TypeError`` for what is neither text, bytes nor JSON, ``UnreachableError``,
        ``ReplyError``.
        """
        secret_name(name)
        written = _written(value)
        if context not in _CONTEXTS:
            detail = "a secret can be set in the context `project` or `platform`; a service's own secrets are uploaded"
            return SetResult(400, json.dumps({"title": "Invalid request", "status": 400, "detail": detail}))
        scope = "platform" if context == "platform" else f"projects/{self._client.settings.project}"
        reply = self._client.send("PUT", f"{scope}/secrets/{name}", written)
        return SetResult(reply.status, reply.body.decode(errors="replace"))

    def watch(self) -> Watch:
        """Iterates over changes: each item holds the names that are new, changed or gone, as a ``frozenset``; no values.

        ``for names in context.secrets.watch(): ...`` waits for each change, and ends when the program does, or by
        ``stop()``. What counts is what ``get`` would answer: a value that a narrower level covers changes nothing. In
        the delivery mode ``bound`` only names that are bound are told. While the server is away it tries again, and
        then tells what was missed.

        Raises as ``get`` does, also while it iterates: ``UnauthorizedError`` once the token is revoked, for example.
        The original has no such thing.
        """
        return Watch(self._client)

    def on_change(self, callback: Callback) -> Subscription:
        """Calls ``callback`` with the names of every change, in a thread that ends with the program; see ``watch``.

        One call at a time. An exception of the callback is logged by its kind, and the next change is told all the same.
        When the server refuses, that is logged, and the thread ends. ``stop()`` on what this returns ends the calls.
        """
        return Subscription(self._client, callback)


def _written(value: object) -> dict[str, object]:
    if isinstance(value, str):
        return {"kind": "text", "value": value}
    if isinstance(value, (bytes, bytearray)):
        return {"kind": "file", "value": base64.b64encode(value).decode()}
    text: str | None
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = None
    if text is None:
        raise TypeError(f"a secret is a str, bytes, or what JSON can hold; this {type(value).__name__} is not")
    return {"kind": "json", "value": text}


class Context:
    """What a running service knows: ``secrets`` and ``params``. Reads its settings at the first use."""

    def __init__(self, environ: Mapping[str, str] | None = None, arguments: Sequence[str] | None = None) -> None:
        """Of this process, unless variables and arguments are given."""
        self._environ: Mapping[str, str] = os.environ if environ is None else environ
        self._arguments: Sequence[str] = sys.argv if arguments is None else arguments
        self._secrets: Secrets | local.LocalSecrets | None = None
        self._params: dict[str, object] | None = None

    @property
    def secrets(self) -> Secrets | local.LocalSecrets:
        """Reads and writes secrets: at the server, or from ``ef_env.json`` when ``EF_ENV`` is ``local``.

        ``ConfigurationError`` names the ``STRONGROOM_*`` variable that is missing or wrong.
        """
        if self._secrets is None:
            if self._is_local:
                self._secrets = local.LocalSecrets(local.read(Path.cwd()).get("secrets", {}))
            else:
                self._secrets = Secrets(Client(Settings(self._environ)))
        return self._secrets

    @property
    def params(self) -> dict[str, object]:
        """The parameters of this run: the JSON object in the first argument of the program, ``{}`` without one.

        Follows ``fx_ef.context.params``: there is never a key ``secrets`` in it. Deviations: secrets are not *taken*
        from there either (every user of a machine sees the arguments of its programs), and ``package_name`` is the
        service of ``STRONGROOM_SERVICE`` unless given.
        """
        if self._params is None:
            self._params = local.read(Path.cwd()).get("params", {}) if self._is_local else self._given()
        return self._params

    parameters = params

    @property
    def _is_local(self) -> bool:
        return self._environ.get("EF_ENV") == "local"

    def _given(self) -> dict[str, object]:
        given = parse(self._arguments[1]) if len(self._arguments) > 1 else {}
        if not isinstance(given, dict):
            raise ConfigurationError("the first argument of the program holds its parameters: one JSON object")
        given.pop("secrets", None)
        if self._environ.get(SERVICE):
            given.setdefault("package_name", self._environ[SERVICE])
        return given


context: Final = Context()
"""The context of this process."""
