"""Translate: records or lines into the target language, sentence by sentence, order and count kept; slots are carried along.

The walk of one text: split -> shield -> engine (through the memory) -> restore -> join. What the engine can carry says how a sentence is
shielded, and when it goes again otherwise (shield/shielding.py); one that loses a stand-in for good goes again cut around the shielded
pieces and is flagged. An utterance that loses the name in a slot goes again with that name shielded, and one that loses another slot is said
as it is with markers, where the engine carries them and they leave it much the same.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path

import sacrebleu

from templates.benchmark import Benchmark, Record
from templates.language import Language
from templates.refusal import Refusal
from templates.store import code_fingerprint, digest, file_digest
from translation import segments, slots, spans
from translation.attention import Attention, Attentive
from translation.engine import Output, Translator, carries, marks
from translation.marked import Mark, translate_marked
from translation.memory import Memory
from translation.shield import version
from translation.shield.kept import speaks
from translation.shield.shielded import Shielded
from translation.shield.shielding import Shielding, StandIns, shielding_for, stutters

BATCH = 128  # texts between two writes to the memory: what a kill can cost; with 64 an engine with two threads is a tenth slower
TRUNCATED, SHIELD_LOST, SPAN_COPIED = "truncated", "shield-lost", "span-copied"
SLOT_COPIED, NAME_KEPT, AS_MARKED = "slot-copied", "name-kept", "as-marked"
ALIKE = 70.0  # chrF2 of the translation with markers against the plain one; below it the markers cost words

Sentence = tuple[str, tuple[str, ...]]  # a text, and the names in it that are shielded

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """A text in the target language and what went wrong on the way."""

    text: str
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Asker:
    """The engine behind the memory: asks for what neither this call nor an earlier one has met."""

    translator: Translator
    memory: Memory | None
    on_batch: Callable[[int], None] | None

    def __call__(self, texts: Iterable[str]) -> dict[str, Output]:
        wanted = list(dict.fromkeys(texts))
        known = self.memory.get_many(self.translator.fingerprint, wanted) if self.memory is not None else {}
        if known and self.on_batch is not None:
            self.on_batch(len(known))
        new = sorted((text for text in wanted if text not in known), key=len, reverse=True)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            said = dict(zip(batch, self.translator.translate(batch), strict=True))
            if self.memory is not None:
                self.memory.put_many(self.translator.fingerprint, {text: output for text, output in said.items() if output.text or not output.truncated})
            known |= said
            if self.on_batch is not None:
                self.on_batch(len(batch))
        if new:
            logger.info("asked the engine for %d of %d sentences, remembered %d", len(new), len(wanted), len(wanted) - len(new))
        return known


def translate_records(
    records: Sequence[Record],
    benchmark: Benchmark,
    *,
    translator: Translator,
    memory: Memory | None,
    language: Language | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> list[Record]:
    """Every text field translated, every span field and slot carried; id, label, group and order stay.

    The values of span fields are shielded in the texts around them; records that share a text share its translation.
    `on_batch` hears the number of sentences each time some are done. Slots need the target `language`.
    """
    if benchmark.slot_words and language is None:
        raise Refusal(f"benchmark {benchmark.name} has slots, and how they are said depends on the language; give translate_records language=.")
    prose = [name for name, field in benchmark.fields.items() if field.role == "text"]
    named = [name for name, field in benchmark.fields.items() if field.role == "span"]
    names: dict[str, set[str]] = {}
    for record in records:
        for name in prose:
            names.setdefault(record.fields[name], set()).update(record.fields[span] for span in named)
    ask = _Asker(translator, memory, on_batch)
    moved = {text: found for (text, _), found in _move([(text, tuple(sorted(values))) for text, values in names.items()], ask).items()}
    done = [_localised(record, prose, named, moved, translator.fingerprint) for record in records]
    return _slotted(records, done, benchmark, ask, language) if benchmark.slot_words and language is not None else done


def _slotted(sources: Sequence[Record], done: Sequence[Record], benchmark: Benchmark, ask: _Asker, language: Language) -> list[Record]:
    """The records with their slots, some of them translated again with names shielded; what cannot be carried is missing."""
    asking = _asking(ask)
    field, named = benchmark.slots_in, frozenset(benchmark.slot_names)
    pairs = [slots.Pair(source.fields[field], record.fields[field], source.slots) for source, record in zip(sources, done, strict=True)]
    carried = slots.carry(pairs, ask=asking, language=language, named=named)
    again: dict[int, Sentence] = {}
    for place, one in enumerate(carried):
        if kept := slots.to_shield(one, named):
            again[place] = pairs[place].source, kept
    said = asking.say(list(dict.fromkeys(again.values())))
    tried = {place: replace(pairs[place], target=said[asked]) for place, asked in again.items() if asked in said}
    second = slots.carry(list(tried.values()), ask=replace(asking, mark=None), language=language, named=named)
    better = {place: one for place, one in zip(tried, second, strict=True) if not one.failed}
    flagged = dict.fromkeys(better, NAME_KEPT)
    if asking.mark is not None:
        lost = {place: pairs[place] for place, one in enumerate(carried) if one.failed and place not in better}
        other = _as_marked(lost, asking.mark, language, named)
        third = slots.carry(list(other.values()), ask=asking, language=language, named=named)
        found_there = {place: one for place, one in zip(other, third, strict=True) if not one.failed}
        tried, better, flagged = {**tried, **other}, {**better, **found_there}, {**flagged, **dict.fromkeys(found_there, AS_MARKED)}
    result = []
    for place, (source, record) in enumerate(zip(sources, done, strict=True)):
        found = better.get(place, carried[place]).slots
        flags = {*record.flags, *({SLOT_COPIED} if any(slot.method == "copy" for slot in found) else ()), *([flagged[place]] if place in better else ())}
        fields = {**record.fields, field: tried[place].target} if place in better else record.fields
        result.append(replace(record, fields=fields, slots=found, source_slots=source.slots, flags=tuple(sorted(flags))))
    return result


def _as_marked(lost: Mapping[int, slots.Pair], mark: Mark, language: Language, named: frozenset[str]) -> dict[int, slots.Pair]:
    """The utterances whose slots are not all in the plain translation, as they are said with markers, where the markers left them much the same."""
    asked = {place: slots.to_mark(pair, language, named) for place, pair in lost.items()}
    answers = mark(list(dict.fromkeys(one for one in asked.values() if one[1])))
    metric = sacrebleu.CHRF()
    said = {place: (lost[place], answers[one].text) for place, one in asked.items() if one in answers}
    return {place: replace(pair, target=text) for place, (pair, text) in said.items() if metric.sentence_score(text, [pair.target]).score >= ALIKE}


def asks_of(translator: Translator, memory: Memory | None) -> slots.Ask:
    """What slots.carry asks of an engine."""
    return _asking(_Asker(translator, memory, None))


def _asking(ask: _Asker) -> slots.Ask:
    engine = ask.translator
    mark = partial(translate_marked, shielding=shielding_for(engine), ask=ask) if marks(engine) else None
    attend = partial(_attended, engine) if isinstance(engine, Attentive) else None
    return slots.Ask(lambda asked: {one: found.text for one, found in _move(asked, ask).items() if not found.flags}, mark, attend)


def _attended(engine: Attentive, asked: Sequence[tuple[str, str]]) -> list[Attention]:
    return engine.attention([source for source, _ in asked], [target for _, target in asked])


def _localised(record: Record, prose: Sequence[str], named: Sequence[str], moved: dict[str, Moved], engine: str) -> Record:
    fields = dict(record.fields)
    flags: set[str] = set()
    for name in prose:
        fields[name] = moved[record.fields[name]].text
        flags |= moved[record.fields[name]].flags
    source, translated = ("\n".join(where[name] for name in prose) for where in (record.fields, fields))
    for name in named:
        fields[name], how = spans.carry(record.fields[name], source=source, translated=translated)
        if how == "copied":
            flags.add(SPAN_COPIED)
    return replace(record, fields=fields, source=dict(record.fields), engine=engine, flags=tuple(sorted({*record.flags, *flags})))


def translate_lines(lines: Sequence[str], *, translator: Translator, memory: Memory | None, on_batch: Callable[[int], None] | None = None) -> list[str]:
    """One line out for every line in, in order; blank lines stay as they are."""
    moved = _move([(line, ()) for line in dict.fromkeys(lines)], _Asker(translator, memory, on_batch))
    return [moved[line, ()].text for line in lines]


def _move(texts: Sequence[Sentence], ask: _Asker) -> dict[Sentence, Moved]:
    """Texts with the names to be shielded in each; what the memory has met as a whole is not taken apart again."""
    if ask.memory is None or not texts:
        return _walked(texts, ask)
    walk, keys = walk_of(ask.translator), {json.dumps([text, *names], ensure_ascii=False): (text, names) for text, names in texts}
    known = {keys[key]: Moved(text, frozenset(flags)) for key, (text, flags) in ask.memory.whole(walk, keys).items()}
    if known and ask.on_batch is not None:
        ask.on_batch(len(known))
    if rest := {key: sentence for key, sentence in keys.items() if sentence not in known}:
        done = _walked(list(rest.values()), ask)
        sound = {key: done[sentence] for key, sentence in rest.items() if TRUNCATED not in done[sentence].flags}
        ask.memory.put_whole(walk, {key: (moved.text, moved.flags) for key, moved in sound.items()})
        known |= done
    return known


def walk_of(translator: Translator) -> str:
    """64 hex digits over all that a translation depends on: the engine, the languages' tables, our code, its lists and what it finds words by."""
    between = [asdict(one) for one in carries(translator) or ()]
    return digest([translator.fingerprint, between, _ours()])


