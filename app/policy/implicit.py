"""The ADMINs who pass a restriction without a grant, as rows of its list (rule.md, section 5; BAS-35 to BAS-38)."""

from collections.abc import Iterator
from itertools import compress

from app.policy.entities import Grant, Person, Restriction
from app.policy.facts import Facts
from app.policy.holding import belonging, held_roles
from app.policy.subjects import of_each, read_about
from app.policy.vocabulary import GrantSource, Inheritance


def implicit_admins(facts: Facts, restriction: Restriction, at: int) -> Iterator[Grant]:
    """One row for each active ADMIN of the scope who passes by `admin_bypass`; never stored, never removable.

    Instance administrators are not listed. A row's id is made of the restriction's and the person's.
    """
    if restriction.admin_bypass:
        people = list(facts.people.values())

        def passes(person: Person) -> bool:
            return _passes(facts, person, restriction, at)

        for person in compress(
            people, of_each(facts, people, passes, read_about(facts, restriction.scope_id), are_all=True)
        ):
            yield Grant(
                implicit_grant_id(restriction.id, person.id),
                restriction.organization_id,
                restriction.id,
                person.id,
                None,
                None,
                Inheritance.DIRECT,
                GrantSource.IMPLICIT_ADMIN,
                None,
                None,
            )


def implicit_grant_id(restriction_id: str, person_id: str) -> str:
    """The id of a row that is computed: two ids' random parts behind the kind of a grant."""
    return f"gra_{restriction_id[4:]}{person_id[4:]}"


def parts_of(grant_id: str) -> tuple[str, str] | None:
    """The restriction's and the person's id that an implicit row's id is made of; None for a stored grant's."""
    return (f"res_{grant_id[4:28]}", f"usr_{grant_id[28:]}") if len(grant_id) == 52 else None


def _passes(facts: Facts, person: Person, restriction: Restriction, at: int) -> bool:
    return (
        person.is_active
        and not person.is_instance_admin
        and belonging(facts, person.id, at) is not None
        and any(held.role.is_admin for held in held_roles(facts, person.id, restriction.scope_id, at))
    )
