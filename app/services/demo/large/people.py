"""The people of the large organization: what they hold, whose sight a list narrows, and who has a key."""

from app.db import tables
from app.db.text import folded
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, EnvironmentAccessMode
from app.services.demo.large.guards import guarded_projects
from app.services.demo.large.loader import Loader
from app.services.demo.large.places import ROOTS, Places
from app.services.demo.large.size import Size
from app.services.keys import derive_key, hash_key, shown_prefix

FIRST_NAMES = ("Ada", "Ben", "Cleo", "Dan", "Edith", "Finn", "Gita", "Hugo", "Ines", "Jun", "Kaya", "Liam", "Mona")
LEVELS = (BuiltInRole.MEMBER, BuiltInRole.MAINTAINER, BuiltInRole.VIEWER, BuiltInRole.ADMIN)
WIDE, NARROW = 150, 20
"""How many environments access lists hold: wide ones some of the first people's, narrow ones everybody else's."""
LAST_WIDE = 500


def name_of(number: int) -> str:
    """What the person of this number is called; no two alike."""
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {number}"


def key_of(pepper: bytes, number: int) -> str:
    """The key of the person of this number, where they have one: the same at every start of one installation."""
    return derive_key(pepper, f"large {number}")


def is_limited(person: int) -> bool:
    """Whether a list narrows what this person sees: a tenth are so."""
    return person % 10 == 4


def add_people(loader: Loader, size: Size, pepper: bytes) -> list[str]:
    """Write everybody, and the keys of the first; gives their ids. The first of them does all the rest."""
    people = []
    for number in range(size.people):
        email = f"{name_of(number).replace(' ', '.').lower()}@large.example"
        people.append(
            loader.add_to_instance(tables.User, name=name_of(number), email=email, email_folded=folded(email))
        )
        loader.actor_id = people[0]
    for number in range(min(size.keys, size.people)):
        _add_key(loader, pepper, number, people[number])
    loader.commit()
    return people


def _add_key(loader: Loader, pepper: bytes, number: int, user_id: str) -> None:
    key = key_of(pepper, number)
    loader.add_to_instance(
        tables.ApiKey,
        user_id=user_id,
        name="demo",
        prefix=shown_prefix(key),
        key_hash=hash_key(pepper, key),
        created_by=user_id,
    )


def add_memberships(loader: Loader, size: Size, places: Places, people: list[str]) -> None:
    """Write what everybody holds on the organization and on teams, and their access lists."""
    guarded = guarded_projects(size)
    for number, person in enumerate(people):
        mode = EnvironmentAccessMode.LIMITED if is_limited(number) else EnvironmentAccessMode.FULL
        roles = _organization_roles(number)
        root = join(loader, person, loader.organization_id, *roles, environment_access_mode=mode.value)
        if is_limited(number):
            own = {guarded[number % len(guarded)]} if guarded else set()
            _add_list(loader, number, root, places.environments, own)
        level = LEVELS[number // 5 % len(LEVELS)]
        for team in _teams(number, size, belongs_only=roles == (BuiltInRole.GUEST,)):
            join(loader, person, places.teams[team], level)


def join(loader: Loader, subject_id: str, node_id: str, *roles: BuiltInRole, **more: str) -> str:
    """Add a membership; gives its id."""
    role_ids = [BUILT_IN[role].id for role in roles]
    return loader.add(tables.Membership, subject_id=subject_id, node_id=node_id, role_ids=role_ids, **more)


def _organization_roles(number: int) -> tuple[BuiltInRole, ...]:
    if number % 50 in (0, 25):
        return (BuiltInRole.ADMIN,)
    if number % 25 == 10:
        return (BuiltInRole.GUEST, BuiltInRole.AUDITOR)
    if is_limited(number) or number % 5 == 2:
        return (BuiltInRole.MEMBER,)
    return (BuiltInRole.VIEWER,) if number % 5 == 1 else (BuiltInRole.GUEST,)


def _teams(number: int, size: Size, *, belongs_only: bool) -> set[int]:
    """The teams somebody is in: one of all, and for who has nothing else one to three of the roots."""
    roots = range(number, number + 1 + number % 3) if belongs_only else ()
    return {number % size.teams, *(root % min(ROOTS, size.teams) for root in roots)}


def _add_list(loader: Loader, number: int, membership_id: str, environments: list[str], own: set[int]) -> None:
    """A list of environments spread over the organization, with those that somebody maintains on it."""
    length = min(WIDE if number % 20 == 4 and number < LAST_WIDE else NARROW, len(environments))
    spread = {(number + step * len(environments) // length) % len(environments) for step in range(length - len(own))}
    for each in sorted(spread | own):
        loader.add(tables.EnvironmentAccessEntry, membership_id=membership_id, environment_id=environments[each])
