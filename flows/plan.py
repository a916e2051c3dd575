"""plan: all settings of one run: a study's TOML, read strictly, with what the command line says on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import StrictInt

from pipeline import smollm2
from pipeline.load_gpt import base_of, grafted
from pipeline.outcome import is_target
from pipeline.study import TrialGroup
from templates import catalogue
from templates import placement as placements
from templates.benchmark import Benchmark
from templates.language import ENGLISH, Language, load
from templates.refusal import Refusal, did_you_mean
from templates.settings import read_settings, read_toml
from templates.store import digest
from templates.task import LocalisedTask, localise
from translation import limits

STUDIES = Path(__file__).resolve().parent / "studies"
MOST_STACKED = 64


@dataclass(frozen=True, slots=True)
class Engine:
    """`engine` names a file of translation/translators, `settings` go to it; empty: the language file's `translator`, else ctranslate2."""

    engine: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """The GPT to tune: `smollm2-135m`, a graft, a folder or a hub id; empty: what the language's file names as its `gpt`, else
    smollm2-135m, so that English and the language may each be read by the GPT that reads it best. `cache_gibibytes` bounds the kept keys and
    values in memory (the GPU's, where that computes), `disk_gibibytes` those in a temporary file. `device`: auto is the GPU where there is one. `stack`: so
    many p-tunings alike but for fold, seed and fraction are trained at once, as rows of one batch, for a GPU that one of them does not fill."""

    name: str = ""
    revision: str = ""
    dtype: Literal["float32", "bfloat16"] = "float32"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = 2
    stack: int = 1
    cache_gibibytes: float = 4.0
    disk_gibibytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Folds:
    """`count` folds, of which those listed in `run` are used as test part. `published`: not drawn, but those of the data's own split, by its numbers."""

    count: int = 5
    run: tuple[int, ...] = (0,)
    seed: int = 0
    published: bool = False


