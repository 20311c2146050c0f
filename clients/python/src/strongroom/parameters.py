"""The parameters of a function: which are secrets, which variable each comes from.

Follows ``qhub.commons`` 1.2.2 (``parameters.py``), which calls this the *parameter runner*.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, ForwardRef, Union, get_args, get_origin

from .errors import ConfigurationError
from .secret_value import SecretValue

PREFIX: Final = "SECRET_"
EMPTY: Final = inspect.Parameter.empty
_UNIONS: Final = (Union, getattr(types, "UnionType", Union))
_REST: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def variable_of_parameter(name: str) -> str:
    """The variable that a secret parameter comes from.

    The original's rule, to the letter: a name in capitals stays; in any other, ``_`` goes before every ASCII capital
    but the first character, then all of it is upper-cased. ``ibmToken`` -> ``SECRET_IBM_TOKEN``, ``APIToken`` ->
    ``SECRET_A_P_I_TOKEN``.
    """
    if name.isupper() or (name.upper() == name and "_" in name):
        return PREFIX + name
    return PREFIX + re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, its annotation as an object, its default (``EMPTY`` without one)."""

    name: str
    annotation: Any
    default: object

    @property
    def is_secret(self) -> bool:
        """Whether it is a ``SecretValue``, or a union with it. ``list[SecretValue]`` is not, as in the original."""
        return self.annotation is SecretValue or SecretValue in _members(self.annotation)

    @property
    def is_optional(self) -> bool:
        """Whether it is exactly ``Optional`` of one type."""
        members = _members(self.annotation)
        return len(members) == 2 and type(None) in members

    @property
    def variable(self) -> str:
        """The variable it comes from, if it is a secret."""
        return variable_of_parameter(self.name)


def load(entrypoint: str) -> Callable[..., object]:
    """The function of ``package.module:function``; ``ConfigurationError`` when there is none."""
    module_name, _, function_name = entrypoint.partition(":")
    parts = [*module_name.split("."), function_name]
    if not all(part.isidentifier() for part in parts):
        raise ConfigurationError(f"{entrypoint[:80]!a} is not of the form package.module:function")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        # Only its own absence is a wrong entry point; what the module itself misses is told as Python tells it.
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise ConfigurationError(f"there is no module {error.name} (sys.path begins at {sys.path[0]!r})") from None
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ConfigurationError(f"the module {module_name} has no function {function_name}")
    found: Callable[..., object] = function
    return found


def parameters_of(function: Callable[..., object]) -> list[Parameter]:
    """The parameters of a function, without ``*args`` and ``**kwargs``.

    ``ConfigurationError`` when an annotation cannot be evaluated, or when two secret parameters meet in one variable
    (there, both got the same value).
    """
    found = [
        Parameter(name, _annotation(function, name, given.annotation), given.default)
        for name, given in inspect.signature(function).parameters.items()
        if given.kind not in _REST
    ]
    taken: dict[str, str] = {}
    for parameter in found:
        if not parameter.is_secret:
            continue
        other = taken.setdefault(parameter.variable, parameter.name)
        if other != parameter.name:
            raise ConfigurationError(
                f"the parameters '{other}' and '{parameter.name}' would both come from {parameter.variable}; rename one"
            )
    return found


def return_annotation(function: Callable[..., object]) -> Any:
    """What a function says it returns; ``EMPTY`` if it does not."""
    return _annotation(function, "return", inspect.signature(function).return_annotation)


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in _UNIONS else ()


def _annotation(function: Callable[..., object], name: str, annotation: Any) -> Any:
    """The annotation; texts (``from __future__ import annotations``, quotes) are evaluated where they were written."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        annotation = _evaluated(function, name, annotation)
    members = _members(annotation)
    if any(isinstance(member, ForwardRef) for member in members):
        return Union[tuple(_annotation(function, name, member) for member in members)]
    return annotation


def _evaluated(function: Callable[..., object], name: str, text: str) -> Any:
    written = inspect.unwrap(function)
    scope = dict(getattr(written, "__globals__", {}))
    free = getattr(getattr(written, "__code__", None), "co_freevars", ())
    scope.update(zip(free, (cell.cell_contents for cell in getattr(written, "__closure__", None) or ())))
    scope["__union_of__"] = Union
    try:
        tree = ast.fix_missing_locations(_Unions().visit(ast.parse(text, mode="eval")))
        return eval(compile(tree, "<annotation>", "eval"), scope)  # noqa: S307 - the program's own text
    except Exception as error:  # noqa: BLE001 - an annotation can be any expression
        reason = f"{type(error).__name__}: {error}"
    raise ConfigurationError(f"the annotation `{text}` of '{name}' cannot be evaluated: {reason}")


class _Unions(ast.NodeTransformer):
    """Writes ``A | B`` as ``Union[A, B]``, which Python 3.9 can evaluate, and takes quotes away."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.BitOr):
            return node
        both = ast.Tuple(elts=[node.left, node.right], ctx=ast.Load())
        return ast.Subscript(value=ast.Name(id="__union_of__", ctx=ast.Load()), slice=both, ctx=ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return self.visit(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        # Their arguments can be texts that are no types.
        name = getattr(node.value, "id", getattr(node.value, "attr", ""))
        return node if name in ("Literal", "Annotated") else self.generic_visit(node)
