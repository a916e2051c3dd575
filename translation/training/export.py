"""Export: weights become a folder for CTranslate2 in int8, sealed, with nothing in it that is not needed to translate."""

from __future__ import annotations

import shutil
import uuid
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from ctranslate2.converters import TransformersConverter
from torch import Tensor
from transformers import MarianConfig, MarianMTModel

from templates.refusal import Refusal
from templates.store import make_folder
from translation.training import tokenizer
from translation.training.shape import POSITIONS, clear_pad
from translation.translators import ctranslate2


def save(weights: Mapping[str, Tensor], config: MarianConfig, folder: Path, *, pieces: Path) -> None:
    """The model in transformers' form, as safetensors, with the tokenizer's files from the folder `pieces`."""
    model = MarianMTModel(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name].to(parameter.device))
    clear_pad(model)
    model.generation_config.bad_words_ids = [[config.pad_token_id]]
    model.save_pretrained(make_folder(folder))
    for name in tokenizer.FILES:
        shutil.copyfile(pieces / name, folder / name)


def convert(
    original: Path,
    folder: Path,
    *,
    source: str,
    targets: Sequence[str],
    placeholders: bool,
    markers: bool,
    share: float = 1.0,
    texts: Mapping[str, str] | None = None,
    quantization: str = "int8",
) -> None:
    """Convert what `save` wrote; `texts` (card, licences) are put beside the model, `share`: of the corpus it saw. The folder is replaced as a whole."""
    staged = make_folder(folder.parent) / f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*sacremoses.*")
            TransformersConverter(str(original)).convert(str(staged), quantization=quantization)
        shutil.copyfile(original / "source.spm", staged / "source.spm")  # target.spm is the same file
        learnt: dict[str, Any] = {"placeholders": placeholders, "markers": markers, "targets": tuple(targets), "share": share}
        ctranslate2.seal(staged, source=source, target=targets[0], max_positions=POSITIONS, **learnt)
        for name, text in (texts or {}).items():
            (staged / name).write_text(text, encoding="utf-8")
        replace(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def replace(staged: Path, folder: Path) -> None:
    """Put a folder into the place of another; only one that holds a translator gives way."""
    if folder.exists() and not (folder / ctranslate2.MANIFEST).is_file() and any(folder.iterdir()):
        raise Refusal(f"{folder}: holds something that is no translator; name an empty or new folder with --out.")
    old = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp")
    if folder.exists():
        folder.rename(old)
    staged.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
