"""The tables as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from tests.bench.entrants import CEILING
from tests.bench.figures import ratios, spread

Data = dict[str, Any]

GROWN = {
    "page_half_us": "a page, who sees half",
    "page_few_us": "a page, who sees about 20",
    "check_half_us": "a check, who sees half",
    "check_few_us": "a check, who sees about 20",
    "subjects_us": "who may deploy",
}


def draw(results: Data, folder: Path) -> list[Path]:
    """Draw what there is; gives the files' paths."""
    drawn = []
    if "operations" in results:
        drawn.append(_draw_operations(results, folder / "operations.svg"))
    if "growth" in results:
        drawn.append(_draw_growth(results["growth"], folder / "growth.svg"))
    return drawn


def _draw_operations(results: Data, path: Path) -> Path:
    """CPU as a multiple of the ceiling, on a scale of powers of ten; a line where each operation is to stay below."""
    operations, names = results["operations"], [name for name in results["entrants"] if name != CEILING]
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(names)
    for place, name in enumerate(names):
        found = [spread(ratios(each["entrants"][name]["cpu"], each["entrants"][CEILING]["cpu"])) for each in operations]
        middles = [number + (place - (len(names) - 1) / 2) * width for number in range(len(operations))]
        errors = [[one.median - one.low for one in found], [one.high - one.median for one in found]]
        axes.bar(middles, [one.median for one in found], width, yerr=errors, label=results["entrants"][name])
    for number, operation in enumerate(operations):
        axes.hlines(operation["most"], number - 0.45, number + 0.45, colors="black", linestyles="dashed")
    axes.axhline(1, color="gray", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_ylabel("CPU, as a multiple of the ceiling; dashed: at most")
    axes.set_xticks(range(len(operations)), [each["title"].replace(" with ", "\nwith ") for each in operations])
    axes.legend()
    return _save(figure, path)


def _draw_growth(growth: Sequence[Data], path: Path) -> Path:
    """CPU by size, both on scales of powers of ten."""
    sizes = [one["size"]["environments"] for one in growth]
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for name, title in GROWN.items():
        axes.plot(sizes, [one[name] for one in growth], marker="o", label=title)
    for write in ("grant", "environment", "project", "restriction"):
        costs = [one["after_us"]["half"][write] for one in growth]
        axes.plot(sizes, costs, marker="s", label=f"a page after a new {write}, who sees half")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("environments")
    axes.set_ylabel("CPU, µs")
    axes.legend()
    return _save(figure, path)


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path)
    return path
