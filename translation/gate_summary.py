"""gate_summary: a gate.json in few words: the most important lines, a table, and markdown in which no text of a row can act."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from templates.language import ENGLISH
from translation.page_rows import visible
from translation.shares import percent

LINES = 3  # and those on marks and reviews
DOUBTS = 3
MOST_BYTES = 200_000  # of markdown
SEVERITY = {"critical": 0, "major": 1, "minor": 2}
TOLD_ONE_BY_ONE = 3  # warnings about words of one kind, among the reasons
SHOWN = 12  # findings on words, and changes, in the markdown
ACTIVE = re.compile(r"[\\`*_{}\[\]|~$@]|^[#+=-]|:(?=//)|(?<=www)\.", re.IGNORECASE)  # what markdown, or a reader that makes links, acts on


def important(gate: Mapping[str, Any], *, count: int = LINES) -> list[str]:
    """The lines a user should see first: what fails, what warns, what got worse, then the checks that flag most, `count` in all if there are
    so many; then what is marked and who has read it."""
    said = [found["what"] for found in _why(gate) if found["severity"] == "error"]
    moved = [f"{delta['name']}: {change(delta)} since {gate['previous']['run']}" for delta in _deltas(gate) if delta["matters"]]
    warned = [found["what"] for found in _why(gate) if found["severity"] != "error"]
    flagging = sorted((check for check in gate["checks"] if check["n_flagged"]), key=lambda check: (SEVERITY[check["severity"]], -check["n_flagged"]))
    checks = [f"{check['id']} flags {check['n_flagged']:,} of {check['n_evaluated']:,} rows" for check in flagging]
    return [*([_line(line) for line in (*said, *warned, *moved, *checks)][:count]), *(_line(line) for line in (marked(gate), reviewed(gate)) if line)]


def marked(gate: Mapping[str, Any]) -> str:
    """How many kept rows are doubted, and by what most; "" where none is."""
    numbers, most = gate["statistics"], list(gate["marked_by"].items())[:DOUBTS]
    if not numbers["marked"]:
        return ""
    return f"{numbers['marked']:,} of the {numbers['kept']:,} kept rows are marked, most by {', '.join(f'{name} {count:,}' for name, count in most)}"


def reviewed(gate: Mapping[str, Any]) -> str:
    """What people found in these rows; "" where there is nothing to translate."""
    found = gate["review"]
    if gate["language"] == ENGLISH:
        return ""
    if found is None:
        return "nobody has reviewed these rows, so how many of the kept ones are right is not known"
    if found["kept"] is None:
        return f"people reviewed {found['rows']:,} rows, none of them kept"
    low, high = found["kept"]["interval95"]
    who = f"{', '.join(found['reviewers'])}, {found['rows']:,} rows, {found['when'][:10]}"
    return f"people find {percent(found['kept']['share'])} of the kept rows good ({percent(low)} to {percent(high)}; {who})"


def _why(gate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What moves the verdict; many warnings of one kind about words are one line here, each has its own under the words."""
    noted = gate["settings"]["lines"].get("words_noted", ())
    words = [found for found in gate.get("words", ()) if found["check"] not in noted]
    kinds = Counter((found["check"], found["severity"]) for found in words)
    single = [found for found in words if kinds[found["check"], found["severity"]] <= TOLD_ONE_BY_ONE]
    rest = [found for found in words if found not in single]
    first = {(found["check"], found["severity"]): found for found in reversed(rest)}
    many = [{**found, "what": f"{kinds[kind]} label words ({kind[0]}), the first: {found['what']}"} for kind, found in reversed(first.items())]
    return [*gate["findings"], *single, *many]


