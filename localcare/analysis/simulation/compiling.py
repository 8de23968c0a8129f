"""Loops that numba compiles where it is installed, and that run as plain Python where it is not: one source, one result."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

try:
    import numba
except ImportError:  # the extra `fast` is not installed
    numba = None

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(function: Loop) -> Loop:
    """The function compiled at its first call (without holding Python's lock), or itself where numba is absent."""
    return function if numba is None else numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def is_compiled(function: Callable[..., Any]) -> bool:
    """Whether a call runs compiled code: false without numba, and with NUMBA_DISABLE_JIT=1."""
    return hasattr(function, "py_func")


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same loop as plain Python, with every loop that it calls plain too; it takes lists as well as arrays."""
    if not is_compiled(function):
        return function
    known: dict[Any, Any] = {}

    def of(loop: Any) -> Any:
        if loop not in known:
            names: dict[str, Any] = {}
            known[loop] = FunctionType(loop.py_func.__code__, names, loop.__name__)
            names |= {
                name: of(value) if is_compiled(value) else value
                for name, value in loop.py_func.__globals__.items()
                if name == "__builtins__" or name in loop.py_func.__code__.co_names
            }
        return known[loop]

    found: Callable[..., Any] = of(function)
    return found
