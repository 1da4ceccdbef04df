"""A twin in the making: a world to be changed piece by piece, with nothing left that names what is gone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.policy.entities import ApprovalRule, Grant
from tests.proof.twins.sight import Sight
from tests.proof.twins.whole import Whole, changed
from tests.proof.world import make_id

_NEW = 5 * 10**8  # beyond every number that a random world has


class Draft:
    """One use. What the viewer sees of the world it began with says what is hidden and may be changed."""

    def __init__(self, whole: Whole, sight: Sight) -> None:
        facts = whole.facts
        self.sight = sight
        self.organization = facts.organization
        self.teams = dict(facts.teams)
        self.projects = dict(facts.projects)
        self.environments = dict(facts.environments)
        self.roles = dict(facts.custom_roles)
        self.memberships = dict(facts.memberships)
        self.restrictions = dict(facts.restrictions)
        self.people = dict(whole.people)
        self.elsewhere = whole.elsewhere
        self.keys = dict(whole.keys)
        self.rows = dict(whole.rows)
        self._facts = facts
        self._number = _NEW

    def whole(self) -> Whole:
        """What it has become."""
        members = {m.subject_id for m in self.memberships.values()}
        within = {id: p for id, p in self.people.items() if id in members or p.is_instance_admin}
        facts = changed(
            self._facts,
            organization=self.organization,
            teams=self.teams,
            projects=self.projects,
            environments=self.environments,
            custom_roles=self.roles,
            memberships=self.memberships,
            restrictions=self.restrictions,
            people=within,
        )
        beyond = {id: self.people[id] for id in self.elsewhere.people if id in self.people}
        staying = {id: m for id, m in self.elsewhere.memberships.items() if m.subject_id in beyond}
        elsewhere = changed(self.elsewhere, people=beyond, memberships=staying)
        return Whole(facts, elsewhere, self.people, self.keys, self.rows)

    def id(self, prefix: str) -> str:
        """One that nothing has in either twin, nor in a twin made by other edits."""
        self._number += 1
        return make_id(prefix, self._number)

    def begin(self, number: int) -> None:
        """The edit of this number is next: its ids don't hang on what other edits did."""
        self._number = _NEW + 1000 * number

    # Removing, with all that can't be without it.

    def remove_node(self, id: str) -> None:
        for below in [n.id for n in (*self.teams.values(), *self.projects.values()) if n.parent_id == id]:
            self.remove_node(below)
        for environment in [e.id for e in self.environments.values() if e.project_id == id]:
            self.remove_environment(environment)
        _drop(self.memberships, lambda m: id in (m.node_id, m.subject_id))
        _drop(self.restrictions, lambda r: r.scope_id == id)
        self._forget_who(lambda who: who.team_id == id)
        self._forget_rows("project_id", id)
        self._forget_keys(id)
        self.teams.pop(id, None)
        self.projects.pop(id, None)

    def remove_environment(self, id: str) -> None:
        del self.environments[id]
        _drop(self.restrictions, lambda r: r.environment_id == id)
        for m in [m for m in self.memberships.values() if id in m.environment_ids]:
            self.memberships[m.id] = replace(m, environment_ids=m.environment_ids - {id})
        self._forget_rows("environment_id", id)
        self._forget_rows("target_id", id)
        self._forget_keys(id)

    def remove_person(self, id: str) -> None:
        """With what they hold; what they did stays with whoever is left, and can't be theirs alone."""
        _drop(self.memberships, lambda m: m.subject_id == id)
        self._forget_who(lambda who: who.user_id == id)
        _drop(self.keys, lambda key: key.id == id)
        self._forget_rows("created_by", id)
        self._forget_rows("user_id", id)
        for other in [p for p in self.people.values() if p.created_by == id]:
            self.people[other.id] = replace(other, created_by=None)
        del self.people[id]

    def remove_row(self, id: str) -> None:
        del self.rows[id]
        for name in ("deployment_id", "target_id"):
            self._forget_rows(name, id)
        for other, row in list(self.rows.items()):
            if row.values.get("promoted_from") == id:
                self.rows[other] = row.changed(promoted_from=None)

    def _forget_rows(self, name: str, id: str) -> None:
        for row_id in [row_id for row_id, row in self.rows.items() if row.values.get(name) == id]:
            if row_id in self.rows:
                self.remove_row(row_id)

    def _forget_keys(self, id: str) -> None:
        _drop(self.keys, lambda key: key.key is not None and key.key.resource_id == id)

    def _forget_who(self, gone: Callable[[Grant | ApprovalRule], bool]) -> None:
        for r in list(self.restrictions.values()):
            grants = tuple(g for g in r.grants if not gone(g))
            rules = tuple(rule for rule in r.approval_rules if not gone(rule))
            self.restrictions[r.id] = replace(r, grants=grants, approval_rules=rules)


def _drop(things: dict[str, Any], gone: Callable[[Any], bool]) -> None:
    for id in [id for id, thing in things.items() if gone(thing)]:
        del things[id]
