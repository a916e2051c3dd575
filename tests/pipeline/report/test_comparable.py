"""Outcomes stand side by side only if their signatures differ in what the table varies."""

from __future__ import annotations

from pipeline.report.comparable import differing, groups
from pipeline.study import Condition
from templates import catalogue, language
from templates.benchmark import Record
from templates.task import localise

ANSWERS = [("a", "positive", "positive"), ("b", "negative", "positive")]


def signed(make, method="p_tuning", condition="sv", **changes):
    stated = {"condition": condition, "method": method, "fold": "0", "seed": "1", "model": "smol", "records": condition, "prompt": condition}
    stated["fold"] = changes.pop("signature_fold", "0")
    keys = {key: changes.pop(key) for key in list(changes) if key not in ("fold", "seed", "settings", "fraction")}
    return make(method, condition, ANSWERS, signature={**stated, **keys}, **changes)


def test_what_the_table_varies_may_differ(make):
    one = signed(make)
    assert differing(one, signed(make, fold=1, seed=2)) == ()
    assert differing(one, signed(make, "few_shot", settings={"shots": 4}, prompt="without virtual tokens", shots="4")) == ()
    assert differing(one, signed(make, condition="en", gate="pass,kept=100%")) == ()


def test_another_model_or_version_may_not(make):
    one = signed(make)
    assert differing(one, signed(make, condition="en", model="gpt-sw3")) == ("model",)
    assert differing(signed(make, "few_shot", model="smol", version="1"), signed(make, model="gpt-sw3", version="2")) == ("model", "version")


def test_one_mean_never_mixes_prompts_nor_records(make):
    assert differing(signed(make), signed(make, seed=2, prompt="published")) == ("prompt",)
    assert differing(signed(make), signed(make, "tfidf", records="other rows")) == ("records",)


def test_one_mean_never_mixes_searches(make):
    assert differing(signed(make, search="10 front; 20 front"), signed(make, seed=2, search="10 front; 20 front", chosen="placement=20 front")) == ()
    assert differing(signed(make, search="10 front; 20 front"), signed(make, seed=2, search="10 text; 20 end")) == ("search",)


def test_folds_may_vary_their_number_may_not(make):
    one, same, other = (signed(make, fold=number, signature_fold=told) for number, told in ((0, "0/5"), (1, "1/5"), (1, "1/10")))
    assert differing(one, same) == ()
    assert differing(one, other) == ("fold",)


def test_a_baseline_without_a_model_is_no_clash(make):
    assert differing(signed(make), signed(make, "majority", model="none")) == ()
    assert differing(signed(make), signed(make, seed=2, model="none")) == ("model",)


def test_the_larger_group_is_shown_first_and_the_finding_lists_the_keys(make):
    usual = [signed(make, seed=seed, version="8") for seed in (1, 2)]
    odd = signed(make, "few_shot", model="gpt-sw3", version="9")
    tables, findings = groups([odd, *usual], where="fiqa")
    assert tables == [usual, [odd]]
    assert len(findings) == 1
    assert findings[0].severity == "error"
    assert "model (smol / gpt-sw3); version (8 / 9)" in findings[0].what


def test_nothing_to_refuse_gives_one_group_in_the_order_of_its_kinds(make):
    every = [signed(make), signed(make, condition="en"), signed(make, "majority", model="none")]
    tables, findings = groups(every, where="fiqa")
    assert tables == [every]
    assert findings == []
    assert groups([], where="fiqa") == ([], [])


def test_the_signatures_a_study_writes_are_understood(make):
    """The keys a study signs with: Swedish, English and the control stand in one table; other words under one mean do not."""
    benchmark = catalogue.benchmark("fiqa")
    swedish, english = (localise(benchmark, language.load(code)) for code in ("sv", "en"))
    published = localise(benchmark, language.load("sv"), prompt="published")
    row = {"en": Record("a", {"sentence": "Up", "target": "X"}, "positive", "g"), "sv": Record("a", {"sentence": "Upp", "target": "X"}, "positive", "g")}

    def trial(name, task, gate, engine, method="p_tuning", **changes):
        facts = Condition(name, task, (row[name[:2]],), {"a": 0}, gate, engine).facts
        return make(method, name, ANSWERS, signature={**facts, "method": method, "fold": "0/5", "seed": "1", "gpt": "smol@1"}, **changes)

    every = [trial("sv", swedish, "fail,kept=71%", "marian@1"), trial("en", english, "pass,kept=100%", ""), trial("en>sv", swedish, "none", "")]
    every.append(trial("sv", swedish, "fail,kept=71%", "marian@1", "few_shot", settings={"shots": 4}))
    tables, findings = groups(every, where="fiqa")
    assert findings == []
    assert len(tables) == 1
    assert differing(every[0], trial("sv", published, "fail,kept=71%", "marian@1", seed=2)) == ("prompt",)
