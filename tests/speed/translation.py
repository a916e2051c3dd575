"""The same model three ways on the same sentences, in one run: ours, CTranslate2 by itself, and transformers' generate.

Ours is `translate_lines` with an empty memory and then, on the same lines again, with the full one. CTranslate2 by itself has ours' settings and
all sentences in one call. transformers: float32, 32 sentences at a time, sorted by length, the same beam. The rounds take turns and the
first is not counted; ratios are medians of their times to ours. Texts are the English side of `--lines` (any text or TSV file) or the
shipped samples. transformers needs the model in its own form: `--marian DIR` or LINGRAFT_MARIAN, as `best` in the work folder of a
training; it is converted for the other two, or `--model` names what was converted from it.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ctranslate2 as engine
import sentencepiece
import torch

from templates import catalogue, language
from tests.speed.pairs import say
from translation import refresh, segments
from translation.memory import Memory
from translation.shield.shielding import Placeholders
from translation.shield.watched import watched
from translation.training import export
from translation.translate import translate_lines
from translation.translators import ctranslate2, transformers


def main() -> None:
    """Time `--times` rounds over `--rows` sentences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marian", default=os.environ.get("LINGRAFT_MARIAN", "../shared/models/en-sv-start"))
    parser.add_argument("--model", default="", help="name or folder; else what --marian is converted to")
    parser.add_argument("--lines", type=Path)
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    if not Path(given.marian).is_dir():
        say("translation", skipped=f"{given.marian} is no folder; name the Marian form of the model with --marian")
        return
    texts = lines(given.lines)[: given.rows]
    torch.set_num_threads(given.threads)
    with tempfile.TemporaryDirectory() as folder:
        model = given.model or str(converted(Path(given.marian), Path(folder) / "model"))
        measure(given, texts, model)


def converted(marian: Path, folder: Path) -> Path:
    """The model for CTranslate2, as a training's candidates are made."""
    export.convert(marian, folder, source="en", targets=("sv",), placeholders=True, markers=False)
    return folder


def measure(given: argparse.Namespace, texts: list[str], model: str) -> None:
    """All rounds, and the line of keys."""
    english, swedish = language.load("en"), language.load("sv")
    settings = ctranslate2.Settings(model=model, threads=given.threads)
    ours = ctranslate2.build(settings, source=english, target=swedish)
    peer = transformers.build(transformers.Settings(model=given.marian, batch_size=32), source=english, target=swedish)
    alone = by_itself(ctranslate2.find(model), settings)
    seconds: dict[str, list[float]] = {"ours": [], "memory": [], "ctranslate2": [], "transformers": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.times + 1):
            with Memory(Path(folder) / f"{number}.sqlite") as memory:

                def again(memory: Memory = memory) -> object:
                    return translate_lines(texts, translator=ours, memory=memory)

                sides: list[tuple[str, Callable[[], object]]] = [("ours", again), ("ctranslate2", lambda: alone(texts))]
                sides = sides if number % 2 else sides[::-1]
                for name, call in [*sides, ("memory", again), ("transformers", lambda: peer.translate(texts))]:
                    started = time.perf_counter()
                    call()
                    seconds[name].append(time.perf_counter() - started)
    counted = {name: found[1:] for name, found in seconds.items()}
    ratios = {name: [other / own for other, own in zip(found, counted["ours"], strict=True)] for name, found in counted.items()}
    remembered = [own / other for own, other in zip(counted["ours"], counted["memory"], strict=True)]
    medians = {name: round(statistics.median(found), 3) for name, found in counted.items()}
    print(", ".join(f"{name} {len(texts) / found:,.1f}" for name, found in medians.items()), "sentences a second")
    say(
        "translation",
        ratio_transformers=round(statistics.median(ratios["transformers"]), 2),
        ratio_ctranslate2=round(statistics.median(ratios["ctranslate2"]), 3),
        ratio_memory=round(statistics.median(remembered), 1),
        seconds=medians,
        rows=len(texts),
        times=given.times,
        model=Path(model).name,
        peer=Path(given.marian).name,
    )


def lines(path: Path | None) -> list[str]:
    """Different sentences that our own splitter and shield leave whole, so that all sides get the same texts."""
    if path is None:
        records = []
        for name in ("fiqa", "assistant"):
            benchmark = catalogue.benchmark(name)
            records += refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings()).records
        found = [text for record in records for name, text in record.fields.items() if name in ("sentence", "utterance")]
    else:
        blob = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found = [line.partition("\t")[0] for line in blob.decode("utf-8").splitlines()]
    swedish = language.load("sv")
    shielding = Placeholders(language.load("en"), swedish)
    return [text for text in dict.fromkeys(found) if segments.split(text) == [text] and not watched(text, swedish) and shielding.plan(text).text == text]


def by_itself(folder: Path, settings: ctranslate2.Settings) -> Callable[[list[str]], list[str]]:
    """CTranslate2 and SentencePiece with nothing around them."""
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    back = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm")) if (folder / "target.spm").is_file() else pieces
    model = engine.Translator(str(folder), device="cpu", compute_type="int8", inter_threads=settings.threads, intra_threads=1)

    def translate(texts: list[str]) -> list[str]:
        found = model.translate_batch(
            [[*pieces.encode(text, out_type=str), ctranslate2.END] for text in texts],
            beam_size=settings.beam_size,
            no_repeat_ngram_size=settings.no_repeat_ngram_size,
            max_batch_size=settings.max_batch_tokens,
            batch_type="tokens",
            max_decoding_length=256,
        )
        return [str(back.decode(one.hypotheses[0])) for one in found]

    return translate


if __name__ == "__main__":
    main()
