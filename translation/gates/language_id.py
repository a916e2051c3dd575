"""language_id: is the text in the target language?

Score: probabilities by langdetect (https://github.com/Mimino666/langdetect, 55 languages, seed 0), on the text without links,
tickers, mentions, tags, figures and the names it shares with the source: of English, and of the target language with those its
short texts are mistaken for (`language.mistaken_for`). Accepted by length, because a detector knows little from few words: long
texts need the target's mass, medium ones only must not be surely English, short ones are never judged. One detector run a text,
several milliseconds: nearly all the time that the gate takes.
Misses: the neighbour language it is mistaken for (Danish for Swedish), and every text of three words or fewer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY

from templates.language import ENGLISH, Language
from translation.gates._english_words import COMMON

NAME = "language_id"
SCOPE = "text"
CALIBRATED = {"target_least": (0.99, 0.0), "english_most": (0.3, 1.01)}

NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+\.\w+|[$@#]\w+|(?<!\S)\S*\d\S*")

WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Words from which a text is long or medium, and the probabilities asked for.

    Measured on 1,000 human sentences of Swedish news, whole and cut to six and three words: langdetect is right on 98, 91 and 68 %,
    but takes only 0, 9 and 24 of 1,000 for English.
    """

    long_words: int = 8
    medium_words: int = 4
    target_least: float = 0.8
    english_most: float = 0.9


@dataclass(frozen=True, slots=True)
class Score:
    """Words judged; probability of the target (with its look-alikes) and of English; `known`: the detector knows the target."""

    words: int
    target: float
    english: float
    known: bool


@cache
def _factory() -> DetectorFactory:
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)  # of the detector's own generator: the same text always gets the same answer
    return factory


def _probabilities(text: str) -> dict[str, float]:
    detector = _factory().create()
    detector.append(text)
    try:
        return {found.lang: found.prob for found in detector.get_probabilities()}
    except LangDetectException:  # no letters it knows
        return {}


def _names(source: str) -> set[str]:
    """Capitalised words that are no common English ones, alone and with a genitive s."""
    words = {word for word in WORD.findall(source) if word[0].isupper() and word.casefold() not in COMMON}
    return words | {f"{word}s" for word in words}


def score(source: str, target: str, language: Language) -> Score:
    """Identify the target; the source only tells which words are names."""
    names = _names(source)
    text = WORD.sub(lambda found: "" if found.group() in names else found.group(), NOT_PROSE.sub(" ", target))
    words = sum(any(map(str.isalpha, word)) for word in text.split())
    code = language.code_for("langdetect")
    found = _probabilities(text.lower() if text.isupper() else text) if words else {}
    mass = sum(found.get(name, 0.0) for name in {code, *language.mistaken_for})
    return Score(words, round(mass, 3), round(found.get(ENGLISH, 0.0), 3), code in _factory().get_lang_list())


def judged(score: Score, settings: Settings) -> bool:
    """False for texts too short to say."""
    return score.words >= settings.medium_words


def accept(score: Score, settings: Settings) -> bool:
    """True where the text is in the language, as far as its length allows to say."""
    if not judged(score, settings):
        return True
    if score.words < settings.long_words or not score.known:
        return score.english < settings.english_most
    return score.target >= settings.target_least


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    if score.english >= settings.english_most:
        return f"English (probability {score.english:.2f})"
    return f"not the target language (probability {score.target:.2f}, needed {settings.target_least:.2f})"


def suspicion(score: Score) -> float:
    """Probability that it is not the target language."""
    return 1.0 - score.target


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return (
        f"from {settings.long_words} words: the target language with at least {settings.target_least:.2f}; "
        f"from {settings.medium_words}: not English with {settings.english_most:.2f} or more; fewer: not judged"
    )
