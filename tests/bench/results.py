"""Where results are kept, and what they hold."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.services.demo.large.size import Size
from tests.bench.entrants import Entrant
from tests.bench.figures import as_json
from tests.bench.machine import machine
from tests.bench.operations import Operation
from tests.bench.processes import ROOT
from tests.bench.rounds import Plan, Table

Data = dict[str, Any]

FOLDER = ROOT / "data" / "bench"
"""Ignored by git, like all data."""


def about(command: str) -> Data:
    """What every figure needs beside it."""
    return {"command": command, "machine": machine()}


def gathered(
    table: Table, operations: Sequence[Operation], entrants: Sequence[Entrant], size: Size, plan: Plan
) -> Data:
    """Everything that is to be known of the operations."""
    return {
        "size": asdict(size),
        "rounds": plan.rounds,
        "entrants": {entrant.name: entrant.title for entrant in entrants},
        "operations": [
            {
                "name": operation.name,
                "title": operation.title,
                "most": operation.most,
                "entrants": {name: as_json(series) for name, series in table[operation.name].items()},
            }
            for operation in operations
        ],
    }


def keep(results: Data, folder: Path = FOLDER) -> Path:
    """Write results as JSON; gives the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def kept(folder: Path = FOLDER) -> Data:
    """The last results. Raises FileNotFoundError where nothing was measured."""
    found: Data = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found
