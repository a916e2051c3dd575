"""transformers: any sequence-to-sequence translator of the hub or of a local folder (opus-mt, NLLB, M2M100 ...), in PyTorch.

Safetensors only, remote code never, the revision pinned if the study names one. NLLB: https://arxiv.org/abs/2207.04672,
M2M100: https://arxiv.org/abs/2010.11125, opus-mt: https://aclanthology.org/2020.eamt-1.61. What an engine calls a language
stands in the language's file under [codes].
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import huggingface_hub
import torch
import transformers
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from templates import hub
from templates.language import Language
from templates.refusal import Refusal
from templates.store import digest, file_digest
from translation.engine import Output

FILES = ("*.safetensors", "*.json", "*.spm", "*.model", "*.txt")
READ_BY_THE_MODEL = {".safetensors", ".json", ".spm", ".model", ".txt"}


@dataclass(frozen=True, slots=True)
class Settings:
    """`model`: a folder or a hub id; `revision`: branch, tag or (best) commit, empty for the hub's default.

    `beam_size` and `no_repeat_ngram_size` as in the ctranslate2 translator, so that the two can be compared; sentences of
    about one length go `batch_size` at a time: 32 is 6 times as fast as 1 on two cores, 64 hardly faster.
    """

    model: str = "Helsinki-NLP/opus-mt-en-sv"
    revision: str = ""
    beam_size: int = 4
    no_repeat_ngram_size: int = 4
    batch_size: int = 32
    device: str = "cpu"


def build(settings: Settings, *, source: Language, target: Language) -> Transformers:
    """Find the model (the hub is asked only if no such folder exists) and load it for this pair of languages."""
    if settings.beam_size < 1 or settings.batch_size < 1 or settings.no_repeat_ngram_size < 0:
        raise Refusal(f"transformers: beam_size and batch_size must be at least 1, no_repeat_ngram_size at least 0; found {settings}.")
    folder = find(settings)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*sacremoses.*")  # a punctuation normaliser that Marian models do without
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, use_safetensors=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise Refusal(f"{settings.model}: cannot be loaded as a translation model ({_first(error)}); name a seq2seq model with safetensors.") from error
    return Transformers(tokenizer, model.to(settings.device).eval(), settings, _content(folder), source, target)


def variants(settings: Settings) -> Mapping[str, Settings]:
    """Rung of the retry ladder -> settings that search in another way."""
    wider = replace(settings, beam_size=8 if settings.beam_size != 8 else 4)
    stricter = replace(settings, no_repeat_ngram_size=3)
    return {"beam": wider} | ({"no-repeat": stricter} if stricter != settings else {})


def find(settings: Settings) -> Path:
    """The folder of the model, fetched from the hub if it is no folder here."""
    if Path(settings.model).expanduser().is_dir():
        return Path(settings.model).expanduser()
    try:
        known = not hub.reachable()  # without a network what was fetched before still serves
        return Path(huggingface_hub.snapshot_download(settings.model, revision=settings.revision or None, allow_patterns=list(FILES), local_files_only=known))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        why = _first(error) if hub.reachable() else "it does not answer, and nothing of that name was fetched before"
        raise Refusal(
            f"no translation model {settings.model!r}: no such folder here, and the hub did not give it ({why}); "
            "check name, revision and network, or choose the translator ctranslate2, which ships with a model."
        ) from error


def _first(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}".rstrip(".: ")


def _content(folder: Path) -> dict[str, str]:
    return {path.name: file_digest(path) for path in sorted(folder.iterdir()) if path.suffix in READ_BY_THE_MODEL}


class Transformers:
    """A loaded model. Greedy or beam search only, so equal inputs give equal outputs."""

    def __init__(self, tokenizer: Any, model: Any, settings: Settings, content: dict[str, str], source: Language, target: Language) -> None:
        self._tokenizer, self._model, self._settings = tokenizer, model, settings
        self._limit = min(int(getattr(model.config, "max_position_embeddings", 512)), int(min(tokenizer.model_max_length, 1 << 20)))
        self._prefix, self._first_token = _languages(tokenizer, settings.model, source, target)
        decoding = {"beam_size": settings.beam_size, "no_repeat_ngram_size": settings.no_repeat_ngram_size, "limit": self._limit}
        self.fingerprint = digest(["transformers", content, decoding, source.code, target.code, self._prefix, self._first_token])

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """See Translator. Longest first inside the call."""
        lengths = [len(ids) for ids in self._tokenizer([self._prefix + text for text in texts])["input_ids"]] if texts else []
        order = sorted(range(len(texts)), key=lambda index: -lengths[index])
        outputs: dict[int, Output] = {}
        for start in range(0, len(order), self._settings.batch_size):
            part = order[start : start + self._settings.batch_size]
            for index, output in zip(part, self._batch([self._prefix + texts[index] for index in part]), strict=True):
                outputs[index] = Output(output.text, output.score, output.truncated or lengths[index] > self._limit)
        return [outputs[index] for index in range(len(texts))]

    @torch.inference_mode()
    def _batch(self, texts: list[str]) -> list[Output]:
        inputs = self._tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=self._limit).to(self._model.device)
        found = self._model.generate(
            **inputs,
            forced_bos_token_id=self._first_token,
            num_beams=self._settings.beam_size,
            no_repeat_ngram_size=self._settings.no_repeat_ngram_size,
            do_sample=False,
            max_new_tokens=self._limit - 2,
            return_dict_in_generate=True,
            output_scores=True,
        )
        steps = self._model.compute_transition_scores(
            found.sequences, found.scores, getattr(found, "beam_indices", None), normalize_logits=self._settings.beam_size == 1
        )
        end = self._model.config.eos_token_id
        outputs = []
        for ids, steps_of_one in zip(found.sequences[:, 1:].tolist(), steps.tolist(), strict=True):
            length = ids.index(end) + 1 if end in ids else len(ids)
            text = self._tokenizer.decode(ids, skip_special_tokens=True)
            outputs.append(Output(text, sum(steps_of_one[:length]) / max(length, 1), end not in ids))
        return outputs

    @torch.inference_mode()
    def token_log_probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> list[tuple[float, ...]]:
        """See Scorer. A language's own first token, where the model has one, is given and not counted."""
        ours = self._tokenizer([self._prefix + text for text in sources], truncation=True, max_length=self._limit)["input_ids"] if sources else []
        theirs = self._tokenizer(text_target=list(targets), truncation=True, max_length=self._limit)["input_ids"] if targets else []
        order = sorted(range(len(ours)), key=lambda index: -len(ours[index]) - len(theirs[index]))
        found: dict[int, tuple[float, ...]] = {}
        for start in range(0, len(order), self._settings.batch_size):
            part = order[start : start + self._settings.batch_size]
            for index, tokens in zip(part, self._scored([ours[index] for index in part], [theirs[index] for index in part]), strict=True):
                found[index] = tokens
        return [found[index] for index in range(len(order))]

    def log_probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """See Scorer."""
        return [round(sum(tokens) / len(tokens), 4) for tokens in self.token_log_probabilities(sources, targets)]

    def _scored(self, sources: list[list[int]], targets: list[list[int]]) -> list[tuple[float, ...]]:
        device, config = self._model.device, self._model.config
        inputs = self._tokenizer.pad({"input_ids": sources}, return_tensors="pt").to(device)
        longest = max(len(ids) for ids in targets)
        wanted = torch.tensor([[*ids, *[config.pad_token_id] * (longest - len(ids))] for ids in targets], device=device)
        given = torch.cat([torch.full((len(targets), 1), config.decoder_start_token_id, device=device), wanted[:, :-1]], dim=1)
        logits = self._model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], decoder_input_ids=given).logits
        picked = logits.float().log_softmax(-1).gather(-1, wanted.unsqueeze(-1)).squeeze(-1).tolist()
        skip = 0 if self._first_token is None else 1
        return [tuple(round(min(one, 0.0), 4) for one in row[skip : len(ids)]) for row, ids in zip(picked, targets, strict=True)]


def _languages(tokenizer: Any, model: str, source: Language, target: Language) -> tuple[str, int | None]:
    """(text put before the source, first token forced in the target), as the kind of model wants them; sets the source language."""
    kind = type(tokenizer).__name__.removesuffix("Fast")
    if kind in ("NllbTokenizer", "M2M100Tokenizer"):
        engine = "nllb" if kind == "NllbTokenizer" else "m2m100"
        known = set(tokenizer.get_vocab()) if engine == "nllb" else set(tokenizer.lang_code_to_id)
        for language in (source, target):
            if language.code_for(engine) not in known:
                unknown = language.code_for(engine)
                raise Refusal(f"{model}: knows no language {unknown!r}; put its code for {language.code} under [codes] {engine} in {language.file}.")
        tokenizer.src_lang, tokenizer.tgt_lang = source.code_for(engine), target.code_for(engine)
        return "", tokenizer.convert_tokens_to_ids(target.code_for(engine)) if engine == "nllb" else tokenizer.get_lang_id(target.code_for(engine))
    mark = f">>{target.code_for('opus-mt')}<<"  # opus-mt models into several languages are told which by a token before the text
    return (f"{mark} " if mark in tokenizer.get_vocab() else ""), None
