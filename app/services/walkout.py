"""Nobody walks out of a restriction: what changing a tier and moving a team or project need besides (rule.md, 5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import BailiwickError, forbidden
from app.policy.entities import Environment, Node, Organization, Project, Restriction, Team
from app.policy.restrictions import passage, targets
from app.policy.vocabulary import ErrorCode, Permission, Tier
from app.services.changes import Change


@dataclass(frozen=True, slots=True)
class Placing:
    """Where an environment lies, or would: the nodes above it, its project first, and its tier."""

    environment: Environment
    path: tuple[Node, ...]
    tier: Tier


def expect_no_walkout(change: Change, before: Iterable[Placing], after: Iterable[Placing]) -> None:
    """Raises FORBIDDEN where environments would leave a restriction, or come under one, that the asker may not pass.

    Every enabled restriction that would match afterwards must be passed, and ENVIRONMENT_RESTRICT held on the scope of
    every one that would stop matching. `before` and `after` are of the same environments, in the same order.
    """
    for old, new in zip(before, after, strict=True):
        matched, will_match = _matching(change, old), _matching(change, new)
        for id, restriction in matched.items():
            if id not in will_match and not change.objects.manages(restriction):
                _refuse(change, restriction, "this would leave a restriction that you may not manage")
        for restriction in will_match.values():
            if not passes(change, restriction):
                _refuse(change, restriction, "this would come under a restriction that you don't pass")


def placings(change: Change, moved: Team | Project, parent: Organization | Team) -> tuple[list[Placing], list[Placing]]:
    """Where the environments of a team or project lie, and where they would after it moved below `parent`."""
    facts, above = change.facts, change.facts.path(parent.id)
    before, after = [], []
    for project in facts.projects.values():
        path = facts.path(project.id)
        depth = next((depth for depth, node in enumerate(path) if node.id == moved.id), None)
        if depth is None:
            continue
        for environment in facts.environments_of(project.id):
            before.append(Placing(environment, path, environment.tier))
            after.append(Placing(environment, (*path[: depth + 1], *above), environment.tier))
    return before, after


def passes(change: Change, restriction: Restriction) -> bool:
    """Whether the asker passes a restriction now."""
    return change.view.is_instance_admin or passage(change.facts, change.asker, restriction, change.instant) is not None


def _matching(change: Change, placing: Placing) -> dict[str, Restriction]:
    environment = placing.environment
    return {
        restriction.id: restriction
        for node in placing.path
        for restriction in change.facts.restrictions_at(node.id)
        if restriction.enabled and targets(restriction, environment.name, placing.tier, environment.id)
    }


def _refuse(change: Change, restriction: Restriction, message: str) -> None:
    # The scope is named to who sees it; to others it is only said that something is in the way.
    if change.view.sees(restriction.scope_id):
        raise forbidden(Permission.ENVIRONMENT_RESTRICT, restriction.scope_id)
    raise BailiwickError(ErrorCode.FORBIDDEN, message)
