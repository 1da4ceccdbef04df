"""What is written in random histories: columns of new facts of each kind, and what becomes of them."""

from collections.abc import Callable
from typing import Any

from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN_ROLES
from app.policy.vocabulary import (
    EnvironmentAccessMode,
    EnvironmentState,
    GrantSource,
    Inheritance,
    Permission,
    ProjectKind,
    RoleLevel,
    Tier,
    TierSource,
)

Values = dict[str, Any]

_INSTANTS = (None, 5, 7, 1 << 50)
_ROLES = tuple(sorted(BUILT_IN_ROLES))


class Picks:
    """What a new fact may refer to, of the living facts of its ledger; a number decides which of them."""

    def __init__(self, number: int, name: str, living: dict[Kind, list[str]], people: list[str]) -> None:
        self.number = number
        self.odd = bool(number % 2)
        self.name = name
        """Which no other thing has."""
        self._living = living
        self._people = people

    def one(self, *kinds: Kind) -> str | None:
        """A living thing of these kinds."""
        return self.of([id for kind in kinds for id in self._living.get(kind, ())])

    @property
    def node(self) -> str | None:
        return self.one(Kind.TEAM, Kind.PROJECT, Kind.ORGANIZATION)

    @property
    def person(self) -> str | None:
        """Anybody who was ever there: a row of theirs may outlive them, where nothing guards it."""
        return self.of(self._people)

    def of(self, values: list[str]) -> str | None:
        return values[self.number % len(values)] if values else None


def _team(picks: Picks) -> Values:
    return {"parent_id": picks.node, "slug": picks.name, "name": picks.name, "isolated": picks.odd}


def _project(picks: Picks) -> Values:
    kind = list(ProjectKind)[picks.number % len(ProjectKind)]
    return {"parent_id": picks.node, "slug": picks.name, "name": picks.name, "kind": kind, "restricted": picks.odd}


def _environment(picks: Picks) -> Values:
    tier = list(Tier)[picks.number % len(Tier)]
    said = {"tier": tier, "tier_source": TierSource.GUESSED, "state": EnvironmentState.AVAILABLE}
    return {"project_id": picks.one(Kind.PROJECT), "name": picks.name} | said


def _role(picks: Picks) -> Values:
    return {"name": picks.name, "name_folded": picks.name, "permissions": _permissions(picks.number)}


def _membership(picks: Picks) -> Values:
    subject = picks.one(Kind.TEAM) if picks.odd else picks.person
    return {"subject_id": subject, "node_id": picks.node} | _held(picks.number)


def _entry(picks: Picks) -> Values:
    return {"membership_id": picks.one(Kind.MEMBERSHIP), "environment_id": picks.one(Kind.ENVIRONMENT)}


def _restriction(picks: Picks) -> Values:
    on_one = {"environment_id": picks.one(Kind.ENVIRONMENT)}
    flags = {"admin_bypass": picks.odd, "hides": not picks.odd, "allow_self_approval": picks.odd, "enabled": True}
    return {"scope_id": picks.node} | ({"environment_name": f"*{picks.name}"} if picks.odd else on_one) | flags


def _grant(picks: Picks) -> Values:
    times = {"starts_at": _INSTANTS[picks.number % 4], "expires_at": None}
    return _granted(picks) | {"inheritance": Inheritance.DIRECT, "source": GrantSource.ACCESS_REQUEST} | times


def _rule(picks: Picks) -> Values:
    return _granted(picks) | {"inheritance": Inheritance.ALL, "required_approvals": picks.number + 1}


def _granted(picks: Picks) -> Values:
    column = ("user_id", "team_id", "level")[picks.number % 3]
    subjects = {"user_id": picks.person, "team_id": picks.one(Kind.TEAM), "level": RoleLevel.MAINTAINER}
    return {"restriction_id": picks.one(Kind.RESTRICTION), column: subjects[column]}


def _user(picks: Picks) -> Values:
    flags = {"is_instance_admin": picks.odd, "is_active": True}
    return {"name": picks.name, "email": f"{picks.name}@acme", "email_folded": None} | flags


def _provider(picks: Picks) -> Values:
    return {"name": picks.name, "kind": "OPENAI"}


NEW: dict[Kind, Callable[[Picks], Values]] = {
    Kind.TEAM: _team,
    Kind.PROJECT: _project,
    Kind.ENVIRONMENT: _environment,
    Kind.ROLE: _role,
    Kind.MEMBERSHIP: _membership,
    Kind.RESTRICTION: _restriction,
    Kind.ACCESS_ENTRY: _entry,
    Kind.GRANT: _grant,
    Kind.APPROVAL_RULE: _rule,
    Kind.USER: _user,
    Kind.AI_PROVIDER: _provider,  # of no concern to facts
}
"""The columns of a new fact; a reference is None where there is nothing to refer to."""


def _held(number: int) -> Values:
    mode = EnvironmentAccessMode.LIMITED if number % 2 else EnvironmentAccessMode.FULL
    times = {"starts_at": _INSTANTS[number % 4], "expires_at": _INSTANTS[number % 3]}
    return {"role_ids": [_ROLES[number % len(_ROLES)]], "environment_access_mode": mode} | times


def _permissions(number: int) -> list[Permission]:
    return [permission for place, permission in enumerate(Permission) if place % 7 == number % 7]


def _renamed(number: int) -> str:
    return f"renamed {number % 3}"


def _odd(number: int) -> bool:
    return bool(number % 2)


CHANGED: dict[Kind, Callable[[int], Values]] = {
    Kind.ORGANIZATION: lambda n: {"name": _renamed(n), "environment_access_enabled": _odd(n)},
    Kind.TEAM: lambda n: {"name": _renamed(n), "isolated": _odd(n)},
    Kind.PROJECT: lambda n: {"name": _renamed(n), "restricted": _odd(n)},
    Kind.ENVIRONMENT: lambda n: {"state": list(EnvironmentState)[n % 2], "tier_source": TierSource.EXPLICIT},
    Kind.ROLE: lambda n: {"permissions": _permissions(n)},
    Kind.MEMBERSHIP: _held,
    Kind.RESTRICTION: lambda n: {"enabled": _odd(n), "hides": not _odd(n)},
    Kind.ACCESS_ENTRY: lambda n: {},
    Kind.GRANT: lambda n: {"expires_at": _INSTANTS[n % 4]},
    Kind.APPROVAL_RULE: lambda n: {"required_approvals": n + 1},
    Kind.USER: lambda n: {"name": _renamed(n), "is_active": _odd(n), "is_instance_admin": n % 3 == 0},
    Kind.AI_PROVIDER: lambda n: {"name": _renamed(n)},
}
"""Columns of a living fact and what they become; at times what they are."""