def _deltas(gate: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (gate.get("previous") or {}).get("deltas", ())


def change(delta: Mapping[str, Any]) -> str:
    """ "89.6 % → 91 %" for shares, "42.1 → 43.5" for scores."""
    if "chrF2" in delta["name"]:
        return f"{delta['before']:.2f} → {delta['now']:.2f}"
    return f"{percent(delta['before'])} → {percent(delta['now'])}"


def table(gate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a check."""
    return [
        {
            "check": check["id"],
            "severity": check["severity"],
            "accepted": visible(check["threshold"]),
            "flagged": check["n_flagged"],
            "of": check["n_evaluated"],
            "share": percent(check["observed"]),
            "95 %": " to ".join(percent(end) for end in check["interval95"]),
        }
        for check in gate["checks"]
    ]


def markdown(gate: Mapping[str, Any]) -> str:
    """Verdict, counts, why, checks, what moved, references, words."""
    numbers = gate["statistics"]
    clean = numbers["kept"] - numbers["retried"] - numbers["marked"]
    kept = f"kept {numbers['kept']:,} (nothing found {clean:,}, marked {numbers['marked']:,}, retried {numbers['retried']:,})"
    counts = f"source {numbers['source']:,}, excluded {numbers['excluded']:,}, {kept}, quarantined {numbers['quarantined']:,}"
    parts = [f"# {escaped(gate['benchmark'])} in {escaped(gate['language_name'])}: {gate['verdict']}", counts]
    parts += [escaped(said) for said in (marked(gate), reviewed(gate)) if said]
    people = ", ".join(f"{name} {count:,}" for name, count in gate["provenance"].get("overrides", {}).items() if name != "void_ids" and count)
    parts += [f"overrides by people: {people}"] if people else []
    parts += _listed("Why", [f"{'**fails**' if found['severity'] == 'error' else 'warns'}: {escaped(found['what'])}" for found in _why(gate)])
    rows = table(gate)
    lines = [" | ".join(escaped(str(value)) for value in row.values()) for row in rows]
    parts += ["## Checks", "\n".join([" | ".join(rows[0]), " | ".join("---" for _ in rows[0]), *lines])] if rows else []
    parts += _previous(gate.get("previous"))
    scores = [f"{escaped(one['name'])} of {escaped(one['field'])}: {_scored(one)}, `{one['signature']}`" for one in gate.get("references", ())]
    parts += _listed("Against references", scores)
    words = [f"{escaped(found['what'])} ({escaped(found['check'])})" for found in gate.get("words", ())]
    parts += _listed("Prompts and label words", _shortened(words))
    return _within("\n\n".join(parts) + "\n")


def _scored(metric: Mapping[str, Any]) -> str:
    low, high = metric["interval"]
    return f"{metric['score']:.1f} ({low:.1f} to {high:.1f}, n = {metric['n']:,})"


def _previous(previous: Mapping[str, Any] | None) -> list[str]:
    if previous is None:
        return []
    note = [escaped(previous["note"])] if previous["note"] else []
    same = [delta["name"] for delta in previous["deltas"] if delta["now"] == delta["before"]]
    moved = sorted((delta for delta in previous["deltas"] if delta["now"] != delta["before"]), key=lambda delta: not delta["matters"])
    lines = [f"{escaped(delta['name'])}: {escaped(change(delta))}{' **matters**' if delta['matters'] else ''} ({escaped(delta['how'])})" for delta in moved]
    lines += [f"not changed: {escaped(', '.join(same))}"] if same else []
    return [f"## Since {escaped(previous['run'])}", *note, *_listed("", lines)]


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [*([f"## {title}"] if title else []), "\n".join(f"- {line}" for line in lines)]


def _shortened(lines: list[str]) -> list[str]:
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], f"and {len(lines) - SHOWN} more, in gate.json"]


def _line(text: str) -> str:
    """One line of a terminal: nothing in it can move the cursor."""
    return " ".join(visible(text).split())


def escaped(text: str) -> str:
    """The text as markdown shows it letter by letter: no tags, links, tables or emphasis, no line breaks, no invisible marks."""
    plain = _line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = ACTIVE.sub(r"\\\g<0>", plain)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", plain)


def _within(text: str) -> str:
    """At most MOST_BYTES, whole lines."""
    blob = text.encode("utf-8")
    if len(blob) <= MOST_BYTES:
        return text
    return blob[:MOST_BYTES].decode("utf-8", "ignore").rpartition("\n")[0] + "\n\n(cut; all of it is in gate.json)\n"
