"""prompt_export: PEFT reads the folder and gives the same logits; what it cannot hold is refused with the reason."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.inspection import VirtualToken, look
from pipeline.prompt_export import card_text, misfit, reads_after, to_peft
from pipeline.splice import splice
from templates import catalogue, language
from templates.benchmark import Record
from templates.formats.nemo import template_of
from templates.prompt import from_nemo, parse
from templates.refusal import Refusal
from templates.task import localise
from tests import tiny as tiny_worlds


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # peft 0.21 asks for it
@pytest.mark.parametrize("kind", tiny_worlds.KINDS)
def test_peft_reads_it_and_gives_the_same_logits(kind: str, records: list[Record], tmp_path: Path) -> None:
    gpt = tiny_worlds.make(kind, tmp_path)
    task = localise(catalogue.benchmark("fiqa"), language.load("sv"), prompt="published")
    torch.manual_seed(3)
    rows = torch.randn(10, gpt.hidden_size)
    written = to_peft(tmp_path / "adapter", rows, task, gpt)
    assert sorted(path.name for path in written) == ["adapter_config.json", "adapter_model.safetensors"]
    encoded = Answering(gpt, task).encode(records[:1])[0]
    with torch.no_grad():
        ours = gpt.model(inputs_embeds=splice(gpt, torch.tensor([encoded.before + encoded.stem]), rows)).logits[0, 10:]
        text = reads_after(task.prompt)
        ids = torch.tensor([gpt.tokenizer(text.format(**records[0].fields), add_special_tokens=False)["input_ids"]])
        assert ids[0].tolist() == list(encoded.stem[10:])
        adapted = PeftModel.from_pretrained(gpt.model, str(tmp_path / "adapter"))
        theirs = adapted(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, 10:]
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_other_placements_are_refused_with_the_reason(tiny: FrozenGPT, tmp_path: Path) -> None:
    fiqa, swedish = catalogue.benchmark("fiqa"), language.load("sv")
    for name, reason in (("", "stand behind text"), ("split", "stand in several places")):
        task = localise(fiqa, swedish, prompt=name)
        with pytest.raises(Refusal, match=f"sv/fiqa: PEFT cannot hold this prompt, since its virtual tokens {reason}.*tune it with placement '1[06] front'"):
            to_peft(tmp_path, torch.zeros(10, tiny.hidden_size), task, tiny)
    assert misfit(localise(fiqa, swedish, prompt="published"), tiny) == ""
    assert not list(tmp_path.iterdir())


def test_template_and_card(tiny: FrozenGPT) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("sv"), prompt="published")
    made = template_of(task)
    assert len(made) == 7 and made["truncate_field"] == "sentence" and made["virtual_token_splits"] == [10]
    assert from_nemo(made, [*task.benchmark.fields, "label"], where="here").source == task.prompt.source
    card = json.loads(card_text({"model": tiny.name}, task))
    assert card["task"] == "sv/fiqa" and card["reads_after_virtual_tokens"].startswith(" {sentence}")
    odd = parse("[[10]] {{target}} {sentence} {target}:{answer}", task.benchmark.fields, where="here")
    assert reads_after(odd).format(sentence="Up", target="Acme") == " {target} Up Acme:"
    with pytest.raises(Refusal, match="holds text that NeMo takes for a place"):
        template_of(replace(task, prompt=odd))


def test_a_virtual_token_that_is_a_word_is_nearest_to_it(tiny: FrozenGPT) -> None:
    words = tiny.model.get_input_embeddings().weight.detach()
    start = torch.randn(2, tiny.hidden_size)
    found = look(tiny, torch.stack([2 * words[70], -start[1]]), start=start)
    assert found[0].nearest[0] == (tiny.tokenizer.decode([70]), 1.0)
    assert found[0].size == pytest.approx(2 * float(words[70].pow(2).mean().sqrt()) / tiny.embedding_size, abs=2e-3)
    assert found[1].drift == -1.0 and found[1].moved is not None and found[1].moved > 0
    assert VirtualToken.from_json(json.loads(json.dumps(found[0].to_json()))) == found[0]
    assert look(tiny, words[:1])[0].drift is None
