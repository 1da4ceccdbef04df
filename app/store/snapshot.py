"""Facts from rows: from scratch at any revision, and by catching up with what changed since (architecture, 2)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Table, and_, bindparam, or_, select

from app.db import tables
from app.db.statements import Statement
from app.db.tables import table_of
from app.policy.entities import (
    ApprovalRule,
    Environment,
    Grant,
    Membership,
    Organization,
    Person,
    Project,
    Restriction,
    Team,
)
from app.policy.facts import Facts
from app.policy.roles import Role
from app.store import changeset, fact_rows
from app.store.as_of import as_of, chunks, rows_at
from app.store.ledger import INSTANCE

T = TypeVar("T")
Ids = Iterable[str] | None
Changed = Mapping[str, frozenset[str]]
Written = Sequence[changeset.Changed] | None
"""What was changed since the facts that are known, by whom it was written; None where that is to be read."""
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Slice:
    """Where facts are read: one organization's ledger at a revision, and the instance's at one."""

    connection: Connection
    organization_id: str
    revision: int
    instance_revision: int
    written: Written = None

    def rows(self, table: Table, ids: Ids = None, by: str = "id") -> Iterable[Any]:
        return rows_at(self.connection, table, self.organization_id, self.revision, ids, by)


class ChangedRestrictions(NamedTuple):
    """The restrictions that changed: they themselves, their grants, their rules."""

    whole: frozenset[str]
    by_grants: frozenset[str]
    by_rules: frozenset[str]


def load_facts(connection: Connection, organization_id: str, revision: int, instance_revision: int) -> Facts | None:
    """The facts of an organization at a revision, from scratch; None where there was none."""
    at = Slice(connection, organization_id, revision, instance_revision)
    organization = _organization(at)
    if organization is None:
        return None
    return Facts(
        organization=organization,
        revision=revision,
        instance_revision=instance_revision,
        teams=_teams(at),
        projects=_projects(at),
        environments=_environments(at),
        custom_roles=_roles(at),
        memberships=_memberships(at),
        restrictions=_restrictions(at),
        people=_people(at),
    )


def catch_up(
    connection: Connection, facts: Facts, revision: int, instance_revision: int, written: Written = None
) -> Facts | None:
    """The facts at later revisions, reading only what changed in between; shares every value that did not.

    `written`: all that the organization's revisions in between say, for who has just written them. None where the
    organization is no more.
    """
    at = Slice(connection, facts.organization.id, revision, instance_revision, written)
    changed = _changed(connection, at.organization_id, facts.revision, revision) if written is None else _told(at)
    parts = _changed_restrictions(at, changed)
    organization = _organization(at) if _name(tables.Organization) in changed else facts.organization
    if organization is None:
        return None
    ids = {
        "teams": changed.get(_name(tables.Team), _NOTHING),
        "projects": changed.get(_name(tables.Project), _NOTHING),
        "environments": changed.get(_name(tables.Environment), _NOTHING),
        "memberships": _changed_memberships(at, changed),
        "restrictions": frozenset().union(*parts),
    }
    caught_up = Facts(
        organization=organization,
        revision=revision,
        instance_revision=instance_revision,
        teams=_renewed(facts.teams, ids["teams"], at, _teams),
        projects=_renewed(facts.projects, ids["projects"], at, _projects),
        environments=_renewed(facts.environments, ids["environments"], at, _environments),
        custom_roles=_renewed(facts.custom_roles, changed.get(_name(tables.Role), _NOTHING), at, _roles),
        memberships=_renewed(facts.memberships, ids["memberships"], at, _memberships),
        restrictions=_renewed(
            facts.restrictions,
            ids["restrictions"],
            at,
            lambda at, _: _restrictions_since(at, facts.restrictions, parts),
        ),
        people=_people_since(at, facts, changed),
    )
    caught_up.take_over(facts, ids)
    return caught_up


@cache
def _name(model: type[tables.Fact]) -> str:
    """How changes call this kind of fact."""
    return model.identity_kind.value


def _told(at: Slice) -> Changed:
    """By kind of fact: the ids of what was written."""
    found: dict[str, set[str]] = {}
    for fact in at.written or ():
        if fact.ledger_id == at.organization_id:
            found.setdefault(_name(fact.model), set()).add(fact.id)
    return {kind: frozenset(ids) for kind, ids in found.items()}


def _changed(connection: Connection, ledger_id: str, since: int, until: int) -> Changed:
    """By kind of fact: the ids that the revisions after `since` up to `until` name."""
    if since == until:
        return {}
    found: dict[str, set[str]] = {}
    for kind, fact_id in _changes().rows(connection, {"ledger_id": ledger_id, "since": since, "until": until}):
        found.setdefault(kind, set()).add(fact_id)
    return {kind: frozenset(ids) for kind, ids in found.items()}


@cache
def _changes() -> Statement:
    changes = table_of(tables.Change)
    in_between = (
        changes.c.ledger_id == bindparam("ledger_id"),
        changes.c.revision > bindparam("since"),
        changes.c.revision <= bindparam("until"),
    )
    return Statement(select(changes.c.kind, changes.c.fact_id).where(*in_between))


def _renewed(
    known: Mapping[str, T], changed: frozenset[str], at: Slice, load: Callable[[Slice, Ids], dict[str, T]]
) -> Mapping[str, T]:
    """The known values with those that changed read anew: same mapping where nothing did, else a copy."""
    if not changed:
        return known
    fresh = load(at, changed)
    renewed = dict(known)
    for id in changed - fresh.keys():
        renewed.pop(id, None)
    renewed.update(_sharing(known, fresh))  # a value that changed keeps its place, a new one comes last
    return renewed


def _sharing(known: Mapping[str, T], fresh: Mapping[str, T]) -> dict[str, T]:
    """The fresh values; those that came back as they were are the known ones."""
    return {id: known[id] if known.get(id) == value else value for id, value in fresh.items()}


def _organization(at: Slice) -> Organization | None:
    return next(map(fact_rows.organization, at.rows(table_of(tables.Organization))), None)


def _teams(at: Slice, ids: Ids = None) -> dict[str, Team]:
    return {row.id: fact_rows.team(row) for row in at.rows(table_of(tables.Team), ids)}


def _projects(at: Slice, ids: Ids = None) -> dict[str, Project]:
    return {row.id: fact_rows.project(row) for row in at.rows(table_of(tables.Project), ids)}


def _environments(at: Slice, ids: Ids = None) -> dict[str, Environment]:
    return {row.id: fact_rows.environment(row) for row in at.rows(table_of(tables.Environment), ids)}


def _roles(at: Slice, ids: Ids = None) -> dict[str, Role]:
    return {row.id: fact_rows.role(row) for row in at.rows(table_of(tables.Role), ids)}


def _memberships(at: Slice, ids: Ids = None) -> dict[str, Membership]:
    listed: dict[str, set[str]] = {}
    for entry in at.rows(table_of(tables.EnvironmentAccessEntry), ids, "membership_id"):
        listed.setdefault(entry.membership_id, set()).add(entry.environment_id)
    rows = at.rows(table_of(tables.Membership), ids)
    return {row.id: fact_rows.membership(row, frozenset(listed.get(row.id, ()))) for row in rows}


def _restrictions(at: Slice, ids: Ids = None) -> dict[str, Restriction]:
    grants, rules = _grants(at, ids), _rules(at, ids)
    return {
        row.id: fact_rows.restriction(row, grants.get(row.id, ()), rules.get(row.id, ()))
        for row in at.rows(table_of(tables.Restriction), ids)
    }


def _restrictions_since(
    at: Slice, known: Mapping[str, Restriction], changed: ChangedRestrictions
) -> dict[str, Restriction]:
    """Those that changed. Of which only grants or only rules did keep the rest."""
    found = _restrictions(at, changed.whole) if changed.whole else {}
    partly = {id: known[id] for id in (changed.by_grants | changed.by_rules) - changed.whole if id in known}
    if at.written is not None:
        return found | {id: _with_written(restriction, at.written) for id, restriction in partly.items()}
    grants, rules = _grants(at, partly.keys() & changed.by_grants), _rules(at, partly.keys() & changed.by_rules)
    for id, restriction in partly.items():
        found[id] = replace(
            restriction,
            grants=grants.get(id, ()) if id in changed.by_grants else restriction.grants,
            approval_rules=rules.get(id, ()) if id in changed.by_rules else restriction.approval_rules,
        )
    return found


def _with_written(known: Restriction, written: Sequence[changeset.Changed]) -> Restriction:
    """A restriction with those of its parts that were written: what changed keeps its place, what is new comes last."""
    grants, rules = {each.id: each for each in known.grants}, {each.id: each for each in known.approval_rules}
    parts: dict[type[tables.Fact], tuple[dict[str, Any], Callable[[Any], Any]]] = {
        tables.Grant: (grants, fact_rows.grant),
        tables.ApprovalRule: (rules, fact_rows.approval_rule),
    }
    for fact in written:
        if fact.model in parts and _value(fact, "restriction_id") == known.id:
            by_id, part = parts[fact.model]
            if fact.after is None:
                del by_id[fact.id]
            else:
                by_id[fact.id] = part(SimpleNamespace(id=fact.id, ledger_id=fact.ledger_id, **fact.after))
    return replace(known, grants=tuple(grants.values()), approval_rules=tuple(rules.values()))


def _value(fact: changeset.Changed, column: str) -> str:
    """Of a column that never changes."""
    return str((fact.after or fact.before or {})[column])


def _grants(at: Slice, ids: Ids) -> dict[str, tuple[Grant, ...]]:
    return _by_restriction(at.rows(table_of(tables.Grant), ids, "restriction_id"), fact_rows.grant)


def _rules(at: Slice, ids: Ids) -> dict[str, tuple[ApprovalRule, ...]]:
    return _by_restriction(at.rows(table_of(tables.ApprovalRule), ids, "restriction_id"), fact_rows.approval_rule)


def _by_restriction(rows: Iterable[Any], part: Callable[[Any], T]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row.restriction_id, []).append(part(row))
    return {id: tuple(parts) for id, parts in found.items()}


def _changed_memberships(at: Slice, changed: Changed) -> frozenset[str]:
    own = changed.get(_name(tables.Membership), _NOTHING)
    return own | _owners(at, tables.EnvironmentAccessEntry, "membership_id", changed)


def _changed_restrictions(at: Slice, changed: Changed) -> ChangedRestrictions:
    return ChangedRestrictions(
        changed.get(_name(tables.Restriction), _NOTHING),
        _owners(at, tables.Grant, "restriction_id", changed),
        _owners(at, tables.ApprovalRule, "restriction_id", changed),
    )


def _owners(at: Slice, part: type[tables.Fact], owner: str, changed: Changed) -> frozenset[str]:
    """Whose parts changed: a grant belongs to its restriction, an entry of a list to its membership, for ever."""
    if at.written is not None:
        return frozenset(_value(fact, owner) for fact in at.written if fact.model is part)
    owners = _owner(part, owner)
    found = (owners.rows(at.connection, {"ids": ids}) for ids in chunks(changed.get(_name(part), _NOTHING)))
    return frozenset(row[0] for rows in found for row in rows)


@cache
def _owner(part: type[tables.Fact], owner: str) -> Statement:
    table = table_of(part)
    return Statement(select(table.c[owner]).where(table.c.id.in_(bindparam("ids", expanding=True))), of="ids")


def _people(at: Slice) -> dict[str, Person]:
    """Everybody with a membership in the organization, and every instance administrator."""
    users, memberships = table_of(tables.User), table_of(tables.Membership)
    members = select(memberships.c.subject_id).where(
        memberships.c.ledger_id == at.organization_id, as_of(memberships, at.revision)
    )
    return _people_where(at, or_(users.c.id.in_(members), users.c.is_instance_admin))


def _people_where(at: Slice, condition: Any) -> dict[str, Person]:
    users, identities = table_of(tables.User), table_of(tables.Identity)
    query = (
        select(users, identities.c.created_at)
        .join(identities, identities.c.id == users.c.id)
        .where(and_(users.c.ledger_id == INSTANCE, as_of(users, at.instance_revision), condition))
        .order_by(identities.c.ordinal)
    )
    return {row.id: fact_rows.person(row) for row in at.connection.execute(query)}


def _people_since(at: Slice, facts: Facts, changed: Changed) -> Mapping[str, Person]:
    """The people anew where one of them changed, or who belongs did."""
    instance = _changed(at.connection, INSTANCE, facts.instance_revision, at.instance_revision)
    if _name(tables.Membership) not in changed and _name(tables.User) not in instance:
        return facts.people
    return _sharing(facts.people, _people(at))
