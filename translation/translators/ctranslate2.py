"""ctranslate2: Marian models in int8 on the CPU, run by CTranslate2 with SentencePiece (https://github.com/OpenNMT/CTranslate2).

A model is a folder: model.bin, config.json, the vocabulary, source.spm, target.spm (only if it differs from source.spm)
and manifest.json with the sha256 of each, written by `seal`. Nothing is loaded before the digests agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import sentencepiece

from templates import catalogue
from templates.language import Language
from templates.refusal import Refusal
from templates.store import digest, file_digest, write_json
from translation.attention import Attention
from translation.engine import Output
from translation.markers import Span
from translation.stand_ins import tag

MODELS = catalogue.PACKAGE / "translation" / "models"
MANIFEST = "manifest.json"
SCORED_AT_ONCE = 8  # pairs; more pad more, 32 are no faster on two cores
BOTH_WAYS = True  # where a model for the opposite direction is found by its name
END = "</s>"  # CTranslate2 adds none to models converted from transformers; without it decoding never stops (issue 1236 there)


@dataclass(frozen=True, slots=True)
class Settings:
    """`model`: a folder's name in `./lingraft/models/` or `translation/models/`, or a path; empty means `<source>-<target>`.

    `threads` sentences are decoded side by side, one core each: 101 against 69 sentences a second for two cores on one.
    `beam_size` 4 and `no_repeat_ngram_size` 4 are what the shipped model's figures were measured with: small models loop
    without the latter. `max_batch_tokens` bounds memory and gives each thread a share of a batch; it does not change a text.
    """

    model: str = ""
    threads: int = 2
    beam_size: int = 4
    no_repeat_ngram_size: int = 4
    max_batch_tokens: int = 1024


def build(settings: Settings, *, source: Language, target: Language) -> CTranslate2:
    """Find, verify and load the model for this pair of languages."""
    if settings.threads < 1 or settings.beam_size < 1 or settings.max_batch_tokens < 1 or settings.no_repeat_ngram_size < 0:
        raise Refusal(f"ctranslate2: threads, beam_size and max_batch_tokens must be at least 1, no_repeat_ngram_size at least 0; found {settings}.")
    folder = find(settings.model or f"{source.code}-{target.code}")
    manifest = verify(folder)
    if manifest["source"] != source.code or target.code not in manifest["targets"]:
        pair = f"{manifest['source']}-{'/'.join(manifest['targets'])}"
        raise Refusal(f"{folder}: translates {pair}, asked for is {source.code}-{target.code}; name a model for that pair under [engine] model.")
    engine = CTranslate2(folder, manifest, settings, target=target.code)
    engine.between = (source, target) if engine.placeholders else None
    return engine


def variants(settings: Settings) -> Mapping[str, Settings]:
    """Rung of the retry ladder -> settings that search in another way."""
    wider = replace(settings, beam_size=8 if settings.beam_size != 8 else 4)
    stricter = replace(settings, no_repeat_ngram_size=3)
    return {"beam": wider} | ({"no-repeat": stricter} if stricter != settings else {})


def find(model: str) -> Path:
    """The folder of a model: by name in the user's models, then in the shipped ones, else as a path."""
    named = [catalogue.user_home() / "models" / model, MODELS / model] if Path(model).name == model else []
    for folder in (*named, Path(model).expanduser()):
        if (folder / "model.bin").is_file():
            return folder
    shipped = ", ".join(sorted(path.parent.name for path in MODELS.glob("*/model.bin"))) or "none"
    raise Refusal(
        f"no translation model {model!r}: neither a folder with model.bin nor one of the shipped ({shipped}); put a converted Marian model "
        f"into lingraft/models/{Path(model).name or 'NAME'} or choose another translator, such as transformers."
    )


def seal(
    folder: Path,
    *,
    source: str,
    target: str,
    max_positions: int,
    placeholders: bool = False,
    markers: bool = False,
    targets: Sequence[str] = (),
    share: float | None = None,
) -> None:
    """Write manifest.json for a converted model: its languages, the longest input in tokens, sha256 of every file.

    `placeholders`, `markers`: whether it learnt to carry those of translation.stand_ins. `targets`: every language it translates into, `target`
    among them; of more than one, the wanted one is named by a tag before the text. `share`: of its corpus that it was trained on, if known.
    """
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".bin", ".json", ".spm") and path.name != MANIFEST]
    files = {path.name: file_digest(path) for path in paths}
    learnt = {"placeholders": placeholders, "markers": markers, "targets": list(targets) or [target]} | ({} if share is None else {"share": share})
    write_json(folder / MANIFEST, {"source": source, "target": target, **learnt, "max_positions": max_positions, "files": files})


def verify(folder: Path) -> dict[str, Any]:
    """The manifest, after every file it names was found with the sha256 it states. What older manifests do not say is filled in."""
    place = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        files = dict(manifest["files"])
        int(manifest["max_positions"]), str(manifest["source"]), str(manifest["target"]), files["model.bin"], files["source.spm"]
        manifest = {"placeholders": False, "markers": False, "targets": [manifest["target"]]} | manifest
        if not isinstance(manifest["targets"], list):
            raise TypeError("targets is no list")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{place}: missing or unusable ({error}); write it with translation.translators.ctranslate2.seal.") from error
    for name, expected in files.items():
        path = folder / Path(name).name
        found = file_digest(path) if path.is_file() else "nothing"
        if found != expected:
            raise Refusal(f"{path}: sha256 is {found[:12]}, {MANIFEST} says {str(expected)[:12]}; it is damaged or was replaced: restore the folder.")
    return manifest


