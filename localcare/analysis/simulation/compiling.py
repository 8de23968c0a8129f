"""Loops that numba compiles where it is installed, and that run as plain Python where it is not: one source, one result.

Compiled loops are kept beside the source. Numba would keep a loop although something it calls has changed; so what is
kept is marked with a digest of every module that holds loops or where their numbers stand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

try:
    import numba
    from numba.core.caching import FunctionCache, IndexDataCacheFile
except ImportError:  # the extra `fast` is not installed
    numba = None

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(function: Loop) -> Loop:
    """The function compiled at its first call (without holding Python's lock), or itself where numba is absent."""
    if numba is None:
        return function
    found: Any = numba.njit(nogil=True, error_model="numpy")(function)
    if is_compiled(found):
        _keep(found)
    loop: Loop = found
    return loop


def _keep(loop: Any) -> None:
    """Keep the compiled loop beside the source or in the user's cache, marked with the source of all loops."""
    try:
        kept = FunctionCache(loop.py_func)
    except RuntimeError:  # no folder can be written: it is compiled anew in each process
        return
    kept._cache_file = IndexDataCacheFile(kept.cache_path, kept._impl.filename_base, _digest())
    loop._cache = kept


@cache
def _digest() -> str:
    """A digest of all modules beside this one."""
    found = blake2b(digest_size=16)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        text = file.read_bytes()
        if b"compiled" in text or file.name in ("columns.py", "counting.py"):
            found.update(text)
    return found.hexdigest()


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
