"""What a program gets beside its secrets: JSON, fitted to its parameters."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from .errors import InputError
from .parameters import EMPTY, Parameter


def read_directory(directory: Path) -> dict[str, object]:
    """The inputs in a directory: every ``NAME.json`` is the parameter ``NAME``. ``{}`` where there is no directory."""
    paths = sorted(directory.glob("*.json")) if directory.is_dir() else []
    return {path.stem: read_json(path.read_bytes(), str(path)) for path in paths}


def read_json(text: bytes, origin: str) -> object:
    """The JSON of a text; ``InputError`` with line and column, and without the text."""
    try:
        found: object = json.loads(text)
        return found
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        where = "it is not UTF-8, or goes too deep"
    raise InputError(f"{origin} is not JSON: {where}")


def fit(parameter: Parameter, inputs: dict[str, object]) -> object:
    """The argument for a parameter that is no secret.

    A pydantic model is validated (its errors without the input they are about), other JSON is passed as it is. When
    there is no input: the default, else ``None`` for an ``Optional``, else ``InputError``.
    """
    if parameter.name in inputs:
        return _validated(parameter, inputs[parameter.name])
    if parameter.default is not EMPTY:
        return parameter.default
    if parameter.is_optional:
        return None
    raise InputError(f"Required input parameter '{parameter.name}' not found. Expected input: {parameter.name}.json")


def _validated(parameter: Parameter, found: object) -> object:
    if not _holds_model(parameter.annotation):
        return found
    # Whoever has a model has pydantic.
    pydantic = importlib.import_module("pydantic")
    problems: list[dict[str, Any]]
    try:
        return pydantic.TypeAdapter(parameter.annotation).validate_python(found)
    except pydantic.ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg']}" for problem in problems)
    raise InputError(f"the input '{parameter.name}' does not fit: {told}")


def _holds_model(annotation: Any) -> bool:
    inner = getattr(annotation, "__args__", ())
    return hasattr(annotation, "model_validate") or any(_holds_model(part) for part in inner)
