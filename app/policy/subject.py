"""Who asks, and with what: a person or service account and the key that narrows them (rule.md, section 2)."""

from dataclasses import dataclass

from app.policy.entities import Person
from app.policy.vocabulary import Permission


@dataclass(frozen=True, slots=True)
class KeyScope:
    """How a key narrows its user: a list of permissions, a subtree, an expiry (µs, excluded); None narrows nothing.

    `permissions` holds the four view permissions whenever it is a list.
    """

    id: str
    permissions: frozenset[Permission] | None = None
    resource_id: str | None = None
    expires_at: int | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether calls that need no permission are out of its reach."""
        return self.permissions is not None or self.resource_id is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or service account as the instance's ledger knows them, with the key they came with, if any."""

    person: Person
    key: KeyScope | None = None

    def __hash__(self) -> int:
        return hash(self.person.id)  # of all of it: asked several times a request, it would be a tenth of the price

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def sees_everybody(self) -> bool:
        """Whether this is an instance administrator with a key that nothing narrows.

        Somebody must be able to let people back in who belong nowhere any more; with a narrow key nobody can.
        """
        return self.person.is_instance_admin and (self.key is None or not self.key.is_narrow)
