"""label_words: draft the words a task is answered in: candidates in carriers, the one that comes back best, variants, no clashes.

A label word has no context, and an engine left without one reads "check calendar" as a calendar of chess. So each word is asked for
alone and in short carriers; what stands in the carrier's place is a candidate, and the one whose translation back has most of the
source's lemmas is chosen (back-translation as a check of translated instruments: Brislin 1970,
https://doi.org/10.1177/135910457000100301). Forms and lemmas are simplemma's (https://github.com/adbar/simplemma).
Misses: a wrong sense that comes back as the same English word, and register.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import simplemma
from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

from templates.language import ENGLISH
from templates.verbalizer import plain
from translation.engine import Translator

SAID_ALONE = "Answer: {}."
AS_ACTION = ("It is {}.", "to {}")  # for what a speaker wants; the name of a thing would become a verb
PROBES = ("X1", "open", "buy", "help", "walk")  # what carriers are filled with to learn how they themselves are said
ENDINGS = {"sv": ("t", "a"), "da": ("t", "e"), "nb": ("t", "e")}  # of regular adjectives; elsewhere the dictionary's forms are taken
MOST_FORMS = 6  # an adjective has that many, a verb has more: then none is a variant
NEAR = 0.85  # likeness of two lemmas that count as one
EMPTY_WORDS = frozenset({"a", "an", "the", "of", "to", "it", "i", "in", "is", "are", "be"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One drafted word: `text`, what it comes back as, `match` 0-1 with the source; `others` by falling match; `doubts` in words."""

    source: str
    text: str
    back: str
    match: float
    others: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def choose(sources: Sequence[str], code: str, *, translator: Translator, back: Translator | None, things: bool = False) -> list[Choice]:
    """A choice for every source word or phrase, in order. Without `back` the candidate most carriers agree on. `things`: names of things."""
    said = _candidates(sources, translator, carriers=(SAID_ALONE,) if things else (SAID_ALONE, *AS_ACTION))
    asked = list(dict.fromkeys(candidate for found in said for candidate in found))
    returned = dict(zip(asked, (output.text for output in back.translate(asked)), strict=True)) if back is not None else {}
    return [_choice(source, found, returned, code) for source, found in zip(sources, said, strict=True)]


def _candidates(sources: Sequence[str], translator: Translator, *, carriers: Sequence[str]) -> list[Counter[str]]:
    """Candidate -> carriers that gave it, the bare translation first, for every source."""
    asked = [*sources, *(carrier.format(word) for carrier in carriers for word in (*PROBES, *sources))]
    outputs = iter(output.text for output in translator.translate(asked))
    found = [Counter([_tidy(next(outputs), source)]) for source in sources]
    for _ in carriers:
        frames = {re.escape(said) for said in (re.sub(r"[\w·'’-]+(?=\W*$)", "\0", next(outputs), count=1) for _ in PROBES)}
        pattern = re.compile("|".join(sorted((frame.replace("\0", "(.+)") for frame in frames if "\0" in frame), key=len, reverse=True)) or r"(?!)")
        for place, source in enumerate(sources):
            match = pattern.fullmatch(next(outputs))
            if match is not None:
                found[place][_tidy(next(group for group in match.groups() if group is not None), source)] += 1
    return [Counter({text: count for text, count in votes.items() if text}) or Counter([source]) for votes, source in zip(found, sources, strict=True)]


def _tidy(said: str, source: str) -> str:
    """Without the punctuation and the capital that an engine adds to a bare word."""
    text = said.strip().strip('.:;!?"“”»«')
    return text[:1].lower() + text[1:] if source[:1].islower() and not text[1:2].isupper() else text


def _choice(source: str, votes: Counter[str], returned: Mapping[str, str], code: str) -> Choice:
    matches = {text: overlap(source, returned[text]) if returned else 0.0 for text in votes}
    in_order = {text for text in votes if returned and len(_pairs(source, returned[text])) == len(_lemmas(source)) == len(_lemmas(returned[text]))}
    bases = {text: base(text, code) for text in votes}
    agreed = Counter({base: sum(count for text, count in votes.items() if bases[text] == base) for base in bases.values()})
    ranked = sorted(votes, key=lambda text: (-matches[text], text not in in_order, -agreed[bases[text]], bases[text] != text, -votes[text]))
    best = ranked[0]
    doubts = []
    if returned and matches[best] < 1:
        doubts.append(f"comes back as {returned[best]!r}")
    if not returned and len(votes) > 1:
        doubts.append(f"or {ranked[1]!r}")
    if best.casefold() == source.casefold():
        doubts.append("the same as in English")
    elif stray := [word for word in best.split() if word in source.split() and not known(word, code)]:
        doubts.append(f"{stray[0]!r} may be untranslated")
    return Choice(source, best, returned.get(best, ""), matches[best], tuple(ranked[1:]), tuple(doubts))


