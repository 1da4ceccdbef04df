"""How a structure goes on over the next version of its organization, sharing all that both have alike.

Numbers stay as they are: what comes takes the next ones; where something goes, or is elsewhere now, all is numbered
anew. What had been computed of the version before is computed of the next one as well, so that whoever asks next
doesn't wait for it, and nobody else meanwhile: with 100,000 environments it may take 100 ms, so it runs in a thread.
"""

from bisect import insort
from collections.abc import Callable, Iterable
from copy import copy
from operator import attrgetter

from app.policy.facts import Environment, Facts, Node, Project, Restriction, Team
from app.policy.sets import bits
from app.policy.structure import UNRESTRICTED, Matching, Structure

_OF_NODES = ("all_nodes", "projects", "teams", "children", "environments_of", "nodes_by_name")
"""What is computed of the nodes."""

_OF_ENVIRONMENTS = (
    "environments_by_name", "environments_of", "projects_by_name", "matching", "restricted", "hidden_by", "_by_name",
    "_by_tier",
)  # fmt: skip
"""What is computed of the environments."""

_OF_RESTRICTIONS = ("matching", "restricted", "hidden_by", "bypassed", "grantees", "approvers")
"""What is computed of the restrictions."""


def followed(known: Structure, facts: Facts) -> Structure:
    """The structure of another version of the organization, with all that the known one has computed."""
    following = copy(known)
    following.facts = facts
    if _renew_nodes(following, known) and _renew_environments(following, known):
        _renew_restrictions(following, known)
    else:
        following = Structure(facts)
    following.compute_like(known)
    return following


# Each takes one kind of thing from the facts, after those before. False: some are gone, or stand elsewhere.


def _renew_nodes(following: Structure, known: Structure) -> bool:
    facts, was = following.facts, known.facts
    if facts.organization is was.organization and facts.teams is was.teams and facts.projects is was.projects:
        return True
    now: dict[str, Node] = {facts.organization.id: facts.organization, **facts.teams, **facts.projects}
    if any(id not in now for id in known.node_number):
        return False
    kept = [now[node.id] for node in known.nodes]
    pairs = enumerate(zip(known.nodes, kept, strict=True))
    changed = [(number, was, node) for number, (was, node) in pairs if was is not node]
    if any(was.parent_id != node.parent_id for _, was, node in changed):
        return False
    following.nodes = [*kept, *(node for id, node in now.items() if id not in known.node_number)]
    added = range(len(kept), len(following.nodes))
    if added:
        _number_nodes(following, known, added)
    renamed = {number for number, was, node in changed if was.name != node.name}
    if "nodes_by_name" in known.__dict__ and (added or renamed):
        others = (number for number in known.nodes_by_name if number not in renamed)
        following.nodes_by_name = _with(others, (*renamed, *added), following.node_order)
    otherwise = {number for number, was, node in changed if was.is_boundary != node.is_boundary}
    scopes = [following.facts.path(following.nodes[number].id) for number in (*otherwise, *added)]
    if scopes:
        following.forget_below({following.node_number[node.id] for scope in scopes for node in scope})
    return True


def _number_nodes(following: Structure, known: Structure, added: range) -> None:
    nodes = following.nodes
    number = following.node_number = known.node_number | {nodes[n].id: n for n in added}
    following.project_of = [*known.project_of[:-1], len(nodes)]
    for name in _OF_NODES:
        following.__dict__.pop(name, None)
    for name in ("grantees", "approvers"):
        if name in known.__dict__:
            following.__dict__[name] = getattr(known, name).numbered(number)
    if {"children", "environments_of", "teams", "projects"} <= known.__dict__.keys():
        following.children = [*known.children, *([] for _ in added)]
        for n in added:
            parent = number[nodes[n].parent_id or ""]
            following.children[parent] = [*following.children[parent], n]
        following.environments_of = [*known.environments_of, *(() for _ in added)]
        following.teams = known.teams | bits((n for n in added if isinstance(nodes[n], Team)), len(nodes))
        following.projects = known.projects | bits((n for n in added if isinstance(nodes[n], Project)), len(nodes))