class CTranslate2:
    """A loaded model. Inputs beyond its positions are cut by the engine, which is why `truncated` is checked here."""

    between: tuple[Language, Language] | None = None  # see translation.engine.carries

    def __init__(self, folder: Path, manifest: dict[str, Any], settings: Settings, *, target: str) -> None:
        own_target = (folder / "target.spm").is_file()
        self._source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self._target = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm")) if own_target else self._source
        with ThreadPoolExecutor(1) as elsewhere:  # it sets the number of OpenMP threads of the thread that makes it, which torch in this one goes by too
            make = partial(ctranslate2.Translator, str(folder), device="cpu", compute_type="int8", inter_threads=settings.threads, intra_threads=1)
            self._engine = elsewhere.submit(make).result()
        self._limit = int(manifest["max_positions"])
        self._settings = settings
        self._before = [tag(target)] if len(manifest["targets"]) > 1 else []
        self.placeholders, self.markers = bool(manifest["placeholders"]), bool(manifest["markers"])
        decoding = {"beam_size": settings.beam_size, "no_repeat_ngram_size": settings.no_repeat_ngram_size, "max_positions": self._limit}
        self.fingerprint = digest(["ctranslate2", manifest["files"], decoding, manifest["source"], target])
        self.scoring = digest(["ctranslate2", manifest["files"], self._limit, manifest["source"], target])  # see engine.scored_by

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """See Translator. Longest first inside the call, so that a batch holds sentences of about one length."""
        pieces = [[*self._before, *self._source.encode(text, out_type=str), END] for text in texts]
        order = sorted(range(len(texts)), key=lambda index: -len(pieces[index]))
        found = self._engine.translate_batch(
            [pieces[index] for index in order],
            beam_size=self._settings.beam_size,
            no_repeat_ngram_size=self._settings.no_repeat_ngram_size,
            max_batch_size=self._settings.max_batch_tokens,
            batch_type="tokens",
            max_input_length=self._limit,
            max_decoding_length=self._limit,
            return_scores=True,
        )
        outputs: list[Output | None] = [None] * len(texts)
        for index, result in zip(order, found, strict=True):
            best = result.hypotheses[0]
            cut = len(pieces[index]) > self._limit or len(best) >= self._limit
            outputs[index] = Output(self._target.decode(best), round(float(result.scores[0]), 4), cut)  # digits beyond depend on the batch
        return [output for output in outputs if output is not None]

    def token_log_probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> list[tuple[float, ...]]:
        """See Scorer. The engine adds the end mark to the target."""
        ours = [[*[*self._before, *self._source.encode(text, out_type=str)][: self._limit - 1], END] for text in sources]
        theirs = [self._target.encode(text, out_type=str)[: self._limit - 1] for text in targets]
        order = sorted(range(len(ours)), key=lambda index: -len(ours[index]) - len(theirs[index]))
        source, target = [ours[index] for index in order], [theirs[index] for index in order]
        found = self._engine.score_batch(source, target, max_batch_size=SCORED_AT_ONCE) if order else []
        by_index = {index: tuple(round(min(float(one), 0.0), 4) for one in result.log_probs) for index, result in zip(order, found, strict=True)}
        return [by_index[index] for index in range(len(order))]

    def attention(self, sources: Sequence[str], targets: Sequence[str]) -> list[Attention]:
        """See Attentive: of the heads that the model was converted to show, in its last layer."""
        ours, theirs = ([self._offsets(one, text) for text in texts] for one, texts in ((self._source, sources), (self._target, targets)))
        pieces = [[*self._before, *(name for name, _ in one)][: self._limit - 1] for one in ours]
        forced = [[name for name, _ in one][: self._limit - 1] for one in theirs]
        order = sorted(range(len(pieces)), key=lambda index: -len(forced[index]))
        found = self._engine.translate_batch(
            [[*pieces[index], END] for index in order],
            target_prefix=[forced[index] for index in order],
            beam_size=1,
            max_batch_size=SCORED_AT_ONCE,
            max_decoding_length=max(map(len, forced), default=0) + 1,
            return_attention=True,
        )
        by_index = {}
        for index, result in zip(order, found, strict=True):
            rows = np.array(result.attention[0], dtype=np.float32).reshape(-1, len(pieces[index]) + 1)
            weights = rows[: len(forced[index]), len(self._before) : -1]
            where = [tuple(span for _, span in one[: self._limit - 1]) for one in (ours[index], theirs[index])]
            by_index[index] = Attention(weights, where[0][: weights.shape[1]], where[1][: weights.shape[0]])
        return [by_index[index] for index in range(len(order))]

    @staticmethod
    def _offsets(model: sentencepiece.SentencePieceProcessor, text: str) -> list[tuple[str, Span]]:
        """Every piece and where it stands. Of a character written as several pieces only the last has a place; the others get its."""
        found = model.encode(text, out_type="offset_mapping")
        spans: list[Span] = list(found["offsets"])
        for place in reversed(range(len(spans) - 1)):
            if spans[place][0] == spans[place][1]:
                spans[place] = spans[place + 1]
        return list(zip(found["pieces"], spans, strict=True))

    def log_probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """See Scorer."""
        return [round(sum(tokens) / len(tokens), 4) for tokens in self.token_log_probabilities(sources, targets)]