@cache
def _ours() -> list[str]:
    lists = sorted(path for path in Path(version.__file__).parent.iterdir() if path.suffix not in (".py", ".pyc") and path.is_file())
    return [code_fingerprint(__name__), *map(file_digest, lists), *libraries()]


def libraries() -> list[str]:
    """The versions of the libraries by which words, places and sentences are known; new ones may translate otherwise."""
    return [f"{name} {importlib.metadata.version(name)}" for name in ("babel", "simplemma", "sentencex")]


def _walked(texts: Sequence[Sentence], ask: _Asker) -> dict[Sentence, Moved]:
    shielding = shielding_for(ask.translator)
    pieces = {text: [part for piece in segments.split(unicodedata.normalize("NFC", text)) for part in shielding.cut(piece)] for text, _ in texts}
    sentences = dict.fromkeys((piece, names) for text, names in texts for piece in pieces[text] if piece.strip())
    done = _sentences(list(sentences), shielding, ask)
    result = {}
    for text, names in texts:
        parts = [done.get((piece, names), Moved(piece)) for piece in pieces[text]]
        result[text, names] = Moved("".join(part.text for part in parts), frozenset().union(*(part.flags for part in parts)))
    return result


def _sentences(sentences: Sequence[Sentence], shielding: Shielding, ask: _Asker) -> dict[Sentence, Moved]:
    plans = {sentence: shielding.plan(*sentence) for sentence in sentences}
    done = _round(plans, ask)
    again = {sentence: plan for sentence, moved in done.items() if (plan := shielding.again(*sentence, None if moved is None else moved.text)) is not None}
    for sentence, moved in _round(again, ask).items():
        if _is_better(moved, done[sentence]) and (done[sentence] is None or shielding.again(*sentence, moved.text if moved else None) is None):
            done[sentence] = moved
    lost = {sentence: {**plans, **again}[sentence] for sentence, moved in done.items() if moved is None}
    return {sentence: moved for sentence, moved in done.items() if moved is not None} | _piecewise(lost, ask)


