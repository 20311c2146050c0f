"""Local mode: ``EF_ENV=local`` and the file ``ef_env.json``, as ``fx_ef`` 1.5.1 has them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final, NoReturn

from .errors import ConfigurationError

FILE: Final = "ef_env.json"
_NEW: Final = {
    "params": {"package_name": "local_package", "package_id": "1234456778"},
    "config": {},
    "secrets": {},
}


class LocalSecrets:
    """The secrets of ``ef_env.json``. No server is asked."""

    def __init__(self, secrets: dict[str, object]) -> None:
        """The object ``secrets`` of the file."""
        self._secrets = secrets

    def get(self, name: str) -> object:
        """The value as it is in the file; ``{}`` when absent, as in the original."""
        return self._secrets.get(name, {})

    def set(self, name: str, value: object, context: str) -> NoReturn:
        """Refused: ``AttributeError``, as in the original, which has no ``set`` in local mode."""
        raise AttributeError("secrets cannot be set with EF_ENV=local; edit ef_env.json")

    def watch(self) -> NoReturn:
        """Refused: there is no server that could tell."""
        raise AttributeError("nothing tells of changes with EF_ENV=local")

    def on_change(self, callback: object) -> NoReturn:
        """Refused: there is no server that could tell."""
        raise AttributeError("nothing tells of changes with EF_ENV=local")


def read(directory: Path) -> dict[str, dict[str, object]]:
    """The objects of ``ef_env.json`` in ``directory``.

    Makes the file with the original's content where it is missing, readable by its owner alone as it will hold secrets.
    ``ConfigurationError`` with line and column when it is not a JSON object of objects.
    """
    path = directory / FILE
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(_NEW, file)
    except FileExistsError:
        pass
    try:
        content, where = json.loads(path.read_bytes()), ""
    except json.JSONDecodeError as error:
        content, where = None, f": line {error.lineno}, column {error.colno}"
    except (UnicodeDecodeError, RecursionError):
        content, where = None, ""
    if not isinstance(content, dict) or not all(isinstance(part, dict) for part in content.values()):
        raise ConfigurationError(f"{path} is not a JSON object of objects such as `secrets` and `params`{where}")
    return content
