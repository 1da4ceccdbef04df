"""A view that goes on over the next version of its organization says what one made anew would (architecture, 3)."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.policy.entities import Membership, Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.objects import Objects
from app.policy.renewal import followed
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.subjects import who_may
from app.policy.views import View
from app.policy.vocabulary import EnvironmentState, Permission, ProjectKind
from tests.proof.random_worlds import random_world

Changed = Mapping[str, Collection[str]]
Change = Callable[[random.Random, Facts], tuple[dict[str, Any], dict[str, Collection[str]]]]
MAPPINGS = ("teams", "projects", "environments", "custom_roles", "memberships", "restrictions", "people")


def nothing(_rng: random.Random, _facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    return {}, {}


def grants(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """One restriction loses or is lent grants and rules, is switched off, or lets ADMINs through."""
    chosen = rng.choice(list(facts.restrictions.values()))
    other = rng.choice(list(facts.restrictions.values()))
    fields: list[dict[str, Any]] = [
        {"grants": chosen.grants[:-1]},
        {"grants": tuple(replace(g, restriction_id=chosen.id, id=f"{g.id}x") for g in other.grants)},
        {"approval_rules": chosen.approval_rules[:-1]},
        {"enabled": not chosen.enabled},
        {"hides": not chosen.hides},
        {"admin_bypass": not chosen.admin_bypass},
    ]
    changed: Restriction = replace(chosen, **rng.choice(fields))
    return {"restrictions": {**facts.restrictions, chosen.id: changed}}, {"restrictions": [chosen.id]}


def restriction_gone(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    gone = rng.choice(list(facts.restrictions))
    return {"restrictions": {id: r for id, r in facts.restrictions.items() if id != gone}}, {"restrictions": [gone]}


def membership(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """One membership gives what another gives, or is gone."""
    chosen = rng.choice(list(facts.memberships.values()))
    if rng.random() < 0.3:
        kept = {id: m for id, m in facts.memberships.items() if id != chosen.id}
        return {"memberships": kept}, {"memberships": [chosen.id]}
    lent: Membership = rng.choice(list(facts.memberships.values()))
    changed = replace(chosen, role_ids=lent.role_ids, expires_at=lent.expires_at)
    return {"memberships": {**facts.memberships, chosen.id: changed}}, {"memberships": [chosen.id]}


def environment(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    chosen = rng.choice(list(facts.environments.values()))
    changed = replace(chosen, state=EnvironmentState.STOPPED, tier=rng.choice(list(facts.environments.values())).tier)
    return {"environments": {**facts.environments, chosen.id: changed}}, {"environments": [chosen.id]}


def environments_come(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """Two more, and one that was there changes its tier."""
    known = list(facts.environments.values())
    changed = replace(rng.choice(known), tier=rng.choice(known).tier)
    new = [
        replace(rng.choice(known), id=f"env_new{number}", name=rng.choice(["a-new", "production", "zz"]) + str(number))
        for number in range(2)
    ]
    values = {**facts.environments, changed.id: changed} | {each.id: each for each in new}
    return {"environments": values}, {"environments": [changed.id, *(each.id for each in new)]}


def environment_gone(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    gone = rng.choice(list(facts.environments))
    return {"environments": {id: e for id, e in facts.environments.items() if id != gone}}, {"environments": [gone]}


def environment_and_restriction(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """One revision may change both."""
    values, changed = environments_come(rng, facts)
    more, also = grants(rng, facts)
    return {**values, **more}, {**changed, **also}


def deactivation(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """Somebody is let out, or in again."""
    chosen = rng.choice(list(facts.people.values()))
    changed = replace(chosen, is_active=not chosen.is_active)
    return {"people": {**facts.people, chosen.id: changed}}, {"people": [chosen.id]}


def nodes_come(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """A team, a project in it or elsewhere, and an environment there or elsewhere, in one step."""
    above = rng.choice([facts.organization, *facts.teams.values()])
    about = {"organization_id": facts.organization.id, "created_at": 0}
    team = Team(
        id=f"team_new{len(facts.teams)}",
        parent_id=above.id,
        slug="new",
        name=rng.choice("az"),
        isolated=rng.random() < 0.3,
        **about,
    )
    below = rng.choice([team, facts.organization, *facts.teams.values()])
    id, is_restricted = f"prj_new{len(facts.projects)}", rng.random() < 0.3
    kinds: dict[str, Any] = {"project_kind": ProjectKind.APP, "restricted": is_restricted}
    project = Project(id=id, parent_id=below.id, slug="new", name=rng.choice("az"), **kinds, **about)
    known = rng.choice(list(facts.environments.values()))
    new = replace(
        known, id=f"env_new{len(facts.environments)}", name="new", project_id=rng.choice([project.id, known.project_id])
    )
    come: dict[str, dict[str, Any]] = {
        "teams": {team.id: team},
        "projects": {project.id: project},
        "environments": {new.id: new},
    }
    return {name: {**getattr(facts, name), **more} for name, more in come.items()}, come


def restriction_comes(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """One more like one that there is, somewhere else, and what it was like changes."""
    known = rng.choice(list(facts.restrictions.values()))
    scope = rng.choice([facts.organization, *facts.teams.values(), *facts.projects.values()])
    id, hides = f"res_new{len(facts.restrictions)}", rng.random() < 0.5
    grants = tuple(replace(grant, id=f"{grant.id}y", restriction_id=id) for grant in known.grants)
    rules = tuple(replace(rule, id=f"{rule.id}y", restriction_id=id) for rule in known.approval_rules)
    new = replace(known, id=id, scope_id=scope.id, hides=hides, enabled=True, grants=grants, approval_rules=rules)
    changed = replace(known, enabled=not known.enabled)
    return {"restrictions": {**facts.restrictions, changed.id: changed, new.id: new}}, {
        "restrictions": [changed.id, new.id]
    }


def nodes_and_restriction_come(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """All at once; the restriction may be on what has just come."""
    values, changed = nodes_come(rng, facts)
    kept = {name: getattr(facts, name) for name in MAPPINGS if name not in values}
    after = Facts(organization=facts.organization, revision=0, instance_revision=0, **{**kept, **values})
    more, again = restriction_comes(rng, after)
    return {**values, **more}, {**changed, **again}


def another_name(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """A team or a project is called otherwise, on its page or in its path."""
    kind = rng.choice([name for name in ("teams", "projects") if getattr(facts, name)])
    known = getattr(facts, kind)
    changed: dict[str, str] = rng.choice([{"name": "0"}, {"slug": "other"}])
    chosen = replace(rng.choice(list(known.values())), **changed)
    return {kind: {**known, chosen.id: chosen}}, {kind: [chosen.id]}


def move(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """A project goes below something else."""
    if not facts.projects:
        return {}, {}
    above = rng.choice([facts.organization, *facts.teams.values()])
    chosen = replace(rng.choice(list(facts.projects.values())), parent_id=above.id)
    return {"projects": {**facts.projects, chosen.id: chosen}}, {"projects": [chosen.id]}


def isolation(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """A team is isolated, or no longer; where there is none, a project is restricted so."""
    values: dict[str, Any] = {}
    for name, field in (("teams", "isolated"), ("projects", "restricted")):
        known = getattr(facts, name)
        if known:
            chosen = rng.choice(list(known.values()))
            values[name] = {**known, chosen.id: replace(chosen, **{field: not getattr(chosen, field)})}
            return values, {name: [chosen.id]}
    return values, {}


def role(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    """A custom role allows no more than to see environments."""
    if not facts.custom_roles:
        return {}, {}
    chosen = rng.choice(list(facts.custom_roles.values()))
    changed = replace(chosen, permissions=frozenset({Permission.ENVIRONMENT_VIEW}))
    return {"custom_roles": {**facts.custom_roles, chosen.id: changed}}, {"custom_roles": [chosen.id]}


def next_version(facts: Facts, values: dict[str, Any], changed: Changed) -> Facts:
    """The facts after a change, as catching up makes them."""
    kept = {name: getattr(facts, name) for name in MAPPINGS}
    following = Facts(
        organization=facts.organization,
        revision=facts.revision + 1,
        instance_revision=facts.instance_revision,
        **{**kept, **values},
    )
    following.take_over(facts, {name: changed.get(name, ()) for name in MAPPINGS})
    return following


def told(objects: Objects) -> dict[str, Any]:
    """Everything that a view and its objects say."""
    facts, view = objects.facts, objects.view
    ids = [facts.organization.id, *facts.teams, *facts.projects, *facts.environments]
    return {
        "sees": {id: view.sees(id) for id in ids},
        "may": {id: view.permissions(id) for id in (*ids, "env_of_nobody")},
        "people": {id: objects.person(id) is not None for id in facts.people},
        "everybody": [person.id for person in objects.people()],
        "who": [
            [person.id for person in who_may(facts, objects.people(), permission, facts.organization.id, view.at)]
            for permission in (Permission.ORGANIZATION_VIEW, Permission.MEMBERS_VIEW)
        ],
        "members": {
            id: [each.id for each in objects.members(node)]
            for id, node in {facts.organization.id: facts.organization, **facts.teams, **facts.projects}.items()
        },
        "memberships": {id: objects.sees_membership(each) for id, each in facts.memberships.items()},
        "restrictions": {id: objects.sees_restriction(each) for id, each in facts.restrictions.items()},
        "passes": {id: objects.passes(each) for id, each in facts.restrictions.items()},
        "environments": [each.id for each in objects.sight.environments(facts.organization)],
        "names": objects.sight.environment_names(facts.organization),
        "approvable": {each.id for each in objects.sight.approvable()},
        "projects": [each.id for each in objects.sight.projects(facts.organization)],
        "teams": [each.id for each in objects.sight.teams()],
        "below": {id: [each.id for each in objects.sight.environments(team)] for id, team in facts.teams.items()},
        "count": len(objects.sight.environments(facts.organization)),
        "counted": view.count_environments(view.node_view.showing_environments),
        "ends": view.ends_at,
    }


def can_change(facts: Facts) -> bool:
    """Whether there is something of each kind."""
    return bool(facts.restrictions and facts.memberships and facts.environments)


@pytest.mark.parametrize(
    "change",
    [
        nothing,
        grants,
        restriction_gone,
        membership,
        environment,
        environments_come,
        environment_gone,
        environment_and_restriction,
        restriction_comes,
        deactivation,
    ],
)
def test_what_goes_on_says_what_is_made_anew(change: Change) -> None:
    assert gone_on(change) > 100, "some of them do go on"


@pytest.mark.parametrize("change", [isolation, move, role, nodes_come, nodes_and_restriction_come, another_name])
def test_what_everything_was_built_from_is_built_anew(change: Change) -> None:
    gone_on(change)


ANY = (
    *(nothing, grants, restriction_gone, restriction_comes, membership, environment, environments_come),
    *(environment_gone, environment_and_restriction, nodes_come, nodes_and_restriction_come, another_name),
    *(isolation, move, role, deactivation),
)


@pytest.mark.parametrize("change", ANY)
def test_who_asks_next_has_nothing_to_compute(change: Change) -> None:
    """In a large organization that would hold everybody for as long as it takes."""
    for seed in range(20):
        rng = random.Random(seed)
        world = random_world(rng)
        if not can_change(world.facts):
            continue
        structure = Structure(world.facts).complete()
        for subject in world.subjects:
            told(Objects(View(structure, subject, world.instants[0])))
        following = followed(structure, next_version(world.facts, *change(rng, world.facts)))
        assert computed_of(structure) <= computed_of(following)


def computed_of(structure: Structure) -> set[str]:
    """What whoever asks about a structure and its facts finds computed."""
    parts = {"structure": structure, "facts": structure.facts}
    if "everybody" in structure.facts.__dict__:
        parts["everybody"] = structure.facts.everybody
    parts |= {name: getattr(structure, name) for name in ("grantees", "approvers") if name in structure.__dict__}
    names = {f"{of}.{name}" for of, part in parts.items() for name in part.__dict__}
    above = {number for number, below in enumerate(structure.children) if below}
    if above <= structure._subtree.keys() & structure._reach.keys():
        names.add("all that is below something")
    return names - {"structure._by_name", "structure._by_tier", "facts.grants", "facts.approval_rules"}


def anything(rng: random.Random, facts: Facts) -> tuple[dict[str, Any], dict[str, Collection[str]]]:
    return rng.choice(ANY)(rng, facts)


def test_one_change_after_another() -> None:
    gone_on(anything, steps=8)


def gone_on(change: Change, steps: int = 2) -> int:
    """How many views went on over a version; they, and those made over a structure that went on, say what is right."""
    moved = 0
    for seed in range(60):
        rng = random.Random(seed)
        world = random_world(rng)
        at = world.instants[0]
        structure = Structure(world.facts).complete()
        before = {subject: Objects(View(structure, subject, at)) for subject in world.subjects}
        for objects in before.values():
            told(objects)  # whatever is computed lazily has been
        facts = world.facts
        for _ in range(steps):
            if not can_change(facts):
                break
            facts = next_version(facts, *change(rng, facts))
            structure = followed(structure, facts)
            assert not nobodys_that_are_somewhere(structure)
            anew = Structure(Facts(**vars_of(facts)))
            following = {subject: objects.followed_by(structure, at) for subject, objects in before.items()}
            before = {subject: Objects(View(structure, subject, at)) for subject in world.subjects}
            for subject, renewed in before.items():
                expected, went_on = told(Objects(View(anew, subject, at))), following[subject]
                assert told(renewed) == expected, (seed, describe(subject))
                if went_on is not None:
                    moved += 1
                    assert told(went_on) == expected, (seed, describe(subject))
    return moved


def nobodys_that_are_somewhere(structure: Structure) -> set[int]:
    """Numbers that no environment has, in some project all the same."""
    nobodys = {structure.no_environment, *range(len(structure.environments))} - {*structure.environment_number.values()}
    return {number for number in nobodys if structure.project_of[number] != len(structure.nodes)}


def vars_of(facts: Facts) -> dict[str, Any]:
    """What facts are made of, without anything computed."""
    return {name: getattr(facts, name) for name in ("organization", "revision", "instance_revision", *MAPPINGS)}


def describe(subject: Subject) -> str:
    return f"{subject.person.name} with {subject.key}"
