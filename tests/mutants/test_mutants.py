"""The seeded faults can be tried: each still applies, compiles, and says where to look and what it would mean."""

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.mutant import BadMutantError, Mutant, read_mutants

ROOT = Path(__file__).parent.parent.parent
MUTANTS = read_mutants()
LAYERS = {"policy", "services", "api", "store"}

_every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


@_every_mutant
def test_what_it_changes_stands_there_once_and_compiles_afterwards(mutant: Mutant) -> None:
    text = mutant.mutated(ROOT)
    assert text != (ROOT / mutant.file).read_text(encoding="utf-8")
    compile(text, mutant.file, "exec")


@_every_mutant
def test_it_says_what_it_would_mean_and_where_to_look(mutant: Mutant) -> None:
    assert mutant.means.endswith(".")
    assert len(mutant.means) >= 30
    assert mutant.tests
    for test in mutant.tests:
        assert (ROOT / test.partition("::")[0]).exists(), test


def test_there_are_enough_and_some_in_each_layer() -> None:
    assert len(MUTANTS) >= 40
    assert {mutant.file.split("/")[1] for mutant in MUTANTS} >= LAYERS


def test_no_two_have_one_name_or_make_the_same_fault() -> None:
    assert [name for name, count in Counter(mutant.name for mutant in MUTANTS).items() if count > 1] == []
    texts = Counter((mutant.file, mutant.mutated(ROOT)) for mutant in MUTANTS)
    assert [file for (file, _), count in texts.items() if count > 1] == []


@pytest.mark.parametrize(("text", "found"), [("", 0), ("rule rule", 2)])
def test_a_stale_one_is_refused(tmp_path: Path, text: str, found: int) -> None:
    mutant = Mutant("old", "rule.py", "rule", "no rule", "Nobody would know.", ())
    (tmp_path / "rule.py").write_text(text)
    with pytest.raises(BadMutantError, match=rf"old: what it changes stands {found} times in rule\.py"):
        mutant.mutated(tmp_path)


def test_one_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMutantError, match=r"there is no rule\.py"):
        Mutant("old", "rule.py", "rule", "no rule", "Nobody would know.", ()).mutated(tmp_path)