@dataclass(frozen=True, slots=True)
class Study:
    """One study. `rows`: how many records of each benchmark, or a table with a number for some (0: all; else whole groups, stratified by label).
    `on_fail`: what a failed gate means, stop (no target-language tuning, exit code 3) or continue (tune on the kept rows).
    `second`: another engine, with which the gate compares translations; without a name there is none."""

    title: str
    benchmarks: tuple[str, ...] = ("fiqa",)
    source: Literal["any", "data", "hub", "url", "sample"] = "any"
    rows: int | Mapping[str, StrictInt] = 0
    on_fail: Literal["stop", "continue"] = "stop"
    shard_rows: int = 512
    english_first: bool = True
    translator: Engine = field(default_factory=Engine)
    second: Engine = field(default_factory=Engine)
    gate: Mapping[str, Any] = field(default_factory=dict)
    model: Model = field(default_factory=Model)
    folds: Folds = field(default_factory=Folds)
    prompts: Mapping[str, str] = field(default_factory=dict)
    benchmark: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trials: tuple[TrialGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A study for one language, with where data comes from and where runs go. `drafted`: benchmarks whose words the language's file
    lacks and a machine drafted for this run."""

    study_name: str
    study: Study
    language: Language
    data: Path | None
    out: Path
    drafted: tuple[str, ...] = ()

    @property
    def english(self) -> Plan:
        """The same study for English."""
        return replace(self, language=load(ENGLISH), drafted=())

    def rows_of(self, benchmark: Benchmark) -> int:
        """How many of its records the study takes; 0: all."""
        return self.study.rows if isinstance(self.study.rows, int) else self.study.rows.get(benchmark.name, 0)

    @property
    def model(self) -> Model:
        """The GPT that reads the plan's language."""
        return replace(self.study.model, name=self.study.model.name or self.language.gpt or smollm2.NAME)

    def reader(self, condition: str) -> Plan:
        """The plan whose GPT reads a condition: English text, under whichever prompt, is read by that for English."""
        return self if is_target(condition) else self.english

    @property
    def benchmarks(self) -> list[Benchmark]:
        """The study's benchmarks."""
        return [catalogue.benchmark(name) for name in self.study.benchmarks]

    def settings_of(self, benchmark: Benchmark) -> Any:
        """The benchmark's own settings in this study."""
        table = self.study.benchmark.get(benchmark.name, {})
        return read_settings(benchmark.settings, table, where=f"study {self.study_name}, [benchmark.{benchmark.name}]")

    def task_of(self, benchmark: Benchmark) -> LocalisedTask:
        """The benchmark in the plan's language, with the prompt the study names."""
        return localise(benchmark, self.language, prompt=self.study.prompts.get(benchmark.name, ""))

    @property
    def digest(self) -> str:
        """sha256 of everything the study says, the language file and the source of data."""
        language = Path(self.language.file).read_text(encoding="utf-8")
        drafted = {name: asdict(self.language.cells[name]) for name in self.drafted}
        return digest([asdict(self.study), self.language.code, language, str(self.data), drafted])


def studies() -> dict[str, Path]:
    """Name -> file of every study, the user's own first."""
    return catalogue.files("study", STUDIES, ".toml")


def read_study(name: str) -> Study:
    """Read `studies/<name>.toml`."""
    path = catalogue.find("study", name, STUDIES, ".toml")
    table = read_toml(path)
    study = read_settings(Study, table, where=str(path))
    if not study.folds.run:
        raise Refusal(f"{path}, folds: run is empty, so that nothing would be tested; name a fold, as [0], or leave it out.")
    for group in study.trials:
        for name in ("conditions", "fractions", "seeds"):
            if not getattr(group, name):
                raise Refusal(f"{path}, method {group.method}: {name} is empty, so that it would never run; name some, or leave it out.")
        for named in group.benchmarks:
            if named not in study.benchmarks:
                raise Refusal(
                    f"{path}: trials benchmark {named!r} is not one of the study ({', '.join(study.benchmarks)}).{did_you_mean(named, study.benchmarks)}"
                )
        for kind in group.conditions:
            if kind not in ("target", "english", "control"):
                raise Refusal(f"{path}: trials condition {kind!r} is unknown; use target, english or control.")
        for fraction in group.fractions:
            if not 0 < fraction <= 1:
                raise Refusal(f"{path}: fraction {fraction} of {group.method} must be above 0 and at most 1.")
        module = catalogue.module("pipeline.methods", group.method, "method")
        read_settings(module.Settings, group.settings, where=f"{path}, method {group.method}")
        _check_search(group, module, where=f"{path}, method {group.method}")
    last = study.folds.count - (not study.folds.published)  # published ones may be counted from 1
    for fold in study.folds.run:
        if not 0 <= fold <= last:
            raise Refusal(f"{path}: fold {fold} is not one of 0 to {last}.")
    _check_tables(study, path)
    return study


def _check_search(group: TrialGroup, module: Any, *, where: str) -> None:
    """A search needs placements, all data, and settings of the method."""
    asked = group.settings.get("placement") == "searched"
    if asked != bool(group.search):
        raise Refusal(f'{where}: search and placement = "searched" go together; give both or neither.')
    if not asked:
        if group.search_settings:
            raise Refusal(f'{where}: search_settings are those of a search; give one (search and placement = "searched"), or leave them out.')
        return
    if group.fractions != (1.0,):
        raise Refusal(f"{where}: a placement is searched with all data, so fractions must be [1.0]; put smaller fractions into a group of their own.")
    if group.settings.get("start"):
        raise Refusal(f"{where}: a searched placement cannot start from the English prompt, which may stand elsewhere; leave one of the two out.")
    for placement in group.search:
        placements.read(placement)
        read_settings(module.Settings, {**group.settings, **group.search_settings, "placement": placement}, where=f"{where}, search")


def _check_tables(study: Study, path: Path) -> None:
    """What else a typo could silently switch off: benchmark names, and the settings of benchmarks, gate and translator."""
    for number, named in enumerate(study.benchmarks):
        catalogue.benchmark(named)
        if named in study.benchmarks[:number]:
            raise Refusal(f"{path}: benchmark {named!r} stands twice in benchmarks; name each once.")
    counts = study.rows if isinstance(study.rows, Mapping) else dict.fromkeys(study.benchmarks, study.rows)
    for table, names in (("prompts", study.prompts), ("benchmark", study.benchmark), ("rows", counts)):
        for name in names:
            if name not in study.benchmarks:
                raise Refusal(
                    f"{path}, [{table}]: {name!r} is not a benchmark of this study ({', '.join(study.benchmarks)}).{did_you_mean(name, study.benchmarks)}"
                )
    for name, settings in study.benchmark.items():
        read_settings(catalogue.benchmark(name).settings, settings, where=f"{path}, [benchmark.{name}]")
    limits.read(study=study.gate, where=f"{path}, [gate]")
    for table, chosen in (("translator", study.translator), ("second", study.second)):
        if chosen.engine:
            engine = catalogue.module("translation.translators", chosen.engine, "translator")
            if host := getattr(engine, "SENDS_TO", ""):
                raise Refusal(f"{path}, [{table}]: {chosen.engine} sends texts to {host}, which no study or schedule may do; use lingraft crosscheck --send.")
            read_settings(engine.Settings, chosen.settings, where=f"{path}, [{table}] settings")
    least = {
        "rows": (min(counts.values(), default=0), 0),
        "shard_rows": (study.shard_rows, 1),
        "model threads": (study.model.threads, 1),
        "model stack": (study.model.stack, 1),
        "folds count": (study.folds.count, 2),
    }
    if study.model.stack > MOST_STACKED:
        raise Refusal(f"{path}: model stack is {study.model.stack}; it may be at most {MOST_STACKED}.")
    for name, (value, bound) in least.items():
        if value < bound:
            raise Refusal(f"{path}: {name} is {value}; it must be at least {bound}.")


def make(language: str, study: str, *, data: Path | None, out: Path) -> Plan:
    """Resolve names to one plan; every unknown name is an UnknownName, words that cannot work a Refusal."""
    if data is not None and not data.is_dir():
        raise Refusal(f"{data}: is no folder; --data names the folder that holds <benchmark>.en.jsonl, .csv or .json.")
    loaded = load(language)
    made = Plan(study, read_study(study), loaded, data.resolve() if data else None, out.resolve())
    if made.study.source == "data" and data is None:
        raise Refusal(f"study {study} reads its data from a folder; name it with --data.")
    if data is not None and made.study.source not in ("any", "data"):
        raise Refusal(f"study {study} reads its data from the {made.study.source}, so --data would be ignored; leave it out or use --study quick.")
    if data is not None and made.study.source == "any":
        made = replace(made, study=replace(made.study, source="data"))
    if language != ENGLISH and any(benchmark.name not in loaded.cells for benchmark in made.benchmarks):
        from flows.draft import complete  # loads the translator: only where words are missing

        made = complete(made)
    for benchmark in made.benchmarks:
        made.task_of(benchmark)
    _check_start(made)
    return made


def _check_start(plan: Plan) -> None:
    """A prompt may begin at the English one only where both stand among the same embeddings."""
    if not any(group.settings.get("start") for group in plan.study.trials) or plan.model.name == plan.english.model.name:
        return
    ours, theirs = grafted(plan.model.name), plan.english.model.name
    if ours is None or base_of(ours) not in (theirs, str(Path(theirs).resolve())):
        raise Refusal(
            f"study {plan.study_name}: a trial starts from the English prompt, but {plan.language.name} is read by {plan.model.name} and English by {theirs}, "
            "which is not what that grew on; leave start out, or name one [model] for both."
        )
