"""Alignment: which words of a pair say the same, found by eflomal over a whole corpus at once.

eflomal: Östling and Tiedemann 2016 (https://ufal.mff.cuni.cz/pbml/106/art-ostling-tiedemann.pdf), a Gibbs sampler; it takes its seed from the
system, so the links of two runs differ a little. Both directions are joined by grow-diag (Koehn et al. 2003, https://aclanthology.org/N03-1017).
It has to be compiled, so it is an extra: `pip install lingraft[align]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from templates.refusal import Refusal
from translation import stand_ins

WORD = re.compile(rf"{'|'.join(map(re.escape, stand_ins.PLACEHOLDERS))}|\w+(?:['’.,:-]\w+)*|[^\w\s]")
AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
NOTHING = "\u2400"  # stands for a side without words: eflomal drops empty lines

Link = tuple[int, int]  # place of a word in the source and in the target


@dataclass(frozen=True, slots=True)
class Links:
    """`sure`: both directions say so; `all`: those and what grows around them."""

    sure: frozenset[Link]
    all: frozenset[Link]


def possible() -> bool:
    """Whether eflomal is installed."""
    return find_spec("eflomal") is not None


def words(text: str) -> list[tuple[int, int]]:
    """The spans of the words of a text, a placeholder or a punctuation mark being one each."""
    return [match.span() for match in WORD.finditer(text)]


def align(texts: Callable[[], Iterable[tuple[str, str]]], work: Path) -> Iterator[Links]:
    """The links of every pair that `texts()` gives, in its order; it is asked twice. Files lie in `work` until the last pair is read."""
    if not possible():
        raise Refusal("markers: eflomal, which aligns words, is not installed; pip install 'lingraft[align]' (it needs a C compiler), or do without.")
    import eflomal

    forward, reverse = work / "forward.links", work / "reverse.links"
    aligner = eflomal.Aligner()
    aligner.align(
        (_spaced(source) for source, _ in texts()),
        (_spaced(target) for _, target in texts()),
        links_filename_fwd=str(forward),
        links_filename_rev=str(reverse),
    )
    with forward.open(encoding="ascii") as ours, reverse.open(encoding="ascii") as theirs:
        for one, other in zip(ours, theirs, strict=True):
            yield joined(_links(one), _links(other))
    forward.unlink()
    reverse.unlink()


def _spaced(text: str) -> str:
    return " ".join(text[start:end] for start, end in words(text)) or NOTHING


def _links(line: str) -> set[Link]:
    return {(int(source), int(target)) for source, _, target in (one.partition("-") for one in line.split())}


def joined(forward: set[Link], reverse: set[Link]) -> Links:
    """grow-diag: from what both directions have to those of either that touch a link and a word that has none yet."""
    sure, either = forward & reverse, forward | reverse
    found = set(sure)
    sources, targets = {source for source, _ in found}, {target for _, target in found}
    grown = True
    while grown:
        grown = False
        for source, target in sorted(found):
            for down, right in AROUND:
                new = source + down, target + right
                if new in either and new not in found and (new[0] not in sources or new[1] not in targets):
                    found.add(new)
                    sources.add(new[0])
                    targets.add(new[1])
                    grown = True
    return Links(frozenset(sure), frozenset(found))
