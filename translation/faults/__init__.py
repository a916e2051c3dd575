"""Faults that are planted into human translations, to learn what the gate catches.

A fault is a function `fault(pair, pool, rng) -> (form, damaged pair) | None`: the form says which of its shapes it took, None that it
cannot be planted into this pair. What few texts hold (tickers, links, placeholders, slots, figures) is first put into both sides by
a function `with_...(pair, pool, rng) -> pair`, whose result is as sound a translation as the pair was and is judged too. All chance comes
from `rng`. `translation/planting.py` lists them.
"""
