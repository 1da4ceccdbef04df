"""Everything that a store holds of a world: the facts that the rule reads, another organization, people, and rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from app.db.tables import Fact
from app.policy.entities import Person
from app.policy.facts import Facts
from app.policy.subject import Subject
from app.store.ledger import Record, lock
from tests.fixtures.world import World
from tests.fixtures.world_people import BEGINNING
from tests.fixtures.world_store import secret_of, write_world
from tests.proof.world import NOW

NAME = "twins"
"""Of both twins alike: everybody has the same keys in both."""


@dataclass(frozen=True)
class Row:
    """A fact of the organization that the rule doesn't read: a deployment, an approval, settings, an AI provider."""

    model: type[Fact]
    values: Mapping[str, Any]

    def changed(self, **values: Any) -> "Row":
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class Whole:
    """One twin. `people` holds everybody of the instance, `keys` further keys by name, `rows` are by id."""

    facts: Facts
    elsewhere: Facts
    people: dict[str, Person]
    keys: dict[str, Subject]
    rows: dict[str, Row]

    @property
    def world(self) -> World:
        """As the world that the store's fixtures write. A key acts as who its user is in this twin."""
        own = {person.name: Subject(person) for person in self.people.values()}
        keys = {name: Subject(self.people[key.id], key.key) for name, key in self.keys.items() if key.id in self.people}
        return World(NAME, "", (), (), NOW, (self.facts, self.elsewhere), own | keys, {}, ())

    def secret(self, name: str) -> str:
        """The secret of a key by its name, or of somebody's own by theirs."""
        return secret_of(self.world, name)

    def write(self, connection: Connection) -> None:
        """Into a migrated, empty store, in three revisions of the organization's ledger."""
        write_world(connection, self.world)
        ledger = self.facts.organization.id
        writer = lock(connection, [ledger], lambda: BEGINNING)
        for id, row in self.rows.items():
            writer.add(row.model, ledger, id=id, **row.values)
        writer.commit(Record("importRest"))


def changed(facts: Facts, **mappings: Any) -> Facts:
    """The same facts but for some of what they hold."""
    names = ("organization", "teams", "projects", "environments", "custom_roles", "memberships", "restrictions")
    kept = {name: getattr(facts, name) for name in (*names, "people")}
    return Facts(revision=facts.revision, instance_revision=facts.instance_revision, **{**kept, **mappings})