def overlap(source: str, back: str) -> float:
    """F1 of the English lemmas of two phrases in whatever order, without the empty words; spelling may vary a little (color, colour)."""
    one, other = _lemmas(source), _lemmas(back)
    met = 0
    for word in one:
        if near := difflib.get_close_matches(word, other, n=1, cutoff=NEAR):
            other.remove(near[0])
            met += 1
    return 2 * met / (len(one) + len(other) + met) if one else 0.0


def _pairs(source: str, back: str) -> list[tuple[str, str]]:
    """The lemmas that meet place by place."""
    both = zip(_lemmas(source), _lemmas(back), strict=False)
    return [(one, other) for one, other in both if difflib.SequenceMatcher(None, one, other).ratio() >= NEAR]


def _lemmas(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return [simplemma.lemmatize(word, lang=ENGLISH) for word in words if word not in EMPTY_WORDS] or [word for word in words if word]


def _dictionary(code: str) -> str:
    """simplemma's name of the language, or nothing."""
    base = code.partition("-")[0]
    return base if base in SUPPORTED_LANGUAGES else ""


def base(text: str, code: str) -> str:
    """The lemma of one word; a phrase stands for itself."""
    return simplemma.lemmatize(text, lang=_dictionary(code)) if text.isalpha() and _dictionary(code) else text


def has_dictionary(code: str) -> bool:
    """Whether simplemma knows words of the language."""
    return bool(_dictionary(code))


def known(word: str, code: str) -> bool:
    """Whether simplemma's dictionary of the language holds the word; True where it has none."""
    return not _dictionary(code) or simplemma.is_known(word, lang=_dictionary(code))


def variants(words: Iterable[str], code: str) -> dict[str, tuple[str, ...]]:
    """Other grammatical forms of each word, confirmed by lemmatising them back; none of a phrase or of an unknown word."""
    name = _dictionary(code)
    single = [word for word in words if name and word.isalpha() and simplemma.is_known(word, lang=name)]
    lemmas = {word: simplemma.lemmatize(word, lang=name) for word in single}
    forms = {lemma: set[str]() for lemma in lemmas.values()}
    if code in ENDINGS:
        for word, lemma in lemmas.items():
            made = [word + ending for ending in ENDINGS[code]]
            forms[lemma] |= {form for form in made if simplemma.is_known(form, lang=name) and simplemma.lemmatize(form, lang=name) == lemma}
    elif forms:
        for form, lemma in DefaultDictionaryFactory().get_dictionary(name).items():
            if lemma in forms and form.isalpha() and simplemma.lemmatize(form, lang=name) == lemma:
                forms[lemma].add(form)
    return {word: tuple(sorted(forms[lemma] - {word})) if len(forms[lemma]) <= MOST_FORMS else () for word, lemma in lemmas.items()}


def part(choices: Mapping[str, Choice], *, closed: bool) -> dict[str, Choice]:
    """No two labels with one word, and (unless `closed`) none the beginning of another: the later one takes its next candidate that
    is free, or keeps its English word; either is a doubt. Closer matches choose first."""
    done: dict[str, Choice] = {}
    for label in sorted(choices, key=lambda label: -choices[label].match):
        choice = choices[label]
        taken = [plain(other.text) for other in done.values()]
        free = [text for text in (choice.text, *choice.others) if not any(clash(plain(text), word, closed=closed) for word in taken)]
        if free[:1] != [choice.text]:
            rival = next(name for name, other in done.items() if clash(plain(choice.text), plain(other.text), closed=closed))
            said = f"{choice.text!r} collides with the word of {rival}" + ("" if free else ": left in English")
            choice = replace(choice, text=free[0] if free else choice.source, doubts=(*choice.doubts, said))
        done[label] = choice
    return {label: done[label] for label in choices}


def clash(one: str, other: str, *, closed: bool) -> bool:
    """Whether two plain words cannot stand for two labels."""
    return one == other or (not closed and (one.startswith(other) or other.startswith(one)))
