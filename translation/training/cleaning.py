"""Cleaning: is a pair of texts worth training on? Kept as it is written on, or left out for exactly one Reason.

The checks are those of OpusFilter (Aulamo et al. 2020, https://aclanthology.org/2020.acl-demos.20), cheapest first. Numbers that differ
in their digits are compared by value, as the gate does ("3 pm" and "klockan 15" agree).
Misses: a fluent translation of another sentence of about the same length.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from templates.language import ENGLISH, Language
from translation import stand_ins
from translation.gates import numbers, script
from translation.training import kept_out
from translation.training.pair import Pair
from translation.training.reason import Reason

LARGE = ("de", "nl", "fr", "es", "it", "fi")  # what a wrong text is likeliest to be in
ALIKE = {"nb": ("no", "nn"), "no": ("nb", "nn"), "nn": ("nb", "no")}  # codes that stand for one language where an identifier lacks the other

_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f\ufffd\ufffe\uffff]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")
_STAND_IN = re.compile("|".join(map(re.escape, [*"⟦⟧"])) + "|" + re.escape(stand_ins.tag("sv")).replace("sv", "[a-z]{2,3}"))
_DIGITS = re.compile(r"\d+")
_NOT_PROSE = re.compile(r"\S*[\d@/\\_=]\S*")


@dataclass(frozen=True, slots=True)
class Settings:
    """`longest` characters fit into 256 positions of nearly every SentencePiece model; `most_ratio` holds after `slack` characters are
    taken off the longer side. `letters_least`: share of the characters that are no blanks.

    A side is refused for its language if it has at least `language_words` words and the language's and its neighbours' (`mistaken_for`)
    probability together is below `family_least`, or at least `long_words` and its own is below `own_least`. `name_words`: a copy of so few
    words, each with a capital or a figure, is a name.

    Of 6,170 human translations into Swedish 29 are too long and 3 others left out; of 900 sentences each in Norwegian, Danish and German
    beside the English of other translators 9, 8 and 2 are kept, of the same with the columns swapped 3 of 1,000; of sentences beside the
    translation of the next one half are kept: only length and figures tell those.
    """

    shortest: int = 2
    longest: int = 300
    most_ratio: float = 2.2
    slack: int = 12
    letters_least: float = 0.5
    language_words: int = 4
    long_words: int = 6
    family_least: float = 0.1
    own_least: float = 0.1
    name_words: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.longest or self.most_ratio < 1 or self.slack < 0:
            raise ValueError("shortest must be from 1 to longest, most_ratio at least 1 and slack at least 0")


class Cleaner:
    """Judges pairs one after the other; remembers what it has kept, so that a second copy is a duplicate."""

    def __init__(self, settings: Settings, *, source: Language, target: Language, keep_out: frozenset[int] = frozenset()) -> None:
        self._settings = settings
        self._languages = (source, target)
        self._keep_out = keep_out
        self._seen: set[int] = set()

    @property
    def codes(self) -> tuple[str, str]:
        """The codes of source and target language."""
        return self._languages[0].code, self._languages[1].code

    def judge(self, source: str, target: str, *, origin: str) -> Pair | Reason:
        """The pair in NFC with single blanks, or why not."""
        texts = tidy(source), tidy(target)
        reason = self._form(*texts) or self._content(*texts)
        if reason:
            return reason
        plain = tuple(kept_out.plain(text) for text in texts)
        if any(kept_out.key(text) in self._keep_out for text in plain if text):
            return Reason.KEPT_OUT
        both = kept_out.key(*plain)
        if both in self._seen:
            return Reason.DUPLICATE
        if not all(map(self._speaks, texts, self._languages)):
            return Reason.LANGUAGE
        self._seen.add(both)
        return Pair(*texts, origin)

    def _form(self, source: str, target: str) -> Reason | None:
        given = self._settings
        both = f"{source}\t{target}"
        if _CONTROL.search(both):
            return Reason.CONTROL
        if _MARKUP.search(both):
            return Reason.MARKUP
        if _STAND_IN.search(both):
            return Reason.STAND_IN
        short, long = sorted((len(source), len(target)))
        if not short:
            return Reason.EMPTY
        if short < given.shortest:
            return Reason.SHORT
        if long > given.longest:
            return Reason.LONG
        return Reason.RATIO if long - given.slack > given.most_ratio * short else None

    def _content(self, source: str, target: str) -> Reason | None:
        if any(sum(map(str.isalpha, text)) < self._settings.letters_least * (len(text) - text.count(" ")) for text in (source, target)):
            return Reason.LETTERS
        for text, other, language in ((source, target, self._languages[0]), (target, source, self._languages[1])):
            found = script.score("" if other is target else other, text, language)
            if found.foreign and script.judged(found, script.Settings()):
                return Reason.SCRIPT
        if source.casefold() == target.casefold() and not self._is_name(source):
            return Reason.COPY
        return None if self._agree(source, target) else Reason.NUMBERS

    def _is_name(self, text: str) -> bool:
        words = text.split()
        return len(words) <= self._settings.name_words and all(word[0].isupper() or word[0].isdigit() for word in words)

    def _agree(self, source: str, target: str) -> bool:
        """Whether the figures are the same, or at least what they say; the latter is known from English or into it."""
        if sorted(_DIGITS.findall(source)) == sorted(_DIGITS.findall(target)):
            return True
        if sorted("".join(_DIGITS.findall(source))) == sorted("".join(_DIGITS.findall(target))):
            return True  # 1,234.5 and 1 234,5; two dates in another order
        first, second = self._languages
        if ENGLISH not in (first.code, second.code):
            return False
        said = numbers.score(source, target, second) if first.code == ENGLISH else numbers.score(target, source, first)
        return not said.lost and not said.added

    def _speaks(self, text: str, language: Language) -> bool:
        """Whether the text is long enough to tell and in the language, or one its short texts are mistaken for."""
        given = self._settings
        prose = _NOT_PROSE.sub(" ", text)
        words = len(prose.split())
        if words < given.language_words:
            return True
        identifier, own, family = _identifier(tuple(one.code for one in self._languages), language.code, language.mistaken_for)
        if not own:
            return True
        shares = dict(identifier.rank(prose))
        if words >= given.long_words and sum(map(shares.__getitem__, own)) < given.own_least:
            return False
        return sum(map(shares.__getitem__, family)) >= given.family_least


def tidy(text: str) -> str:
    """NFC, single blanks, without characters that nobody sees."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


@cache
def _identifier(both: tuple[str, str], code: str, neighbours: tuple[str, ...]) -> tuple[LanguageIdentifier, frozenset[str], frozenset[str]]:
    """An identifier that chooses among few languages; what it calls this one (nothing where it does not know it), and this one's family."""
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    labels = frozenset(found.labels)
    own = frozenset((code, *ALIKE.get(code, ()))) & labels
    family = (own | {name for one in neighbours for name in (one, *ALIKE.get(one, ()))}) & labels
    other = next((one for one in both if one != code), code)
    family -= {other} | set(ALIKE.get(other, ())) - own
    found.set_languages(sorted(({*LARGE, *family, other, *ALIKE.get(other, ())}) & labels))
    return found, own, frozenset(family)
