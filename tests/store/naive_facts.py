"""A store of facts as dictionaries: what the facts of an organization are, said a second time."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.db import tables
from app.policy import entities, facts
from app.policy.roles import Role

PARTS = ("teams", "projects", "environments", "custom_roles", "memberships", "restrictions", "people")
"""The mappings that Facts have."""

Said = dict[str, Any]
"""An organization, and each of its mappings as a list of pairs, in order."""


class Fact(NamedTuple):
    """A living fact: its own columns as they were given, and the instant of its first revision."""

    model: type[tables.Fact]
    values: Mapping[str, Any]
    created_at: int


State = dict[str, Fact]
"""The living facts of a ledger, in order of creation."""


def said(found: facts.Facts | None) -> Said | None:
    """What loaded facts say."""
    if found is None:
        return None
    return {"organization": found.organization} | {name: list(getattr(found, name).items()) for name in PARTS}


def expected(organization_id: str, state: State, instance: State) -> Said | None:
    """What they should say; None where there is no such organization."""
    if organization_id not in state:
        return None
    belong = {fact.values["subject_id"] for fact in state.values() if fact.model is tables.Membership}
    people = {id: f for id, f in instance.items() if id in belong or f.values["is_instance_admin"]}
    parts = _Parts(organization_id, state).all()
    return parts | {"people": [(id, _person(id, fact)) for id, fact in people.items()]}


def _person(id: str, fact: Fact) -> entities.Person:
    v = fact.values
    flags = (v["is_active"], v["is_instance_admin"])
    return entities.Person(id, v["name"], v["email"], False, None, *flags, None, fact.created_at)


class _Parts:
    """One organization's state, as values of the policy."""

    def __init__(self, organization_id: str, state: State) -> None:
        self._org = organization_id
        self._state = state

    def all(self) -> Said:
        made = {
            "teams": (tables.Team, self._team),
            "projects": (tables.Project, self._project),
            "environments": (tables.Environment, self._environment),
            "custom_roles": (tables.Role, self._role),
            "memberships": (tables.Membership, self._membership),
            "restrictions": (tables.Restriction, self._restriction),
        }
        parts = {name: [(id, make(id, fact)) for id, fact in self._of(model)] for name, (model, make) in made.items()}
        return {"organization": self._organization(self._state[self._org])} | parts

    def _of(self, model: type[tables.Fact], **values: str) -> list[tuple[str, Fact]]:
        return [
            (id, fact)
            for id, fact in self._state.items()
            if fact.model is model and all(fact.values[name] == value for name, value in values.items())
        ]

    def _organization(self, fact: Fact) -> entities.Organization:
        v = fact.values
        return entities.Organization(self._org, v["slug"], v["name"], v["environment_access_enabled"], fact.created_at)

    def _team(self, id: str, fact: Fact) -> entities.Team:
        v = fact.values
        return entities.Team(id, self._org, v["parent_id"], v["slug"], v["name"], v["isolated"], fact.created_at)

    def _project(self, id: str, fact: Fact) -> entities.Project:
        v = fact.values
        named = (v["slug"], v["name"], v["kind"], v["restricted"])
        return entities.Project(id, self._org, v["parent_id"], *named, fact.created_at)

    def _environment(self, id: str, fact: Fact) -> entities.Environment:
        v = fact.values
        named = (v["name"], v["tier"], v["tier_source"], v["state"])
        return entities.Environment(id, self._org, v["project_id"], *named, fact.created_at)

    def _role(self, id: str, fact: Fact) -> Role:
        return Role(id, self._org, id, fact.values["name"], None, frozenset(fact.values["permissions"]))

    def _membership(self, id: str, fact: Fact) -> entities.Membership:
        v = fact.values
        entries = self._of(tables.EnvironmentAccessEntry, membership_id=id)
        return entities.Membership(
            id,
            self._org,
            v["subject_id"],
            v["subject_id"].startswith("tea"),
            v["node_id"],
            tuple(v["role_ids"]),
            v["starts_at"],
            v["expires_at"],
            v["environment_access_mode"],
            frozenset(entry.values["environment_id"] for _, entry in entries),
            fact.created_at,
        )

    def _restriction(self, id: str, fact: Fact) -> entities.Restriction:
        v = fact.values
        return entities.Restriction(
            id,
            self._org,
            v["scope_id"],
            v.get("environment_name"),
            v.get("tier"),
            v.get("environment_id"),
            v["admin_bypass"],
            v["hides"],
            v["allow_self_approval"],
            v["enabled"],
            tuple(self._grant(each, grant) for each, grant in self._of(tables.Grant, restriction_id=id)),
            tuple(self._rule(each, rule) for each, rule in self._of(tables.ApprovalRule, restriction_id=id)),
            fact.created_at,
        )

    def _grant(self, id: str, fact: Fact) -> entities.Grant:
        v = fact.values
        times = (v["starts_at"], v["expires_at"])
        return entities.Grant(id, self._org, *_named(v), v["inheritance"], v["source"], *times)

    def _rule(self, id: str, fact: Fact) -> entities.ApprovalRule:
        v = fact.values
        return entities.ApprovalRule(id, self._org, *_named(v), v["inheritance"], v["required_approvals"])


def _named(values: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
    return values["restriction_id"], values.get("user_id"), values.get("team_id"), values.get("level")
