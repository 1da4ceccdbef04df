"""How a structure goes on over the next version of its organization, sharing all that both have alike.

Numbers stay as they are: what comes takes the next ones, and those of environments that are gone stay nobody's. Where
another thing goes, or one is elsewhere now, all is numbered anew. What had been computed of the version before is
computed of the next one as well, so that whoever asks next doesn't wait for it, and nobody else meanwhile: with 100,000
environments it may take 100 ms, so it runs in a thread.
"""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from itertools import chain, compress, repeat
from operator import attrgetter, is_not

from app.policy.entities import Environment, Node, Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.sets import bits
from app.policy.structure import UNRESTRICTED, Matching, Structure

_OF_NODES = ("all_nodes", "projects", "teams", "children", "environments_of", "nodes_by_name")
"""What is computed of the nodes."""

_OF_ENVIRONMENTS = frozenset({"environments_by_name", "environments_of", "matching", "restricted", "hidden_by"})
"""What of the environments has to be computed for them to be renewed one by one."""

MOST_GONE = 0.5
"""For how many environments that are gone, to one that there is, numbers are kept: in a project that no set holds."""

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
    nobodys = len(known.nodes)  # the first of those that come has this number now
    following.project_of = [len(nodes) if project == nobodys else project for project in known.project_of]
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
    facts, numbers = following.facts, known.environment_number
    was, now = known.facts.environments, facts.environments
    if now is was:
        return True
    if not following.__dict__.keys() >= _OF_ENVIRONMENTS:
        return False
    otherwise = _differing(was, now)
    gone = {numbers[id] for id in otherwise if id not in now}
    changed = {numbers[id]: now[id] for id in otherwise if id in now}
    come = _come(was, now, len(now) + len(gone) - len(was))
    if any(_stands_otherwise(known.environments[number], each) for number, each in changed.items()):
        return False
    following.environments = environments = [*known.environments, *come]
    if len(environments) - len(now) > len(now) * MOST_GONE:
        return False
    for number, each in changed.items():
        environments[number] = each
    added = range(len(known.environments), len(environments))
    following.no_environment = len(environments)
    following.environment_number = {id: n for id, n in numbers.items() if n not in gone} if gone else numbers.copy()
    following.environment_number.update({environments[number].id: number for number in added})
    own = [following.node_number[environments[number].project_id] for number in added]
    _place(following, known, gone, dict(zip(added, own, strict=True)))
    for name in ("projects_by_name", "_by_name", "_by_tier"):
        following.__dict__.pop(name, None)
    if facts.restrictions is known.facts.restrictions:
        following.matching = [*known.matching[:-1], *([UNRESTRICTED] * len(added)), UNRESTRICTED]
        _match(following, known, {*gone, *changed, *added})
    else:
        for name in ("matching", "restricted", "hidden_by"):
            following.__dict__.pop(name, None)
    return True


def _differing(was: Mapping[str, Environment], now: Mapping[str, Environment]) -> list[str]:
    """The ids of those that are gone or changed. Both are in one order, up to where one is gone."""
    elsewhere = compress(was, map(is_not, was.values(), chain(now.values(), repeat(None))))
    return [id for id in elsewhere if now.get(id) is not was[id]]


def _come(was: Mapping[str, Environment], now: Mapping[str, Environment], count: int) -> list[Environment]:
    """Those that there were not, so many: the last, most often."""
    last = list(now.values())[len(now) - count :]
    return [each for id, each in now.items() if id not in was] if any(each.id in was for each in last) else last


def _place(following: Structure, known: Structure, gone: Collection[int], added: Mapping[int, int]) -> None:
    """Take environments out of their projects, and put others, by their numbers, into those of these numbers."""
    nobodys = len(following.nodes)
    following.project_of = [*following.project_of[:-1], *added.values(), nobodys]
    of_each = following.environments_of = list(following.environments_of)
    for number in gone:
        project = known.project_of[number]
        of_each[project] = tuple(other for other in of_each[project] if other != number)
        following.project_of[number] = nobodys
    for number, project in added.items():
        of_each[project] = tuple(_with(of_each[project], (number,), following.environment_order))
    by_name: Iterable[int] = known.environments_by_name
    by_name = [number for number in by_name if number not in gone] if gone else by_name
    following.environments_by_name = _with(by_name, added, following.environment_order)


def _renew_restrictions(following: Structure, known: Structure) -> None:
    facts = following.facts
    if facts.restrictions is known.facts.restrictions:
        return
    was, now = known.restrictions, list(facts.restrictions.values())
    following.restrictions = now
    if list(facts.restrictions)[: len(was)] != list(known.restriction_number):
        following.restriction_number = {each.id: number for number, each in enumerate(now)}
        for name in _OF_RESTRICTIONS:
            following.__dict__.pop(name, None)
        return
    added = range(len(was), len(now))
    if added:
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
    if following.__dict__.keys() >= _OF_ENVIRONMENTS:
        following.matching = list(following.matching)
        _match(following, known, {number for each in restrictions for number in following.targets(each)})
        return
    for name in ("matching", "restricted", "hidden_by"):
        following.__dict__.pop(name, None)


def _match(following: Structure, known: Structure, numbers: set[int]) -> None:
    """Say of the environments of these numbers which restrictions match them."""
    shared: dict[Matching, Matching] = {UNRESTRICTED: UNRESTRICTED}
    for number in numbers:
        is_gone = following.project_of[number] == len(following.nodes)
        found = UNRESTRICTED if is_gone else following.matching_of(following.environments[number])
        following.matching[number] = shared.setdefault(found, found)
    matched = [number for number in numbers if following.matching[number] is not UNRESTRICTED]
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