def _is_better(second: Moved | None, first: Moved | None) -> bool:
    """Whether a second answer is worth having: anything is where the first lost something; else it must be whole and say no word twice over."""
    if first is None or second is None:
        return first is None
    return second.flags <= first.flags and stutters(second.text) <= stutters(first.text)


def _round(plans: dict[Sentence, Shielded], ask: _Asker) -> dict[Sentence, Moved | None]:
    said = ask(plan.text for plan in plans.values() if speaks(plan.text))
    done: dict[Sentence, Moved | None] = {}
    for sentence, plan in plans.items():
        output = said.get(plan.text)
        text = plan.restore(plan.text if output is None else output.text)
        done[sentence] = None if text is None else Moved(text, frozenset({TRUNCATED} if output is not None and output.truncated else ()))
    return done


def _piecewise(plans: dict[Sentence, Shielded], ask: _Asker) -> dict[Sentence, Moved]:
    """Each stretch between shielded pieces translated alone: worse Swedish, but nothing kept is lost."""
    parts = dict.fromkeys(part for plan in plans.values() for part in plan.parts[0::2] if speaks(part))
    stretches = {part: StandIns().plan(part) for part in parts}
    said = ask(stretch.text for stretch in stretches.values())
    done = {}
    for sentence, plan in plans.items():
        text, flags = "", {SHIELD_LOST}
        for place, part in enumerate(plan.parts):
            if place % 2:
                text += plan.spoken(plan.kept[place // 2], text)
            elif part not in stretches:
                text += part
            else:
                output = said[stretches[part].text]
                restored = stretches[part].restore(output.text)
                text += part if restored is None else restored
                flags |= {TRUNCATED} if output.truncated else set()
        done[sentence] = Moved(plan.before + text + plan.after, frozenset(flags))
    return done
