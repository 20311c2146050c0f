"""The OpenAPI document of a function, with its secrets under ``$secrets``.

Follows ``qhub.commons`` 1.2.2 (``openapi/schema.py``, ``openapi/generator.py``).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final

from .errors import ConfigurationError
from .parameters import EMPTY, Parameter, load, parameters_of, return_annotation

_PLAIN: Final[dict[Any, dict[str, object]]] = {
    EMPTY: {},
    Any: {},
    object: {},
    None: {"type": "null"},
    type(None): {"type": "null"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    dict: {"type": "object"},
    list: {"type": "array"},
}


def document(target: str | Callable[..., object]) -> dict[str, object]:
    """The OpenAPI 3.1.0 document of a function: ``POST /`` with its parameters as the properties of the body.

    Secret parameters leave ``properties`` and are listed, under their own names, in ``properties.$secrets``; ``required``
    then ends with ``$secrets``, as the original's README shows it (its generator also lists each secret there, which no
    caller can satisfy). Without any parameter there is no body.

    Parameters of plain types need nothing else; pydantic models and generic types need the extra ``strongroom[openapi]``
    (``ConfigurationError`` otherwise).
    """
    function = load(target) if isinstance(target, str) else target
    parameters = parameters_of(function)
    schemas = _Schemas()
    operation: dict[str, object] = {}
    if parameters:
        body = _body(parameters, schemas)
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    returned = schemas.of(return_annotation(function))
    operation["responses"] = {
        "200": {"description": "What the function returns", "content": {"application/json": {"schema": returned}}}
    }
    found: dict[str, object] = {
        "openapi": "3.1.0",
        "info": {"title": getattr(function, "__name__", "run"), "version": "1"},
        "paths": {"/": {"post": operation}},
    }
    if schemas.components:
        found["components"] = {"schemas": schemas.components}
    return found


def _body(parameters: list[Parameter], schemas: _Schemas) -> dict[str, object]:
    regular = [parameter for parameter in parameters if not parameter.is_secret]
    secret = [parameter for parameter in parameters if parameter.is_secret]
    properties = {parameter.name: schemas.of(parameter.annotation) for parameter in regular}
    required = [p.name for p in regular if p.default is EMPTY and not p.is_optional]
    if secret:
        properties["$secrets"] = {
            "type": "object",
            "description": "Secret values to be injected as environment variables",
            "properties": {
                parameter.name: {
                    "type": "string",
                    "description": f"Secret value for parameter '{parameter.name}'",
                }
                for parameter in secret
            },
            "additionalProperties": False,
        }
        required.append("$secrets")
    body: dict[str, object] = {"type": "object", "properties": properties}
    return {**body, "required": required} if required else body


class _Schemas:
    """JSON schemas of annotations; what they share is collected in ``components``."""

    def __init__(self) -> None:
        self.components: dict[str, object] = {}

    def of(self, annotation: Any) -> dict[str, object]:
        try:
            plain = _PLAIN.get(annotation)
        except TypeError:
            plain = None
        if plain is not None:
            return dict(plain)
        try:
            pydantic = importlib.import_module("pydantic")
        except ModuleNotFoundError:
            raise ConfigurationError(
                f"the schema of {annotation!r} needs pydantic: pip install 'strongroom[openapi]'"
            ) from None
        try:
            adapter = pydantic.TypeAdapter(annotation)
            schema: dict[str, object] = adapter.json_schema(ref_template="#/components/schemas/{model}")
        except pydantic.PydanticUserError as error:
            raise ConfigurationError(f"{annotation!r} has no JSON schema: {error.message}") from None
        definitions = schema.pop("$defs", {})
        if isinstance(definitions, dict):
            self.components.update(definitions)
        return schema
