"""Phrases: spans of a pair that say the same, by its word links, fit to stand between two markers."""

from __future__ import annotations

from dataclasses import dataclass

from translation.stand_ins import PLACEHOLDERS
from translation.training.alignment import Links, words

LONGEST = 5  # words of the source; a slot value has seldom more
RATIO = 3  # words of one side per word of the other


@dataclass(frozen=True, slots=True)
class Phrase:
    """Spans of characters in source and target; `words` of the source."""

    source: tuple[int, int]
    target: tuple[int, int]
    words: int


def phrases(source: str, target: str, links: Links) -> list[Phrase]:
    """The phrase pairs consistent with the links (Och and Ney 2004, https://aclanthology.org/J04-4002) whose every word is linked, the
    outer ones surely: no word in one side is linked outside the other, no punctuation in either, neither is a whole text, nor small words alone.
    """
    ours, theirs = words(source), words(target)
    at_source: dict[int, set[int]] = {}
    at_target: dict[int, set[int]] = {}
    for left, right in links.all:
        if not _may_say(source[slice(*ours[left])], target[slice(*theirs[right])]):
            continue
        at_source.setdefault(left, set()).add(right)
        at_target.setdefault(right, set()).add(left)
    sure = {left for left, _ in links.sure}, {right for _, right in links.sure}
    found = []
    for first in range(len(ours)):
        for last in range(first, min(first + LONGEST, len(ours))):
            reached = [place for one in range(first, last + 1) for place in at_source.get(one, ())]
            if first not in sure[0] or last not in sure[0] or not reached:
                continue
            low, high = min(reached), max(reached)
            inside = range(first, last + 1), range(low, high + 1)
            if low not in sure[1] or high not in sure[1] or len(inside[0]) == len(ours) or len(inside[1]) == len(theirs):
                continue
            if not all(one in at_source for one in inside[0]) or not all(one in at_target and at_target[one] <= {*inside[0]} for one in inside[1]):
                continue
            if max(len(inside[0]), len(inside[1])) > RATIO * min(len(inside[0]), len(inside[1])):
                continue
            said = [[text[slice(*spans[one])] for one in span] for text, spans, span in ((source, ours, inside[0]), (target, theirs, inside[1]))]
            if all(_is_word(word) for side in said for word in side) and any(len(word) >= 3 or word.isdecimal() for word in said[0]):
                found.append(Phrase((ours[first][0], ours[last][1]), (theirs[low][0], theirs[high][1]), len(inside[0])))
    return found


def _may_say(word: str, other: str) -> bool:
    """A placeholder says itself and nothing else."""
    return word == other or not {word, other} & {*PLACEHOLDERS}


def _is_word(text: str) -> bool:
    return text in PLACEHOLDERS or text[0].isalnum()
