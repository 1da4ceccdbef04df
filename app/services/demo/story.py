"""One organization of the demo while it is told: names and paths stand for ids."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.db import tables
from app.db.engine import Connection
from app.policy.approvals import Vote
from app.policy.facts import Facts
from app.policy.roles import BUILT_IN
from app.store.ledger import INSTANCE, Record, Writer
from app.store.snapshot import load_facts

Step = dict[str, Any]
"""One line of a story: its first key is the mutation it stands for, `by` is who does it."""


class About(NamedTuple):
    """What the audit says a step was done to, and why."""

    id: str
    name: str | None
    reason: str | None = None


@dataclass(slots=True)
class Told:
    """A deployment of a story."""

    id: str
    creator_id: str
    votes: list[Vote] = field(default_factory=list)


class Story:
    """What is known of one organization so far. A name or path that was not told before raises KeyError.

    Paths begin below the organization, which is "" itself; deployments are known by ref and where they are.
    """

    def __init__(self, connection: Connection, writer: Writer, pepper: bytes, people: dict[str, str]) -> None:
        self.writer = writer
        self.pepper = pepper
        self.name = ""
        self.nodes: dict[str, str] = {}
        self.environments: dict[str, str] = {}
        self.memberships: dict[tuple[str, str], str] = {}
        self.deployments: dict[tuple[str, str], Told] = {}
        self.subjects = dict(people)
        self.roles = {role.key: role.id for role in BUILT_IN.values()}
        self._connection = connection

    @property
    def organization_id(self) -> str:
        return self.nodes[""]

    def actor(self, step: Step) -> str:
        """The id of who does a step."""
        return self.subjects[step["by"]]

    def project_of(self, path: str) -> str:
        """The path of the project that an environment's path begins with; its name may hold slashes, too."""
        return max((node for node in self.nodes if node and path.startswith(f"{node}/")), key=len)

    def facts(self) -> Facts:
        """The organization as it is after the last step."""
        revisions = (self.writer.revision(ledger_id) - 1 for ledger_id in (self.organization_id, INSTANCE))
        facts = load_facts(self._connection, self.organization_id, *revisions)
        assert facts is not None  # a story begins with its organization
        return facts

    def add(self, model: type[tables.Fact], **values: Any) -> str:
        """Add a thing to the organization; gives its id."""
        return self.writer.add(model, self.organization_id, **values)

    def join(self, subject_id: str, path: str, roles: list[str]) -> str:
        """Add a membership; gives its id."""
        role_ids = [self.roles[role] for role in roles]
        id = self.add(tables.Membership, subject_id=subject_id, node_id=self.nodes[path], role_ids=role_ids)
        self.memberships[subject_id, path] = id
        return id

    def commit(self, step: Step, about: About) -> None:
        """Write what a step changed as a revision."""
        action = next(iter(step))
        self.writer.commit(Record(action, self.actor(step), None, about.id, about.name, about.reason))


def split(path: str) -> tuple[str, str]:
    """The path of the parent, and the slug."""
    parent, _, slug = path.rpartition("/")
    return parent, slug
