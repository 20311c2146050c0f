"""The runner's last line: what a program was given does not leave through its result or its traceback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SHORTEST: Final = 8
_MARK: Final = "[redacted]"


class Redaction:
    """Knows the values of one run. Shorter ones than 8 characters are left: they occur in any text."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._values: list[str] = []

    def add(self, values: Iterable[str]) -> None:
        """Learns values; longer ones are looked for first."""
        self._values = sorted({*self._values, *(v for v in values if len(v) >= _SHORTEST)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """``text`` with ``[redacted]`` wherever a value was."""
        for value in self._values:
            # As it is, and as `repr` writes it.
            for form in (value, repr(value)[1:-1]):
                text = text.replace(form, _MARK)
        return text

    def result(self, found: object) -> object:
        """A JSON value with every text in it redacted, keys too."""
        if isinstance(found, str):
            return self.text(found)
        if isinstance(found, dict):
            return {self.result(key): self.result(value) for key, value in found.items()}
        if isinstance(found, (list, tuple)):
            return [self.result(value) for value in found]
        return found
