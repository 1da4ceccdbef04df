"""Worlds that differ from another in one thing; what remains is shared, as versions of facts share it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from app.policy.entities import Grant, Restriction
from app.policy.facts import Facts
from tests.proof.laws.dense_worlds import dense_worlds
from tests.proof.world import RandomWorld

MAPPINGS = ("teams", "projects", "environments", "custom_roles", "memberships", "restrictions", "people")

WORLDS = dense_worlds()


@st.composite
def worlds_with(draw: st.DrawFn, things: Callable[[Facts], Any]) -> tuple[RandomWorld, Any]:
    """A world and one of the things that `things` finds in its facts; worlds without any are passed over."""
    world = draw(WORLDS)
    found = list(things(world.facts))
    assume(found)
    return world, draw(st.sampled_from(found))


def changed(world: RandomWorld, **parts: Any) -> RandomWorld:
    """The world with other facts of some kinds, each named like its attribute of Facts."""
    facts = world.facts
    same = {name: getattr(facts, name) for name in ("organization", *MAPPINGS)}
    return replace(world, facts=Facts(revision=1, instance_revision=1, **{**same, **parts}))


def without(world: RandomWorld, part: str, id: str) -> RandomWorld:
    things = getattr(world.facts, part)
    return changed(world, **{part: {key: thing for key, thing in things.items() if key != id}})


def with_thing(world: RandomWorld, part: str, thing: Any) -> RandomWorld:
    """With a thing that is new, or that takes the place of the one with its id."""
    return changed(world, **{part: {**getattr(world.facts, part), thing.id: thing}})


def with_grants(world: RandomWorld, restriction: Restriction, *grants: Grant) -> RandomWorld:
    """With these as all the grants of a restriction."""
    return with_thing(world, "restrictions", replace(restriction, grants=grants))


def without_grant(world: RandomWorld, grant: Grant) -> RandomWorld:
    restriction = world.facts.restrictions[grant.restriction_id]
    return with_grants(world, restriction, *(g for g in restriction.grants if g is not grant))


def switched(world: RandomWorld, *, enforced: bool) -> RandomWorld:
    """With the organization's switch for environment access lists in this position."""
    organization = replace(world.facts.organization, environment_access_enabled=enforced)
    return changed(world, organization=organization)


def subtree(facts: Facts, node_id: str) -> set[str]:
    """The ids of a node, of everything below it, and of the environments there."""
    found = {node_id, *(e.id for e in facts.environments_of(node_id))}
    return found.union(*(subtree(facts, child.id) for child in facts.children(node_id)))
