"""language_id: is the text in the target language?

Score: probabilities by py3langid (https://github.com/adbar/py3langid, after Lui and Baldwin 2012, https://aclanthology.org/P12-3005),
choosing only among English, the target, the languages its short texts are mistaken for (`language.mistaken_for`) and a few large ones,
on the text without links, tickers, mentions, tags, figures and the names it shares with the source. Where the answer is doubtful,
langdetect (https://github.com/Mimino666/langdetect, seed 0) is asked for the same choice: it takes
fifty times as long. Accepted by
length: from `long_words` the text must be in the target language itself, not in a neighbour; from `medium_words` the neighbours count
as one family with it, and a text that looks like a neighbour's is only marked; shorter ones are never judged.
Misses: every text of three words or fewer, and a few words of another language inside a longer text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from templates.language import ENGLISH, Language
from translation.english_words import COMMON

NAME = "language_id"
SCOPE = "text"
PROSE = True
CALIBRATED = {"target_least": (0.9, 0.0), "family_least": (0.9, 0.0)}

NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|(?<!\S)[^\s@]+@\S+\.\w+|[$@#]\w+|(?<!\S)\S*\d\S*")
WORD = re.compile(r"[^\W\d_]+")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # letters of scripts without blanks, some two a word
LARGE = ("de", "nl", "fr", "es", "it", "fi")  # always among the choices: what a wrong text is likeliest to be in
ALIKE = {"nb": ("no", "nn"), "no": ("nb", "nn"), "nn": ("no", "nb")}  # codes that stand for one language where an identifier lacks the other
DOUBTFUL = (0.05, 0.5)  # probabilities between which langdetect is asked
MEDIUM = 4  # words from which a text is judged at all
ENOUGH = 400  # characters looked at
LONG = 8  # words from which the target itself is asked for, not its family


@dataclass(frozen=True, slots=True)
class Settings:
    """Words from which a text is long or medium, and the probabilities asked for.

    On 4,670 human translations into Swedish (first half of the Tatoeba test set, LinES, Swedish public information) the 0.5 % quantile
    of the target's probability is 0.5 from 8 words and 0.2 from 4 to 7; Norwegian and Danish news of the same lengths stay below 0.3
    and 0.2 in 99 and 95 %. `target_least`: long texts below it are not accepted; between it and `target_lost` they are only
    marked if the family has the rest, and all are if langdetect knows them for the target (`second_least`). Below `target_lost` a medium
    text of the family is marked. `family_least`: below it a medium text is refused.
    """

    long_words: int = LONG
    medium_words: int = MEDIUM
    target_least: float = 0.4
    target_lost: float = 0.15
    family_least: float = 0.4
    second_least: float = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """Words judged; probability of the target, of it and its neighbours, and of English; the likeliest language.

    `second`: langdetect's probability of the target (of it and its neighbours in texts under eight words), None where it was not asked.
    `known`: the identifier knows the target; where it does not, only English can be told.
    """

    words: int
    target: float
    family: float
    english: float
    likeliest: str
    second: float | None
    known: bool


def _label(code: str, labels: frozenset[str]) -> str:
    """What an identifier calls a language; "" where it does not know it."""
    return next((name for name in (code, *ALIKE.get(code, ())) if name in labels), "")


@cache
def _identifier(target: str, neighbours: tuple[str, ...]) -> tuple[LanguageIdentifier, str, frozenset[str]]:
    """(identifier among few languages, the target's label or "", labels of the family)."""
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    labels = frozenset(found.labels)
    named = _label(target, labels)
    family = {name for code in (*neighbours, *ALIKE.get(neighbours[0] if neighbours else "", ())) for name in (code, *ALIKE.get(code, ())) if name in labels}
    found.set_languages(sorted({ENGLISH, *LARGE, *family, *([named] if named else [])} & labels))
    return found, named, frozenset(family | {named})


@cache
def _profiles() -> frozenset[str]:
    return frozenset(path.name for path in Path(PROFILES_DIRECTORY).iterdir())


@cache
def _factory(codes: tuple[str, ...]) -> DetectorFactory:
    """langdetect among few languages; those it has no profile of are left out."""
    factory = DetectorFactory()
    files = [path for code in codes if (path := Path(PROFILES_DIRECTORY) / code).is_file()]
    factory.load_json_profile([path.read_text(encoding="utf-8") for path in files])
    factory.set_seed(0)  # of the detector's own generator: the same text always gets the same answer
    return factory


def _asked(text: str, target: str, family: tuple[str, ...], wanted: tuple[str, ...]) -> float | None:
    """langdetect's probability of the languages `wanted`, None where it cannot say."""
    known = _profiles()
    own = _label(target, known)
    detector = _factory(tuple(sorted({ENGLISH, *LARGE, own, *(_label(name, known) for name in family)} - {""}))).create()
    detector.append(text)
    try:
        found = {one.lang: one.prob for one in detector.get_probabilities()}
    except LangDetectException:  # no letters it knows
        return None
    return round(sum(found.get(code, 0.0) for code in {own, *(_label(name, known) for name in wanted)}), 3) if own else None


def _names(source: str) -> set[str]:
    """Capitalised words that are no common English ones, alone and with a genitive s."""
    words = {word for word in WORD.findall(source) if word[0].isupper() and word.casefold() not in COMMON}
    return words | {f"{word}s" for word in words}


def score(source: str, target: str, language: Language) -> Score:
    """Identify the target; the source only tells which words are names."""
    names = _names(source)
    text = WORD.sub(lambda found: "" if found.group() in names else found.group(), NOT_PROSE.sub(" ", target))
    words = max(sum(map(bool, map(WORD.search, text.split()))), len(UNSPACED.findall(text)) // 2)
    identifier, label, family = _identifier(language.code_for("py3langid"), language.mistaken_for)
    if not words:
        return Score(0, 0.0, 0.0, 0.0, "", None, bool(label))
    text = " ".join(text.split())[:ENOUGH]
    text = text.lower() if text.isupper() else text
    ranked = identifier.rank(text)
    found = dict(ranked)
    own, all_ = found.get(label, 0.0), sum(found[name] for name in family if name in found)
    second = None
    if label and words >= MEDIUM and DOUBTFUL[0] < (own if words >= LONG else all_) < DOUBTFUL[1]:
        neighbours = language.mistaken_for
        second = _asked(text, language.code_for("langdetect"), neighbours, () if words >= LONG else neighbours)
    return Score(words, round(own, 3), round(all_, 3), round(found[ENGLISH], 3), ranked[0][0], second, bool(label))


def judged(score: Score, settings: Settings) -> bool:
    """False for texts too short to say."""
    return score.words >= settings.medium_words


def _wrong(score: Score, settings: Settings) -> bool:
    """Another language, as far as the length allows to say."""
    if not score.known:
        return score.english >= 1 - DOUBTFUL[0]
    return score.target < settings.target_least if score.words >= settings.long_words else score.family < settings.family_least


def accept(score: Score, settings: Settings) -> bool:
    """True where the text is in the language, as far as its length allows to say."""
    if not judged(score, settings):
        return True
    return not _wrong(score, settings) and (not score.known or score.target >= settings.target_lost)


def doubtful(score: Score, settings: Settings) -> bool:
    """True for a short text that looks like a neighbour's, a long one that perhaps does, and where langdetect contradicts."""
    perhaps = settings.target_lost <= score.target and score.family >= settings.family_least
    return not _wrong(score, settings) or perhaps or (score.second is not None and score.second >= settings.second_least)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    if score.likeliest == ENGLISH:
        return f"English (probability {score.english:.2f})"
    second = f", {score.second:.2f} by langdetect" if score.second is not None else ""
    return f"looks like {score.likeliest} (probability of the target {score.target:.2f}{second})"


def suspicion(score: Score) -> float:
    """Probability that it is not the target language; of texts under eight words, that it is not of its family."""
    return 1.0 - (score.target if score.words >= LONG else (score.target + score.family) / 2)


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return (
        f"from {settings.long_words} words: the target language with at least {settings.target_least:g}; from {settings.medium_words}: it or a "
        f"neighbour with {settings.family_least:g}, marked if it itself has less than {settings.target_lost:g}; fewer: not judged; where langdetect "
        f"gives a doubtful text {settings.second_least:g} for the target, only marked"
    )
