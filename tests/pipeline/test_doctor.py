"""doctor: words, tokens, priors; what is ambiguous under a tokenizer is refused before anything is tuned."""

from dataclasses import replace

import pytest

from pipeline.answering import Answering
from pipeline.doctor import examine, refuse_ambiguous
from pipeline.frozen_gpt import FrozenGPT
from pipeline.tune import tune
from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask, localise
from templates.verbalizer import Verbalizer
from tests.pipeline import utterances


def speaking(task: LocalisedTask, negative: str, positive: str) -> LocalisedTask:
    return replace(task, verbalizer=Verbalizer({"negative": negative, "positive": positive}, {}))


def test_words_are_shown_as_they_are_tokenised(gpt: FrozenGPT) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("sv"))
    found = examine(Answering(gpt, task))
    assert [(word.label, word.word) for word in found.words][:2] == [("negative", " negativ"), ("negative", " negativa")]
    for word in found.words:
        if word.blank == "joined":
            assert "".join(word.pieces) == word.word
    assert sum(found.priors.values()) == pytest.approx(1.0)
    assert not [finding for finding in found.findings if finding.severity == "error"]


def test_shared_first_tokens_are_a_warning(tiny: FrozenGPT, task: LocalisedTask) -> None:
    found = examine(Answering(tiny, speaking(task, " xyq", " xyz")))
    told = [finding for finding in found.findings if finding.check == "first-token"]
    assert len(told) == 1 and told[0].severity == "warning" and "2 of 2 labels share their first token" in told[0].what


def test_single_bytes_are_a_warning(make_gpt, task: LocalisedTask) -> None:  # type: ignore[no-untyped-def]
    found = examine(Answering(make_gpt("llama-byte-fallback"), speaking(task, " ☂", " positive")))
    assert "byte-pieces" in {finding.check for finding in found.findings}


def test_words_that_become_the_same_tokens_are_refused(make_gpt, task: LocalisedTask, records: list[Record]) -> None:  # type: ignore[no-untyped-def]
    gpt = make_gpt("gpt-sw3")  # without byte fallback: both umbrellas are unknown
    clash = speaking(task, " ☂", " ☃")
    answering = Answering(gpt, clash)
    found = examine(answering)
    assert {finding.check for finding in found.findings if finding.severity == "error"} == {"ambiguous-words"} and not found.priors
    with pytest.raises(Refusal, match=r"' ☃' \(positive\) has the same tokens as ' ☂' \(negative\) under this tokenizer; choose words that part earlier"):
        refuse_ambiguous(answering.tokens, clash)
    with pytest.raises(Refusal, match="has the same tokens"):
        tune("majority", answering, train_rows=records[:4], validation_rows=[], settings={}, seed=1)


def test_a_word_that_begins_another_is_refused(tiny: FrozenGPT, task: LocalisedTask) -> None:
    clash = speaking(task, " xyz", " xyz☂")
    with pytest.raises(Refusal, match=r"' xyz☂' \(positive\) begins with all tokens of ' xyz' \(negative\)"):
        refuse_ambiguous(Answering(tiny, clash).tokens, clash)


def test_slot_words_that_become_the_same_tokens_are_refused(make_gpt) -> None:  # type: ignore[no-untyped-def]
    gpt, said = make_gpt("gpt-sw3"), utterances.task()
    assert said.slots is not None
    first, second = said.slots.words.labels[:2]
    words = {**said.slots.words.words, first: " ☂", second: " ☃"}
    clash = replace(said, slots=replace(said.slots, words=Verbalizer(words, {})))
    refuse_ambiguous(Answering(gpt, said).tokens, said)
    with pytest.raises(Refusal, match=f"slot words of '{first}' and '{second}' are the same tokens to this model's tokenizer; choose other words"):
        refuse_ambiguous(Answering(gpt, clash).tokens, clash)
    assert "ambiguous-slot-words" in {finding.check for finding in examine(Answering(gpt, clash)).findings if finding.severity == "error"}
