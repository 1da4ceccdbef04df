"""`bailiwick audit verify` says that the audit is whole, or where it breaks."""

import sqlite3
from pathlib import Path

import pytest

from app.cli.main import main


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["bailiwick", *arguments])
    try:
        main()
    except SystemExit as exit:
        return int(exit.code or 0)
    return 0


def test_what_was_recorded_is_walked_and_the_facts_beside_it_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(monkeypatch, "demo") == 0
    store = sqlite3.connect(tmp_path / "data" / "bailiwick.db")
    with store:
        assert store.execute("UPDATE organizations SET name = 'another' WHERE slug = 'acme-apps'").rowcount > 0
    assert _run(monkeypatch, "audit", "verify", "--organization", "acme-apps") == 0
    with store:
        assert store.execute("UPDATE changes SET after = '{}' WHERE after IS NOT NULL").rowcount > 0
    store.close()
    assert _run(monkeypatch, "audit", "verify", "--organization", "acme-apps") == 1
    capsys.readouterr()
    assert _run(monkeypatch, "audit", "verify", "--help") == 0
    assert "doesn't compare the facts beside them" in " ".join(capsys.readouterr().out.split())


def test_whole_and_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(monkeypatch, "demo") == 0
    capsys.readouterr()
    assert _run(monkeypatch, "audit", "verify") == 0
    whole = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in whole] == [
        "instance",
        "acme-apps",
        "acme-models",
        "acme-observe",
        "acme-platform",
    ]
    assert all(line.endswith("revisions, all whole") for line in whole)

    with sqlite3.connect(tmp_path / "data" / "bailiwick.db") as store:
        organization = store.execute("SELECT id FROM organizations WHERE slug = 'acme-apps'").fetchone()[0]
        store.execute("UPDATE revisions SET reason = 'none' WHERE ledger_id = ? AND number = 4", (organization,))
    store.close()
    assert _run(monkeypatch, "audit", "verify", "--organization", "acme-models") == 0
    assert _run(monkeypatch, "audit", "verify", "--organization", "acme-apps") == 1
    said = capsys.readouterr()
    assert "acme-apps: breaks at revision 4" in said.out
    assert _run(monkeypatch, "audit", "verify", "--organization", "nobody") == 1
    assert "there is no organization `nobody`" in capsys.readouterr().err
