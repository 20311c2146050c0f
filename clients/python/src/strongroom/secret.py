"""A request for a secret in Flyte's words, from which a ``strongroom run`` line or a binding can be made."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Union

from .names import secret_name

_MOUNT: Final = "/etc/flyte/secrets"
_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True)
class Secret:
    """Asks for the secret ``key`` as a variable, or as a file with ``mount="/etc/flyte/secrets"``.

    Follows ``flyte.Secret`` (flyte 2.12.1): with neither ``mount`` nor ``as_env_var``, the variable is
    ``GROUP_KEY`` or ``KEY``, upper-cased, with ``-`` as ``_``. ``ValueError``, in its words, for any other mount and for a
    variable that is not ``^[A-Z_][A-Z0-9_]*$``.

    Deviations: a line break after the variable is refused too (there, ``$`` let one through); with both ``mount`` and
    ``as_env_var`` the secret is the file and the variable its path (there, the file was silently lost); ``stable_hash``
    is the same.

    In Strongroom the secret is named ``key``, and ``group_key`` with a group, as the original names it in local files.
    """

    key: str
    group: str | None = None
    mount: str | Path | None = None
    as_env_var: str | None = None

    def __post_init__(self) -> None:
        """Checks mount, variable and name, in this order."""
        if not self.mount and not self.as_env_var:
            derived = f"{self.group}_{self.key}" if self.group else self.key
            object.__setattr__(self, "as_env_var", derived.replace("-", "_").upper())
        if self.mount and str(self.mount) != _MOUNT:
            raise ValueError(f"Only {_MOUNT} is supported as secret mount path today.")
        if self.as_env_var and not _VARIABLE.fullmatch(self.as_env_var):
            raise ValueError(f"Invalid environment variable name: {self.as_env_var}, must match ^[A-Z_][A-Z0-9_]*$")

    @property
    def name(self) -> str:
        """The secret's name in Strongroom; ``InvalidNameError`` if it cannot be one."""
        return secret_name(f"{self.group}_{self.key}" if self.group else self.key)

    @property
    def path(self) -> str | None:
        """The file it is mounted at: ``/etc/flyte/secrets/<key>``, the key as given."""
        return f"{_MOUNT}/{self.key}" if self.mount else None

    def run_flags(self) -> list[str]:
        """The flags of ``strongroom run`` for it, each an argument of its own (not yet quoted for a shell)."""
        if self.path is None:
            return ["--secret", f"{self.as_env_var}={self.name}"]
        variable = ["--env", f"{self.as_env_var}={self.path}"] if self.as_env_var else []
        return ["--file", f"{self.path}={self.name}", *variable]

    def binding(self) -> dict[str, object]:
        """The binding for it, as ``PUT {service}/bindings`` reads it; a mounted one binds the file."""
        target = {"env": self.as_env_var} if self.path is None else {"file": self.path}
        return {"target": target, "secret": self.name}

    def stable_hash(self) -> str:
        """SHA-256 over the four fields, in hex, as in the original."""
        fields = (self.key, self.group, self.mount, self.as_env_var)
        return hashlib.sha256("|".join(str(field or "") for field in fields).encode()).hexdigest()


SecretRequest = Union[str, Secret, Sequence[Union[str, Secret]]]


def secrets_of(request: object) -> list[Secret]:
    """One secret or several, each by key or as a ``Secret``, as a list; ``TypeError`` for anything else."""
    several: Iterable[object] = request if isinstance(request, (list, tuple)) else [request]
    found = []
    for one in several:
        if not isinstance(one, (str, Secret)):
            raise TypeError(f"Expected secrets to be of type SecretRequest, got {type(one)}")
        found.append(Secret(one) if isinstance(one, str) else one)
    return found


def run_line(request: SecretRequest, command: Sequence[str]) -> str:
    """The line for a shell that starts ``command`` with these secrets."""
    flags = [flag for secret in secrets_of(request) for flag in secret.run_flags()]
    return shlex.join(["strongroom", "run", *flags, "--", *command])
