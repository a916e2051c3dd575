"""The shipped CTranslate2 translator (int8) beside the same kind of model in PyTorch (float32), on the same sentences.

The peer needs a Marian folder: `--marian DIR` or LINGRAFT_MARIAN. Quality is not compared here.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from templates import catalogue, language
from tests.speed.pairs import paired, say
from translation import refresh
from translation.translators import ctranslate2, transformers


def main() -> None:
    """Time `--times` pairs over `--rows` sentences of the shipped sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marian", default=os.environ.get("LINGRAFT_MARIAN", "../shared/models/en-sv-start"))
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    if not Path(given.marian).is_dir():
        say("translation", skipped=f"{given.marian} is no folder; name a Marian model with --marian")
        return
    benchmark, english, swedish = catalogue.benchmark("fiqa"), language.load("en"), language.load("sv")
    records = refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings()).records
    texts = list(dict.fromkeys(record.fields["sentence"] for record in records))[: given.rows]
    ours = ctranslate2.build(ctranslate2.Settings(), source=english, target=swedish)
    peer = transformers.build(transformers.Settings(model=given.marian), source=english, target=swedish)
    found = paired(lambda: ours.translate(texts), lambda: peer.translate(texts), times=given.times)
    print(f"sentences a second: CTranslate2 {len(texts) / found['ours_seconds']:.1f}, PyTorch {len(texts) / found['peer_seconds']:.1f}")
    say("translation", rows=len(texts), peer=given.marian, **found)


if __name__ == "__main__":
    main()
