"""Limits by the length of the source: one number for each band of words."""

from __future__ import annotations

from collections.abc import Sequence


def of(words: int, bands: Sequence[int], limits: Sequence[float]) -> float:
    """The limit for a source of so many words; `bands`: the most words of every band but the last."""
    return limits[sum(words > most for most in bands)]


def check(bands: Sequence[int], *limits: Sequence[float]) -> None:
    """ValueError unless bands rise and there is one limit more than bands."""
    if list(bands) != sorted(set(bands)):
        raise ValueError(f"bands must rise, found {list(bands)}")
    for one in limits:
        if len(one) != len(bands) + 1:
            raise ValueError(f"{len(bands)} bands need {len(bands) + 1} limits, found {list(one)}")


def words(bands: Sequence[int], limits: Sequence[float]) -> str:
    """As "-0.2 up to 8 words, 0.1 above"."""
    named = [f"{limit:g} up to {most} words" for limit, most in zip(limits, bands, strict=False)]
    return ", ".join([*named, f"{limits[-1]:g} above"])
