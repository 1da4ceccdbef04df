"""What a newcomer types first: the lock files and the Makefile hold what they promise."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-measure.lock", "requirements-browser.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked(name: str) -> dict[str, str]:
    """Version by distribution."""
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_names_where_to_install_from(name):
    text = (ROOT / name).read_text()
    assert not re.search(
        r"://|^\s*(-i|-f|--index|--extra-index|--find-links|--trusted-host)|\.(org|com|io|local)\b", text, re.MULTILINE
    )


@pytest.mark.parametrize("name", LOCKS)
def test_everything_locked_has_a_hash(name):
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE))
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", PROJECT["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
        ("requirements-measure.lock", PROJECT["optional-dependencies"]["measure"]),
        ("requirements-browser.lock", PROJECT["optional-dependencies"]["browser"]),
    ],
)
def test_the_lock_files_are_those_of_the_project(name, wanted):
    versions = locked(name)
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(versions[requirement.name]), f"{requirement}: run `make lock`"


def test_tests_run_on_what_is_shipped():
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


def test_the_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = re.findall(r"^  make (\S+) +\S", done.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(targets)
    assert targets == set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_the_check_runs_every_check():
    makefile = (ROOT / "Makefile").read_text()
    section = makefile.split("##@ Check")[1].split("##@")[0]
    steps = re.search(r"^STEPS := (.*)$", makefile, re.MULTILINE)
    assert steps
    not_steps = {"browser", "check", "conformance", "mutants"}  # what one needs, all of them, those told in a table
    assert sorted(steps[1].split()) == sorted(set(re.findall(r"^([a-z-]+):.*##", section, re.MULTILINE)) - not_steps)
