"""Limits by the length of the source: one number for each band of words."""

from __future__ import annotations

from collections.abc import Sequence


def band(words: int, bands: Sequence[float]) -> int:
    """The number of the band of a source of so many words, from 0; `bands`: the most words of every band but the last."""
    return sum(words > most for most in bands)


def of(words: int, bands: Sequence[float], limits: Sequence[float]) -> float:
    """The limit for a source of so many words."""
    return limits[band(words, bands)]


def check(bands: Sequence[float], *limits: Sequence[float]) -> None:
    """ValueError unless bands rise and there is one limit more than bands."""
    if list(bands) != sorted(set(bands)):
        raise ValueError(f"bands must rise, found {list(bands)}")
    for one in limits:
        if len(one) != len(bands) + 1:
            raise ValueError(f"{len(bands)} bands need {len(bands) + 1} limits, found {list(one)}")


def words(bands: Sequence[float], limits: Sequence[float]) -> str:
    """As "-0.2 up to 8 words, 0.1 above"."""
    named = [f"{limit:g} up to {most:g} words" for limit, most in zip(limits, bands, strict=False)]
    return ", ".join([*named, f"{limits[-1]:g} above"])
