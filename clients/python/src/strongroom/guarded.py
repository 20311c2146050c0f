"""The base of what holds something secret: no way of copying an object in Python copies this one."""

from __future__ import annotations

from typing import NoReturn


class Guarded:
    """Refuses pickle, ``copy``, ``deepcopy``, new attributes and subclasses outside of this package."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Refuses a subclass of somebody else: it would have a ``__dict__`` and methods that show the value."""
        if cls.__module__.split(".")[0] != __name__.split(".")[0]:
            raise TypeError(f"{cls.__mro__[1].__name__} cannot be subclassed")

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be {what}: it would leave a second copy of a secret")

    def __copy__(self) -> NoReturn:
        """Refused."""
        self._refuse("copied")

    def __deepcopy__(self, _memo: object) -> NoReturn:
        """Refused."""
        self._refuse("copied")

    def __reduce__(self) -> NoReturn:
        """Refused."""
        self._refuse("pickled")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        """Refused."""
        self._refuse("pickled")

    def __getstate__(self) -> NoReturn:
        """Refused."""
        self._refuse("pickled")

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        """Refused: what was taken stays taken."""
        raise AttributeError(f"{name} of {type(self).__name__} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        """Refused."""
        raise AttributeError(f"{name} of {type(self).__name__} cannot be deleted")
