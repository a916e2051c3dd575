"""What a student learns is what a graft brings back; training goes on where it was killed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from pipeline.frozen_gpt import FrozenGPT
from pipeline.graft import distil, graft, train, vocabulary
from pipeline.graft.aligned import Aligned
from pipeline.graft.distil import Settings
from pipeline.graft.student import Student
from pipeline.graft.train import Goal, Told
from templates.refusal import Refusal

SETTINGS = Settings(rank=4, learning_rate=1e-2, warm_up=2, batch_tokens=400, depths=(0.5,))


def begun(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase) -> Student:
    assert tiny.by_hand is not None
    made = vocabulary.transplant(vocabulary.count(pairs, tiny.tokenizer, mirrored), tiny.tokenizer, mirrored, tiny.model.get_input_embeddings().weight)
    return Student(made, tiny.by_hand.weights, rank=SETTINGS.rank)


def taught(
    tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, checkpoint: Path, steps: int, settings: Settings = SETTINGS
) -> tuple[Student, list[Told]]:
    assert tiny.by_hand is not None
    student, told = begun(tiny, pairs, mirrored), list[Told]()
    found = distil.examples(pairs, tiny, mirrored, longest=40)
    train.train(student, tiny, found, goal=Goal(steps=steps), settings=settings, checkpoint=checkpoint, on_step=told.append)
    return student, told


def test_states_grow_like_those_of_the_translation(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path) -> None:
    student, told = taught(tiny, pairs, mirrored, tmp_path / "c.safetensors", 150)
    lowest, whole = told[:90], told[90:]
    assert all(one.losses.next_token is None and len(one.losses.unlike) == 1 for one in lowest)
    assert sum(lowest[-1].losses.unlike) < 0.5 * sum(lowest[0].losses.unlike)
    fresh = begun(tiny, pairs, mirrored)
    found, seen = distil.examples(pairs, tiny, mirrored, longest=40), list[float]()
    for one in (fresh, student):
        views = distil.views(tiny, tiny.by_hand, found, SETTINGS)
        seen.append(sum(distil.loss(one, tiny.by_hand, tiny, found, SETTINGS, views)[1].unlike))
    assert seen[1] < 0.5 * seen[0]
    assert whole[-1].losses.next_token < whole[0].losses.next_token
    assert tiny.measure() == tiny.fingerprint, "the teacher has changed"
    assert any(up.abs().sum() > 0 for up in student.up)


def test_states_are_seen_as_the_teacher_spreads_them(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase) -> None:
    found = distil.examples(pairs, tiny, mirrored, longest=40)
    middle, end = distil.views(tiny, tiny.by_hand, found, SETTINGS)
    assert (middle.tap, end.tap) == (len(tiny.model.model.layers) // 2, None)
    states = [tiny.model(torch.tensor([one.known]), output_hidden_states=True).hidden_states for one in found]
    places = [[known for known, _ in one.places] for one in found]
    last = torch.cat([state[-1][0][at] for state, at in zip(states, places, strict=True)]).detach()
    torch.testing.assert_close(end.mean, last.mean(0), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(end.spread, last.std(0), atol=1e-5, rtol=1e-4)
    norm = tiny.model.model.layers[middle.tap].input_layernorm
    halfway = torch.cat([norm(state[middle.tap][0][at]) for state, at in zip(states, places, strict=True)]).detach()
    torch.testing.assert_close(middle.spread, halfway.std(0), atol=1e-5, rtol=1e-4)


def test_a_step_stays_where_the_teacher_is(
    tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The meta device stands for a GPU where there is none: it computes no values, but refuses to mix as a GPU does."""
    there = FrozenGPT(copy.deepcopy(tiny.model).to("meta"), tiny.tokenizer, name="there", fingerprint="x")
    found = distil.examples(pairs, there, mirrored, longest=40)
    student = Student(begun(tiny, pairs, mirrored).embeddings, there.by_hand.weights, rank=4)
    views = distil.views(there, there.by_hand, found, SETTINGS)
    item = torch.Tensor.item
    monkeypatch.setattr(torch.Tensor, "item", lambda self: 0.0 if self.is_meta else item(self))
    loss, told = distil.loss(student, there.by_hand, there, found[:8], SETTINGS, views)
    torch.autograd.backward(loss)
    assert loss.is_meta and told.next_token is not None
    assert all(parameter.grad is not None and parameter.grad.is_meta for parameter in student.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_teaches_what_the_cpu_teaches(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path) -> None:
    there = FrozenGPT(copy.deepcopy(tiny.model).to("cuda"), tiny.tokenizer, name="there")
    here_told, there_told = (taught(one, pairs, mirrored, tmp_path / f"{number}.safetensors", 20)[1] for number, one in enumerate((tiny, there)))
    assert [one.losses.next_token for one in there_told] == pytest.approx([one.losses.next_token for one in here_told], rel=1e-2)
    student, _ = taught(there, pairs, mirrored, tmp_path / "0.safetensors", 21)  # a checkpoint goes on elsewhere
    assert student.embeddings.is_cuda


def test_it_goes_on_as_if_it_had_not_been_killed(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path) -> None:
    whole, _ = taught(tiny, pairs, mirrored, tmp_path / "whole.safetensors", 8)

    class Killed(Exception):
        pass

    def kill(told: Told) -> None:
        if told.step == 5:
            raise Killed

    assert tiny.by_hand is not None
    found = distil.examples(pairs, tiny, mirrored, longest=40)
    place = tmp_path / "killed.safetensors"
    with pytest.raises(Killed):
        train.train(
            begun(tiny, pairs, mirrored),
            tiny,
            found,
            goal=Goal(steps=8),
            settings=SETTINGS,
            checkpoint=place,
            every_seconds=0,
            on_step=kill,
        )
    resumed, told = taught(tiny, pairs, mirrored, place, 8)
    assert told[0].step < 7, "nothing was left to do"
    assert told[0].step > 1, "it began anew"
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, msg=name)


