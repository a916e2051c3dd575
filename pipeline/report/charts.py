"""charts: fraction curve, learning curves and confusion matrix, each one inline SVG string.

Drawn by matplotlib's SVG backend without pyplot, the same bytes for the same input. Colours leave as CSS variables
(`--c1`..`--c4`, `--ink`, `--faint`), so the page gives them a light and a dark form; what a colour says, a dash or a marker says
too. Text stays text: the reader's browser draws it in the page's own font.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, PercentFormatter
from numpy.typing import NDArray

from pipeline.outcome import Outcome

INK, FAINT, GRID = "#010101", "#020202", "#030303"
COLOURS = ("#010201", "#010202", "#010203", "#010204")
VARIABLES = {INK: "--ink", FAINT: "--faint", GRID: "--grid", **{colour: f"--c{number}" for number, colour in enumerate(COLOURS, start=1)}}
MOST_LABELS = 12  # of a confusion matrix that can be read
STYLES = (("-", "o"), (":", "s"), ("--", "^"), ("-.", "D"))  # one a method
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lingraft",
    "font.size": 10.5,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.8,
}

Series = tuple[str, str]  # condition, method, as shown
Draw = tuple[float, int, float]  # fraction, training rows, what was measured


def fraction_curve(
    points: Mapping[Series, Sequence[Draw]], *, conditions: Sequence[str], floor: float | None, title: str, name: str, measured: str = "accuracy"
) -> str:
    """What was measured (a ratio) over training rows (log): a dot for every draw, lines join the means of each fraction.

    `conditions` gives the order of the colours, here and in learning_curves.
    """

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        methods = list(dict.fromkeys(method for _, method in points))
        for (condition, method), draws in points.items():
            colour, (dash, marker) = _colour(conditions, condition), STYLES[methods.index(method) % len(STYLES)]
            axes.plot([rows for _, rows, _ in draws], [score for _, _, score in draws], marker, color=colour, markersize=4.5, markeredgewidth=0, alpha=0.4)
            means = [np.mean([(rows, score) for at, rows, score in draws if at == fraction], axis=0) for fraction in sorted({at for at, _, _ in draws})]
            axes.plot([at for at, _ in means], [score for _, score in means], dash, marker=marker, color=colour, markersize=5, label=f"{condition}, {method}")
        if floor is not None:
            axes.axhline(floor, color=FAINT, linestyle=(0, (6, 3)), linewidth=1.2, label="majority label")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel("training rows (log scale)")
        axes.set_ylabel(measured)
        _finish(axes)

    return _svg(draw, height=4.6, title=title, name=name)


def learning_curves(trials: Sequence[tuple[Series, Outcome]], *, conditions: Sequence[str], title: str, name: str) -> str:
    """Validation accuracy, where it was measured, and loss by epoch, a line a trial; the ring marks the epoch that was kept."""
    shown = [(f"validation_{what}", unit) for what, unit in (("accuracy", ""), ("loss", " (nats)"))]
    shown = [one for one in shown if any(getattr(epoch, one[0]) >= 0 for _, trial in trials for epoch in trial.history)] or shown[1:]

    def draw(figure: Figure) -> None:
        panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
        methods = list(dict.fromkeys(method for (_, method), _ in trials))
        told: set[Series] = set()
        for series, trial in trials:
            colour, dash = _colour(conditions, series[0]), STYLES[methods.index(series[1]) % len(STYLES)][0]
            epochs = [epoch.number for epoch in trial.history]
            label = None if series in told else ", ".join(series)
            told.add(series)
            for axes, (measured, _) in zip(panels, shown, strict=True):
                values = [getattr(epoch, measured) if getattr(epoch, measured) >= 0 else float("nan") for epoch in trial.history]
                axes.plot(epochs, values, dash, color=colour, linewidth=1.4, alpha=0.8, label=label)
                if trial.best_epoch in epochs:
                    axes.plot([trial.best_epoch], [values[epochs.index(trial.best_epoch)]], "o", color=colour, markerfacecolor="none", markersize=7)
        for number, (axes, (measured, unit)) in enumerate(zip(panels, shown, strict=True)):
            axes.set_ylabel(measured.replace("_", " ") + unit)
            if measured == "validation_accuracy":
                axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            _finish(axes, legend=number == 0)
        panels[-1].set_xlabel("epoch")
        panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))

    return _svg(draw, height=4.9 if len(shown) == 2 else 2.9, title=title, name=name)


def confusion(trials: Sequence[Outcome], labels: Sequence[str], *, title: str, name: str) -> str:
    """True label (row) against answered label (column), counted over all trials; shade is the share of the row.

    Of more than MOST_LABELS labels only those that are mixed up most stand alone; the rest share the last row and column.
    """

    def draw(figure: Figure) -> None:
        counts, shown = _most_confused(confusions(trials, labels), labels)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes = figure.subplots()
        size, many = len(shown), len(shown) > 4
        cells = [(row, column) for row in range(size) for column in range(size) if counts[row, column] or not many]
        squares = [[(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)] for row, column in cells]
        shades = [to_rgba(COLOURS[0], 0.06 + 0.5 * shares[cell]) for cell in cells]
        axes.add_collection(PolyCollection(squares, facecolors=shades, edgecolors="none"))
        for row, column in cells:
            said = f"{counts[row, column]:,.0f}"
            text = said if many else f"{shares[row, column]:.0%}\n{said}"
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8 if many else None)
        axes.set_xlim(0, size)
        axes.set_ylim(size, 0)
        axes.set_xticks(np.arange(size) + 0.5, [_short(label) for label in shown], rotation=90 if many else 0)
        axes.set_yticks(np.arange(size) + 0.5, [_short(label) for label in shown])
        axes.tick_params(length=0)
        axes.set_xlabel("answered")
        axes.set_ylabel("true label")
        axes.spines[:].set_visible(False)

    return _svg(draw, height=3.2 if len(labels) <= 4 else 5.4, title=title, name=name)


def confusions(trials: Sequence[Outcome], labels: Sequence[str]) -> NDArray[np.float64]:
    """[C, C]: how often the label of the row was answered with that of the column, over all trials."""
    index = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)))
    for trial in trials:
        for item in trial.predictions:
            if item.predicted in index:
                counts[index[item.label], index[item.predicted]] += 1
    return counts


def _most_confused(counts: NDArray[np.float64], labels: Sequence[str]) -> tuple[NDArray[np.float64], list[str]]:
    if len(labels) <= MOST_LABELS:
        return counts, list(labels)
    errors = counts.sum(axis=0) + counts.sum(axis=1) - 2 * counts.diagonal()
    alone = np.sort(np.argsort(-errors, kind="stable")[: MOST_LABELS - 1])
    place = np.full(len(labels), MOST_LABELS - 1)
    place[alone] = np.arange(MOST_LABELS - 1)
    folded = np.zeros((MOST_LABELS, MOST_LABELS))
    np.add.at(folded, (place[:, None], place[None, :]), counts)
    return folded, [*(labels[number] for number in alone), f"{len(labels) - MOST_LABELS + 1} others"]


def _short(label: str) -> str:
    return label if len(label) <= 24 else label[:23] + "…"


def _colour(conditions: Sequence[str], condition: str) -> str:
    return COLOURS[conditions.index(condition) % len(COLOURS)]


def _finish(axes: Axes, *, legend: bool = True) -> None:
    axes.grid(visible=True, which="major", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    if legend:
        _, told = axes.get_legend_handles_labels()
        columns = 2 if max(map(len, told), default=0) <= 22 else 1
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, handlelength=3.2, columnspacing=1.4, borderaxespad=0.2)


def _svg(draw: Callable[[Figure], None], *, height: float, title: str, name: str) -> str:
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the browser draws the text, not matplotlib
        figure = Figure(figsize=(5.4, height), layout="constrained")
        figure.patch.set_alpha(0)
        canvas = FigureCanvasSVG(figure)
        draw(figure)
        for axes in figure.axes:
            axes.patch.set_alpha(0)
        target = io.StringIO()
        canvas.print_svg(target, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})  # type: ignore[no-untyped-call]
    return _dress(target.getvalue(), title=title, name=name)


def _dress(svg: str, *, title: str, name: str) -> str:
    slug, said = re.sub(r"[^a-z0-9]+", "-", name.lower()), escape(title)
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)  # inline, it would reach the whole page
    for colour, variable in VARIABLES.items():
        body = body.replace(f": {colour}", f": var({variable})")
    body = re.sub(r"font-family: [^;\"]*; ", "", body)
    body = re.sub(r"\bid=\"", f'id="{slug}-', body)
    body = re.sub(r"(href=\"#|url\(#)", rf"\g<1>{slug}-", body)
    return re.sub(r"<svg ([^>]*)>", lambda match: f'<svg role="img" aria-label="{said}" {match[1]}><title>{said}</title>', body, count=1)
