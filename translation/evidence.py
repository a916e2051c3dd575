"""evidence: what models measure about translated rows, for the checks of scope "evidence"; measured once, remembered beside the memory.

`log_probability` and `addition` (translation/detachment.py) and `ending` (the end mark) by force-decoding with an engine that is a
Scorer; `agreement` by translating with a second engine; `round_trip`, `denial` and `label_fidelity` by translating back. What is force-decoded
is measured sentence by sentence where both sides have as many, since small models know single sentences best, otherwise whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import sacrebleu

from templates.benchmark import Benchmark, Record
from translation import detachment, segments
from translation.engine import Scorer, Translator
from translation.fidelity import preferences
from translation.gates._denials import denials
from translation.judge import Evidence
from translation.measured import Measured, Pair, Tokens
from translation.memory import Memory
from translation.translate import translate_lines

BATCH = 64  # pairs between two writes: what a kill can cost
LOG_PROBABILITY, ADDITION, ENDING, AGREEMENT = "log_probability", "addition", "ending", "agreement"
ROUND_TRIP, DENIAL, LABEL_FIDELITY = BACKWARD = "round_trip", "denial", "label_fidelity"

logger = logging.getLogger(__name__)


def gather(
    source: Sequence[Record],
    translated: Sequence[Record],
    benchmark: Benchmark,
    *,
    translator: Translator,
    second: Translator | None = None,
    cache: Path | None = None,
    memory: Memory | None = None,
    back: Translator | None = None,
    back_memory: Memory | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Evidence:
    """Check -> (row id, field) -> number, for the text fields of rows that are in both sets and blank on neither side.

    A translator that is no Scorer gives no log-probabilities, without `second` there is no agreement, and without `back`, the engine of the
    opposite direction, nothing is translated back. `cache`: the file of what was measured before; `memory`: the second engine's. `on_batch`
    hears the number of pairs each time some are done.
    """
    by_id = {record.id: record for record in translated}
    names = [name for name, field in benchmark.fields.items() if field.role == "text"]
    wanted: dict[tuple[str, str], Pair] = {}
    for record in source:
        for name in names:
            theirs = by_id[record.id].fields.get(name, "") if record.id in by_id else ""
            if record.fields[name].strip() and theirs.strip():
                wanted[record.id, name] = record.fields[name], theirs
    found: dict[str, dict[tuple[str, str], float]] = {}
    if isinstance(translator, Scorer):
        measured = _detached(list(dict.fromkeys(wanted.values())), translator, cache=cache, on_batch=on_batch)
        found |= {name: {place: measured[pair][which] for place, pair in wanted.items()} for which, name in enumerate((LOG_PROBABILITY, ADDITION, ENDING))}
    if second is not None:
        found[AGREEMENT] = _agreement(wanted, second, memory=memory, on_batch=on_batch)
    if back is not None:
        texts = list(dict.fromkeys(target for _, target in wanted.values()))
        said = dict(zip(texts, translate_lines(texts, translator=back, memory=back_memory, on_batch=on_batch), strict=True))
        found |= backward(source, benchmark, {place: (ours, said[theirs]) for place, (ours, theirs) in wanted.items()})
    return found


def backward(source: Sequence[Record], benchmark: Benchmark, pairs: Mapping[tuple[str, str], Pair]) -> dict[str, dict[tuple[str, str], float]]:
    """What a way there and back says. `pairs`: (row id, field) -> the source and what came back; label fidelity reads all running text of a row
    and stands with its first field."""
    metric = sacrebleu.CHRF()
    found: dict[str, dict[tuple[str, str], float]] = {
        ROUND_TRIP: {place: round(metric.sentence_score(came, [ours]).score, 2) for place, (ours, came) in pairs.items()},
        DENIAL: {place: float(len(denials(came)) - len(denials(ours))) for place, (ours, came) in pairs.items()},
    }
    names = [name for name, field in benchmark.fields.items() if field.role == "text"]
    texts = [" \n".join(record.fields[name] for name in names) for record in source]
    read = {
        row: " \n".join(pairs[record.id, name][1] for name in names) for row, record in enumerate(source) if all((record.id, name) in pairs for name in names)
    }
    labels, groups = [record.label for record in source], [record.group or record.id for record in source]
    found[LABEL_FIDELITY] = {(source[row].id, names[0]): round(nats, 4) for row, nats in preferences(texts, labels, groups, read).items()}
    return found


def sentences(source: str, target: str) -> list[Pair]:
    """The text's sentences with their translations; the whole text as one where the two sides have not equally many."""
    ours, theirs = ([piece for piece in segments.split(text, longest=max(len(text), 1)) if piece.strip()] for text in (source, target))
    return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else [(source.strip(), target.strip())]