def test_a_checkpoint_of_something_else_is_refused(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path) -> None:
    place = tmp_path / "c.safetensors"
    taught(tiny, pairs, mirrored, place, 1)
    with pytest.raises(Refusal, match="other settings or text"):
        taught(tiny, pairs, mirrored, place, 2, replace(SETTINGS, likeness=1.0))
    with pytest.raises(Refusal, match="other settings or text"):
        taught(tiny, [replace(pairs[0], links=frozenset(), sure=frozenset()), *pairs[1:]], mirrored, place, 2)
    taught(tiny, pairs, mirrored, place, 2, replace(SETTINGS, learning_rate=1e-3))
    place.write_bytes(place.read_bytes()[:1000])
    with pytest.raises(Refusal, match="no whole checkpoint"):
        taught(tiny, pairs, mirrored, place, 2)


def copied(gpt: FrozenGPT) -> FrozenGPT:
    return FrozenGPT(copy.deepcopy(gpt.model), gpt.tokenizer, name="copy")


def test_a_graft_says_what_the_student_says(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path) -> None:
    student, _ = taught(tiny, pairs, mirrored, tmp_path / "c.safetensors", 20)
    facts = graft.Facts("sv", tiny.name, graft.sketch(tiny), SETTINGS.rank, 100)
    graft.write(tmp_path / "sv", student, mirrored, facts=facts, card="# sv")
    composed = graft.compose(tmp_path / "sv", copied(tiny), name="tiny+sv")
    assert composed.by_hand is not None and tiny.by_hand is not None
    ids = torch.tensor([mirrored(pairs[0].new)["input_ids"]])
    with torch.no_grad():
        wanted = tiny.by_hand.run_open(student.embeddings[ids], weights=student.weights())[-1]
        found = composed.by_hand.run_open(composed.embed(ids))[-1]
        theirs = composed.model(ids, output_hidden_states=True).hidden_states[-1][0]
    torch.testing.assert_close(found, theirs, atol=1e-4, rtol=1e-4)
    assert torch.nn.functional.cosine_similarity(found, wanted).min() > 0.999
    assert composed.tokenizer(pairs[0].new)["input_ids"] == ids[0].tolist()
    assert composed.fingerprint != tiny.fingerprint
    assert sum(path.stat().st_size for path in (tmp_path / "sv").glob("*.safetensors")) < 4 * sum(p.numel() for p in student.parameters())


def test_another_model_is_refused(
    tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase, tmp_path: Path, make_gpt: Callable[[str], FrozenGPT]
) -> None:
    student = begun(tiny, pairs, mirrored)
    graft.write(tmp_path / "sv", student, mirrored, facts=graft.Facts("sv", "x", graft.sketch(tiny), SETTINGS.rank, 0), card="")
    other = copied(tiny)
    with torch.no_grad():
        other.model.get_input_embeddings().weight[0] += 1  # other weights
    with pytest.raises(Refusal, match="other weights"):
        graft.compose(tmp_path / "sv", other, name="x+sv")
    with pytest.raises(Refusal, match="Llama kind"):
        graft.compose(tmp_path / "sv", make_gpt("gpt2-bpe"), name="x+sv")
    for file in (graft.WEIGHTS, graft.TOKENIZER):
        whole = (tmp_path / "sv" / file).read_bytes()
        (tmp_path / "sv" / file).write_bytes(whole[:-9])
        with pytest.raises(Refusal, match="half rewritten"):
            graft.compose(tmp_path / "sv", copied(tiny), name="x+sv")
        (tmp_path / "sv" / file).write_bytes(whole)


def test_text_without_links_is_refused(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase) -> None:
    bare = [replace(pair, sure=frozenset()) for pair in pairs]
    with pytest.raises(Refusal, match="two linked words"):
        distil.examples(bare, tiny, mirrored, longest=40)
