"""What the server delivers: one value as Python has it, and what a variable would hold."""

from __future__ import annotations

import base64
import binascii

from .client import parse
from .errors import ReplyError, UnusableSecretError
from .names import variable_of


def python_value(delivered: object) -> object:
    """A delivered value: ``str`` for text, whatever the JSON is for JSON, ``bytes`` for a file."""
    kind, text = _parts(delivered)
    if kind == "text":
        return text
    found = _bytes(text) if kind == "file" else parse(text) if kind == "json" else NotImplemented
    if found is NotImplemented:
        raise ReplyError("the server delivered a value that this version of the package does not understand")
    return found


def variable_value(delivery: dict[str, object], variable: str) -> str | None:
    """What ``strongroom run`` would put into ``variable``; ``None`` if nothing.

    A binding to the variable comes first, then (in the mode ``all``) the secret whose own name becomes the variable.
    ``UnusableSecretError`` when two secrets would, or when the value is not UTF-8.
    """
    values, bindings = delivery.get("values"), delivery.get("bindings")
    if not isinstance(values, dict) or not isinstance(bindings, list):
        raise ReplyError("the server's answer is not what this version of the package understands")
    for binding in bindings:
        if isinstance(binding, dict) and binding.get("target") == {"env": variable}:
            name = str(binding.get("secret"))
            delivered = binding.get("pinned") or values.get(name)
            return None if delivered is None else _text(delivered, name, variable)
    if delivery.get("mode") != "all":
        return None
    names = [name for name in values if variable_of(name) == variable]
    if len(names) > 1:
        raise UnusableSecretError(f"the secrets {' and '.join(names)} would both become {variable}; bind one to it")
    return _text(values[names[0]], names[0], variable) if names else None


def _text(delivered: object, name: str, variable: str) -> str:
    kind, text = _parts(delivered)
    if kind != "file":
        return text
    try:
        decoded: str | None = base64.b64decode(text, validate=True).decode()
    except ValueError:
        decoded = None
    if decoded is None:
        raise UnusableSecretError(f"the secret {name} is not UTF-8 and cannot be the variable {variable}")
    return decoded


def _parts(delivered: object) -> tuple[str, str]:
    if isinstance(delivered, dict):
        kind, text = delivered.get("kind"), delivered.get("value")
        if isinstance(kind, str) and isinstance(text, str):
            return kind, text
    raise ReplyError("the server's answer holds no value where one belongs")


def _bytes(text: str) -> object:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return NotImplemented
