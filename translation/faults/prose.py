"""Prose: faults of whole texts: not translated, another language, cut, looped, another row's, added to, or its letters spoilt."""

from __future__ import annotations

import re
from random import Random

from translation.faults.pool import Pool, names_of
from translation.gold import Pair

Planted = tuple[str, Pair]
CLOSING = re.compile(r"[.!?…]*[\"”'’»)]*$")
NEGATIONS = {
    "sv": ("inte", "icke", "ej", "aldrig"),
    "nb": ("ikke", "ikkje", "aldri"),
    "no": ("ikke", "ikkje", "aldri"),
    "nn": ("ikkje", "aldri"),
    "da": ("ikke", "aldrig"),
    "de": ("nicht", "nie", "niemals"),
    "nl": ("niet", "nooit"),
    "ca": ("no", "mai"),
    "es": ("no", "nunca"),
    "pt": ("não", "nunca"),
    "fr": ("pas", "jamais"),
    "it": ("non", "mai"),
    "is": ("ekki", "aldrei"),
}
NEGATED = re.compile(r"\b(?:not|cannot|never|no)\b|n['’]t\b", re.IGNORECASE)


def _damaged(form: str, pair: Pair, target: str) -> Planted | None:
    return (form, Pair(pair.source, target)) if target.strip() and target != pair.target else None


def close_of(text: str) -> int:
    """Where the closing mark begins."""
    found = CLOSING.search(text)
    assert found is not None
    return found.start()


def untranslated(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """The source itself; of three words or more, so that there was something to translate."""
    return _damaged("whole", pair, pair.source) if len(pair.source.split()) >= 3 else None


def wrong_language(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A neighbour language's sentence of like length, or as much of a longer one; without figures, so that they do not give it away."""
    if not any(pool.neighbours.values()) or re.search(r"\d", pair.source):
        return None
    code = rng.choice(sorted(code for code, texts in pool.neighbours.items() if texts))
    length = len(pair.target)
    near = [text for text in pool.neighbours[code] if 0.85 <= len(text) / length <= 1.2]
    if near:
        return _damaged(code, pair, rng.choice(near))
    longer = [text for text in pool.neighbours[code] if len(text) > length]
    if not longer:
        return None
    words = rng.choice(longer).split()[: len(pair.target.split())]
    return _damaged(code, pair, " ".join(words).rstrip(",;:–") + pair.target[close_of(pair.target) :])


def truncated(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """Cut off after half of its words."""
    words = pair.target.split()
    return _damaged("by half", pair, " ".join(words[: len(words) // 2])) if len(words) >= 4 else None


def repeated(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A word or a phrase of three said over and over, or once too often, or the whole text twice: what decoders do when they loop."""
    words, end = pair.target[: close_of(pair.target)].split(), pair.target[close_of(pair.target) :]
    form = rng.choice(("word looped", "phrase looped", "phrase doubled", "text doubled"))
    if form == "text doubled":
        return _damaged(form, pair, f"{pair.target} {pair.target}")
    size, times = {"word looped": (1, rng.randint(5, 10)), "phrase looped": (3, rng.randint(3, 5)), "phrase doubled": (3, 1)}[form]
    if len(words) < size:
        return None
    place = rng.randrange(size, len(words) + 1)
    return _damaged(form, pair, " ".join([*words[:place], *words[place - size : place] * times, *words[place:]]) + end)


def negation_dropped(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """The word that negates is left out, where the source negates as well."""
    listed = NEGATIONS.get(pool.code.split("-")[0], ())
    found = re.search(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", pair.target, re.IGNORECASE) if listed and NEGATED.search(pair.source) else None
    if found is None:
        return None
    target = re.sub(r"\s+", " ", pair.target[: found.start()] + pair.target[found.end() :]).strip()
    return _damaged(found.group().lower(), pair, target[:1].upper() + target[1:] if found.start() == 0 else target.replace(" ,", ",").replace(" .", "."))


def entity_swapped(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A name that both sides share becomes another row's name."""
    names = names_of(pair)
    others = [name for name in pool.names if name not in pair.target and name not in pair.source]
    if not names or not others:
        return None
    return _damaged("name", pair, re.sub(rf"(?<!\w){re.escape(rng.choice(names))}(?!\w)", rng.choice(others), pair.target))


def neighbours_translation(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """Another row's translation, of like length."""
    other = pool.like(pair.target, rng)
    return _damaged("like length", pair, other) if other else None


def hallucinated_clause(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """Another row's clause is appended: after a comma inside the sentence, or as a sentence of its own."""
    clauses = [clause for clause in pool.clauses if clause not in pair.target]
    if not clauses:
        return None
    clause, place = rng.choice(clauses), close_of(pair.target)
    body, end = pair.target[:place], pair.target[place:]
    if rng.random() < 0.5:
        return _damaged("after a comma", pair, f"{body}, {clause[0].lower()}{clause[1:]}{end}")
    return _damaged("as a sentence", pair, f"{body}{end or '.'} {clause[0].upper()}{clause[1:]}.")


def casing_destroyed(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """All capitals, no capital, or every second one."""
    form = rng.choice(("capitals", "small", "mixed"))
    text = pair.target
    made = {"capitals": text.upper(), "small": text.lower(), "mixed": "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(text))}[form]
    return _damaged(form, pair, made)


def encoding_damaged(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """Letters beyond ASCII read in a wrong encoding, replaced by a mark, or left as HTML entities."""
    text = pair.target
    if not re.search(r"[^\W\d_a-zA-Z]", text):
        return None
    form = rng.choice(("latin-1", "cp1252", "replacement mark", "question mark", "entity"))
    if form in ("latin-1", "cp1252"):
        return _damaged(form, pair, text.encode("utf-8").decode(form, errors="replace"))
    return _damaged(form, pair, re.sub(r"[^\W\d_a-zA-Z]", lambda found: _spoilt(found.group(), form), text))


def _spoilt(letter: str, form: str) -> str:
    return {"replacement mark": "\ufffd", "question mark": "?"}.get(form, f"&#{ord(letter)};")
