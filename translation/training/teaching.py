"""Teach: what changes a pair before it is written, so that the model learns to carry something (placeholders, markers)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import is_dataclass
from inspect import isfunction

from translation.training.pair import Pair

Teach = Callable[[Pair, random.Random], Pair]


def module(teach: Teach) -> str:
    """Where it is written."""
    return str(getattr(teach, "__module__", type(teach).__module__))


def name(teach: Teach) -> str:
    """What tells one way of teaching from another: a function's name, or the settings of a dataclass. Nothing else has such a name."""
    if is_dataclass(teach):
        return repr(teach)
    own = str(getattr(teach, "__qualname__", ""))
    if not isfunction(teach) or "<" in own:
        raise TypeError(f"{teach!r} cannot be told from another by a name; teach with a function of a module or a frozen dataclass")
    return f"{module(teach)}.{own}"
