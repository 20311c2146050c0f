"""Runs a function with its secrets as parameters, as the runtime of ``qhub.commons`` 1.2.2 does."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Final, NamedTuple

from .client import Client
from .delivery import variable_value
from .errors import MissingSecretError
from .inputs import fit, read_directory
from .parameters import Parameter, load, parameters_of
from .redaction import Redaction
from .secret_value import SecretValue
from .settings import URL, Settings

ENTRYPOINT: Final = "user_code.src.program:run"
_INPUT_DIRECTORY: Final = "/var/runtime/input"
_LOG: Final = logging.getLogger("strongroom")


def run(
    target: str | Callable[..., object],
    inputs: Mapping[str, object] | None = None,
    *,
    environ: MutableMapping[str, str] | None = None,
) -> object:
    """Calls ``target`` (a function, or ``package.module:function``) and answers with what it returns.

    Every ``SecretValue`` parameter comes from the variable ``SECRET_<NAME>`` (:func:`variable_of_parameter`); one that
    is not set there, and with ``STRONGROOM_URL`` set, is what ``strongroom run`` would put into that variable. Variables
    that were used are removed from the environment before the function is called (there, they stayed). Every other
    parameter comes from ``inputs``; without these, from the JSON files in ``INPUT_DIRECTORY`` (as there,
    ``/var/runtime/input`` unless set), by their names.

    An ``Optional[SecretValue]`` that is nowhere becomes ``None``, whatever its default, as there. Any other raises
    ``MissingSecretError``, a ``ValueError`` with the original's sentence. Further: ``ConfigurationError``,
    ``InputError``, ``UnusableSecretError``, the errors of :class:`strongroom.client.Client`, and whatever the function
    raises.

    The original does not see annotations under ``from __future__ import annotations``; this one does. Data pools are not
    part of this package.
    """
    return prepare(target, inputs, environ).call()


class Call(NamedTuple):
    """A function with all of its arguments."""

    function: Callable[..., object]
    arguments: dict[str, object]

    def call(self) -> object:
        """Calls it; a coroutine is run to its end."""
        kinds = inspect.signature(self.function).parameters
        first, named = [], {}
        for name, value in self.arguments.items():
            if kinds[name].kind is inspect.Parameter.POSITIONAL_ONLY:
                first.append(value)
            else:
                named[name] = value
        result = self.function(*first, **named)
        return asyncio.run(result) if inspect.iscoroutine(result) else result


def prepare(
    target: str | Callable[..., object],
    inputs: Mapping[str, object] | None = None,
    environ: MutableMapping[str, str] | None = None,
    redaction: Redaction | None = None,
) -> Call:
    """Everything of :func:`run` but the call; ``redaction`` learns the values."""
    environ = os.environ if environ is None else environ
    function = load(target) if isinstance(target, str) else target
    parameters = parameters_of(function)
    given = read_directory(Path(environ.get("INPUT_DIRECTORY") or _INPUT_DIRECTORY)) if inputs is None else dict(inputs)
    regular = {parameter.name: fit(parameter, given) for parameter in parameters if not parameter.is_secret}
    texts = _secrets([parameter for parameter in parameters if parameter.is_secret], environ)
    if redaction is not None:
        redaction.add(text for text in texts.values() if text is not None)
    secret = {name: None if text is None else SecretValue(text) for name, text in texts.items()}
    return Call(function, {p.name: (secret if p.is_secret else regular)[p.name] for p in parameters})


def _secrets(wanted: list[Parameter], environ: MutableMapping[str, str]) -> dict[str, str | None]:
    texts = {parameter.name: environ.get(parameter.variable) for parameter in wanted}
    if environ.get(URL) and None in texts.values():
        delivery = Client(Settings(environ)).values()
        for parameter in wanted:
            if texts[parameter.name] is None:
                texts[parameter.name] = variable_value(delivery, parameter.variable)
    for parameter in wanted:
        if texts[parameter.name] is None and not parameter.is_optional:
            _missing(parameter)
    for parameter in wanted:
        environ.pop(parameter.variable, None)
    return texts


def _missing(parameter: Parameter) -> None:
    name, variable = parameter.name, parameter.variable
    cause = KeyError(f"Environment variable '{variable}' not found for parameter '{name}'")
    _LOG.warning("Environment variable not found for secret parameter '%s': %s", name, cause)
    raise MissingSecretError(
        f"Required secret parameter '{name}' not found. Expected environment variable: {variable}"
    ) from cause