def _renew_environments(following: Structure, known: Structure) -> bool:
    facts = following.facts
    if facts.environments is known.facts.environments:
        return True
    environments = list(facts.environments.values())
    pairs = zip(known.environments, environments, strict=False)
    changed = [number for number, (was, now) in enumerate(pairs) if was is not now]
    if len(environments) < len(known.environments):
        return False
    if any(_stands_otherwise(known.environments[number], environments[number]) for number in changed):
        return False
    added = range(len(known.environments), len(environments))
    following.environments = environments
    following.environment_number = known.environment_number | {environments[n].id: n for n in added}
    own = [following.node_number[environments[n].project_id] for n in added]
    following.project_of = [*known.project_of[:-1], *own, len(following.nodes)]
    following.no_environment = len(environments)
    groups = following.__dict__.get("environments_of")
    for name in _OF_ENVIRONMENTS:
        following.__dict__.pop(name, None)
    if groups is not None and {"environments_by_name", "matching"} <= known.__dict__.keys():
        following.environments_by_name = _with(known.environments_by_name, added, following.environment_order)
        following.environments_of = list(groups)
        for number, project in zip(added, own, strict=True):
            group = _with(following.environments_of[project], (number,), following.environment_order)
            following.environments_of[project] = tuple(group)
        if facts.restrictions is known.facts.restrictions:
            following.matching = [*known.matching[:-1], *([UNRESTRICTED] * len(added)), UNRESTRICTED]
            _match(following, known, {*changed, *added})
    return True


def _renew_restrictions(following: Structure, known: Structure) -> None:
    facts = following.facts
    if facts.restrictions is known.facts.restrictions:
        return
    was, now = known.restrictions, list(facts.restrictions.values())
    following.restrictions = now
    if [each.id for each in now[: len(was)]] != [each.id for each in was]:
        following.restriction_number = {each.id: number for number, each in enumerate(now)}
        for name in _OF_RESTRICTIONS:
            following.__dict__.pop(name, None)
        return
    added = range(len(was), len(now))
    following.restriction_number = known.restriction_number | {now[n].id: n for n in added}
    changed = [number for number, (old, new) in enumerate(zip(was, now, strict=False)) if old is not new]
    for name in ("grantees", "approvers"):
        if name in following.__dict__:
            following.__dict__[name] = following.__dict__[name].renewed(was, now, changed, added)
    touched = [n for n in changed if _matches_otherwise(was[n], now[n])]
    if touched or added:
        following.__dict__.pop("bypassed", None)
        _match_again(following, known, [*(was[n] for n in touched), *(now[n] for n in (*touched, *added))])


def _match_again(following: Structure, known: Structure, restrictions: Iterable[Restriction]) -> None:
    """Match again the environments that some restrictions are about, or have been."""
    is_matched = "matching" in following.__dict__ and "environments_of" in following.__dict__
    for name in ("restricted", "hidden_by"):
        following.__dict__.pop(name, None)
    if is_matched:
        following.matching = list(following.matching)
        _match(following, known, {number for each in restrictions for number in following.targets(each)})
    else:
        following.__dict__.pop("matching", None)


def _match(following: Structure, known: Structure, numbers: set[int]) -> None:
    """Say of the environments of these numbers which restrictions match them."""
    shared: dict[Matching, Matching] = {UNRESTRICTED: UNRESTRICTED}
    for number in numbers:
        found = following.matching_of(following.environments[number])
        following.matching[number] = shared.setdefault(found, found)
    matched = [number for number in numbers if following.matching[number] is not UNRESTRICTED]
    if {"restricted", "hidden_by"} <= known.__dict__.keys():
        following.restricted = known.restricted.difference(numbers).union(matched)
        hidden = [number for number in matched if following.matching[number].hiding]
        following.hidden_by = [*(number for number in known.hidden_by if number not in numbers), *hidden]


def _stands_otherwise(was: Environment, now: Environment) -> bool:
    """Whether it isn't the same environment, in the same place and order."""
    return (was.id, was.name, was.project_id) != (now.id, now.name, now.project_id)


def _matches_otherwise(was: Restriction, now: Restriction) -> bool:
    """Whether a restriction is about other environments now, or passed by other ADMINs, or hides what it did not."""
    told = attrgetter("scope_id", "environment_name", "tier", "environment_id", "enabled", "hides", "admin_bypass")
    return bool(told(was) != told(now))


def _with(order: Iterable[int], added: Iterable[int], key: Callable[[int], tuple[str, str]]) -> list[int]:
    """The numbers in order of a key, with some more."""
    renewed = list(order)
    for number in added:
        insort(renewed, number, key=key)
    return renewed
