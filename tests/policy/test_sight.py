"""What lists hold is what is seen one by one, whichever way the list is made: few, kept, or gone through."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.policy import sight
from app.policy.entities import Node, Team
from app.policy.ordered import Ordered
from app.policy.sight import Sight
from app.policy.structure import Structure, order_of
from app.policy.views import View
from app.policy.vocabulary import Permission
from tests.fixtures.world import files, load

WAYS = {"few": (0, sight.SMALL), "kept": (1_000_000, sight.SMALL), "gone through": (1_000_000, 0)}
"""Each with what makes every list be made so: FEW and SMALL."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_lists_and_counts_hold_what_is_seen(path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    few, small = WAYS[way]
    monkeypatch.setattr(sight, "FEW", few)
    monkeypatch.setattr(sight, "SMALL", small)
    world = load(path)
    for facts in world.organizations:
        structure = Structure(facts)
        for subject in world.subjects.values():
            for at in world.instants():
                view = View(structure, subject, at)
                for node in filter(view.sees_node, range(len(structure.nodes))):
                    _check(view, structure.nodes[node])


def _check(view: View, within: Node) -> None:
    facts, lists = view.facts, Sight(view)
    below = [node for node in (*facts.teams.values(), *facts.projects.values()) if within in facts.path(node.id)]
    projects = {node.id: node for node in (within, *below) if node.id in facts.projects}.values()
    environments = [each for project in projects for each in facts.environments_of(project.id)]
    assert lists.environment_names(within) == Counter(e.name for e in environments if view.sees(e.id))
    _same(lists.environments(within), {e.id for e in environments if view.sees(e.id)})
    _same(lists.projects(within), {p.id for p in projects if view.sees(p.id)})
    teams = [node for node in facts.children(within.id) if isinstance(node, Team)]
    _same(lists.teams_right_below(within), {t.id for t in teams if view.sees(t.id)})
    if within.id == facts.organization.id:
        _same(lists.teams(), {id for id in facts.teams if view.sees(id)})
        assert sorted(lists.each_team(), key=order_of) == list(lists.teams())
        approvable = [e.id for e in lists.approvable()]
        assert len(approvable) == len(set(approvable))
        assert set(approvable) == {id for id in facts.environments if view.may(Permission.ENVIRONMENT_APPROVE, id)}


def _same(found: Ordered[Any], expected: set[str]) -> None:
    things = list(found)
    assert [order_of(thing) for thing in things] == sorted(map(order_of, things))
    assert {thing.id for thing in things} == expected
    assert len(found) == len(things) == len(expected)
