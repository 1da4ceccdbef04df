"""The demo's people and their keys, the same at every start of one installation."""

from dataclasses import dataclass

from app.services.keys import derive_key


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to ask as: a name, who they are in the stories, and their key."""

    name: str
    about: str
    key: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody of the demo as they are written into the store."""

    name: str
    about: str
    is_instance_admin: bool = False

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@demo.example"


PEOPLE = (
    Cast("Alice", "works everywhere: a member of each organization"),
    Cast("Bob", "a member who is kept out of what matters"),
    Cast("Carol", "named where others are not: granted, limited, only looking"),
    Cast("Dave", "an admin of each organization, limited by a list in one"),
    Cast("Eve", "mostly reads; an editor on one project"),
    Cast("Olivia", "an operator: deploys to staging and production, approves"),
    Cast("Grace", "the instance administrator", is_instance_admin=True),
)
"""Who the stories speak of, the first to ask as first."""


def demo_people(pepper: bytes) -> list[DemoPerson]:
    """Everybody to ask as, with the keys that this installation gives them."""
    return [DemoPerson(person.name, person.about, derive_key(pepper, person.name)) for person in PEOPLE]
