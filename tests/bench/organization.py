"""The measured organization as it lies in a store: its facts, and what those who have keys see of it, by `app.policy`.

Questions are drawn from it, and the servers written by hand have their dictionaries from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from app.db import tables
from app.db.sqlite import reader
from app.db.tables import table_of
from app.db.url import parse_url
from app.policy.entities import Environment, Person, Project, Restriction
from app.policy.facts import Facts
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.views import View
from app.policy.vocabulary import Permission
from app.services.demo.large.load import large_people
from app.services.demo.large.size import Size
from app.services.instance import now_us
from app.store.ledger import INSTANCE
from app.store.snapshot import load_facts
from tests.bench.store import SECRET, url_of

CHECKED = (
    Permission.ENVIRONMENT_DEPLOY,
    Permission.ENVIRONMENT_VIEW,
    Permission.ENVIRONMENT_SCALE,
    Permission.ENVIRONMENT_STOP,
    Permission.ENVIRONMENT_TERMINAL,
)
"""What checks are about."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody with a key and what they see, in order of name: the environments, and projects with theirs."""

    person: Person
    key: str
    environments: Sequence[Environment]
    projects: Sequence[tuple[Project, Sequence[Environment]]]
    may: dict[Permission, frozenset[str]]
    manages: Sequence[Restriction]


@dataclass(frozen=True, slots=True)
class Organization:
    """The facts, and who asks."""

    facts: Facts
    viewers: Sequence[Viewer]

    @property
    def id(self) -> str:
        return self.facts.organization.id


def read_facts(store: Path) -> Facts:
    """The organization as it is in a store."""
    engine = reader(parse_url(url_of(store)), 1)
    try:
        with engine.connect() as connection:
            return _load(connection)
    finally:
        engine.dispose()


def _load(connection: Connection) -> Facts:
    revisions = {row.id: row.revision for row in connection.execute(select(table_of(tables.Ledger)))}
    instance = revisions.pop(INSTANCE)
    ((id, revision),) = revisions.items()
    facts = load_facts(connection, id, revision, instance)
    assert facts is not None
    return facts


def read_organization(store: Path, size: Size) -> Organization:
    """The organization in a store, and what everybody sees who has a key there."""
    facts = read_facts(store)
    structure = Structure(facts)
    by_name = {person.name: person for person in facts.people.values()}
    askers = large_people(SECRET.encode(), size)
    return Organization(facts, [_viewer(structure, by_name[asker.name], asker.key) for asker in askers])


def _viewer(structure: Structure, person: Person, key: str) -> Viewer:
    view = View(structure, Subject(person), now_us())
    facts = structure.facts
    seen = sorted((each for each in facts.environments.values() if view.sees(each.id)), key=_order)
    of_project: dict[str, list[Environment]] = {}
    for environment in seen:
        of_project.setdefault(environment.project_id, []).append(environment)
    projects = sorted((each for each in facts.projects.values() if view.sees(each.id)), key=_order)
    may = {what: frozenset(each.id for each in seen if view.may(what, each.id)) for what in CHECKED}
    managed = [r for r in facts.restrictions.values() if view.may(Permission.ENVIRONMENT_RESTRICT, r.scope_id)]
    return Viewer(person, key, seen, [(each, of_project.get(each.id, [])) for each in projects], may, managed)


def _order(thing: Environment | Project) -> tuple[str, str]:
    return thing.name.casefold(), thing.id