def _detached(pairs: Sequence[Pair], scorer: Scorer, *, cache: Path | None, on_batch: Callable[[int], None] | None) -> dict[Pair, tuple[float, float, float]]:
    """Of each pair the mean over all its tokens, negated (low is bad), the worst sentence's stretch, and the least log-probability of an end mark."""
    parts = {pair: sentences(*pair) for pair in pairs}
    tokens = _measured(list(dict.fromkeys(part for found in parts.values() for part in found)), scorer, cache=cache, on_batch=on_batch)
    odds = {part: detachment.log_odds(*found) for part, found in tokens.items()}
    stretches = {part: detachment.stretch(found, *part) for part, found in odds.items()}
    result = {}
    for pair, found in parts.items():
        every = [one for part in found for one in odds[part]]
        ending = min(tokens[part][0][-1] for part in found)
        result[pair] = round(-detachment.whole(every), 4), round(max(stretches[part] for part in found), 4), ending
    return result


def _measured(pairs: Sequence[Pair], scorer: Scorer, *, cache: Path | None, on_batch: Callable[[int], None] | None) -> dict[Pair, Tokens]:
    if cache is None:
        return _ask(pairs, scorer, None, on_batch)
    with closing(Measured(cache)) as remembered:
        known = remembered.get_many(scorer.fingerprint, pairs)
        if known and on_batch is not None:
            on_batch(len(known))
        return known | _ask([pair for pair in pairs if pair not in known], scorer, remembered, on_batch)


def _ask(pairs: Sequence[Pair], scorer: Scorer, remembered: Measured | None, on_batch: Callable[[int], None] | None) -> dict[Pair, Tokens]:
    found: dict[Pair, Tokens] = {}
    order = sorted(pairs, key=lambda pair: len(pair[0]) + len(pair[1]), reverse=True)
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        targets = [target for _, target in batch]
        own = scorer.token_log_probabilities([source for source, _ in batch], targets)
        foreign = scorer.token_log_probabilities([detachment.foil(source) for source, _ in batch], targets)
        new = dict(zip(batch, zip(own, foreign, strict=True), strict=True))
        if remembered is not None:
            remembered.put_many(scorer.fingerprint, new)
        found |= new
        if on_batch is not None:
            on_batch(len(batch))
    if pairs:
        logger.info("measured %d pairs of sentences", len(pairs))
    return found


def _agreement(
    wanted: Mapping[tuple[str, str], Pair], second: Translator, *, memory: Memory | None, on_batch: Callable[[int], None] | None
) -> dict[tuple[str, str], float]:
    """chrF2, 0-100 (Popović 2015, https://aclanthology.org/W15-3049), of each translation against the second engine's."""
    texts = list(dict.fromkeys(source for source, _ in wanted.values()))
    said = dict(zip(texts, translate_lines(texts, translator=second, memory=memory, on_batch=on_batch), strict=True))
    metric = sacrebleu.CHRF()
    return {place: round(metric.sentence_score(target, [said[source]]).score, 2) for place, (source, target) in wanted.items()}
