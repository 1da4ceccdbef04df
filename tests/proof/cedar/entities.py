"""One organization as Cedar's entities: who is in which groups follows from their hierarchy, which Cedar walks.

User -> Holding(node, role) -> Holding(node below, role), where it flows down     (section 4, step 4)
                            -> Holding(node, next lower level)
                            -> Can(node, permission)
Holding(scope, level), DirectTeam, AllTeam, User -> Passes(restriction)           (section 4, step 6)
Environment -> Matched(restriction)                                               (section 5)
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.policy.entities import Environment, Grant, Membership, Node, Person, Restriction
from app.policy.facts import Facts
from app.policy.vocabulary import EnvironmentAccessMode, Inheritance
from tests.proof.cedar.table import ADD_ONS, ASKED_OF, FIRST_AT, LEVELS

Uid = dict[str, str]
Entity = dict[str, Any]


def uid(kind: str, id: str) -> Uid:
    return {"type": kind, "id": id}


class Entities:
    """The entities of one organization at one instant."""

    def __init__(self, facts: Facts, at: int) -> None:
        self._facts = facts
        self._at = at
        self._parents: dict[tuple[str, str], list[Uid]] = defaultdict(list)
        self._attributes: dict[tuple[str, str], dict[str, Any]] = {}
        self._nodes: list[Node] = [facts.organization, *facts.teams.values(), *facts.projects.values()]
        for node in self._nodes:
            self._add_node(node)
        for person in facts.people.values():
            self._add_person(person)
        for restriction in facts.restrictions.values():
            if restriction.enabled:
                self._add_restriction(restriction)
        for environment in facts.environments.values():
            self._add_environment(environment)

    def all(self) -> list[Entity]:
        """As Cedar takes them."""
        keys = self._parents.keys() | self._attributes.keys()
        parents = {(each["type"], each["id"]) for group in self._parents.values() for each in group}
        return [
            {"uid": uid(*key), "attrs": self._attributes.get(key, {}), "parents": self._parents.get(key, [])}
            for key in sorted(keys | parents)
        ]

    def _put(self, member: Uid, group: Uid) -> None:
        self._parents[member["type"], member["id"]].append(group)

    # The tree, and what is held on it.

    def _add_node(self, node: Node) -> None:
        kind = type(node).__name__
        can = {permission: {"__entity": uid("Can", f"{node.id}/{permission}")} for permission in ASKED_OF}
        attributes: dict[str, Any] = {"can": can}
        if node.parent_id is not None:
            parent = self._facts.node(node.parent_id)
            assert parent is not None
            attributes["parent"] = {"__entity": uid(type(parent).__name__, parent.id)}
            for role in self._roles():
                if role == "ADMIN" or not node.is_boundary:
                    self._put(_holding(parent.id, role), _holding(node.id, role))
        self._attributes[kind, node.id] = attributes
        for higher, lower in zip(LEVELS[1:], LEVELS, strict=False):
            self._put(_holding(node.id, higher), _holding(node.id, lower))
        for role, permission in self._held(kind):
            self._put(_holding(node.id, role), uid("Can", f"{node.id}/{permission}"))

    def _roles(self) -> list[str]:
        return [*LEVELS, *ADD_ONS, *self._facts.custom_roles]

    def _held(self, kind: str) -> Iterator[tuple[str, str]]:
        for permission, level in FIRST_AT.items():
            yield level, permission
        if kind == "Project":
            yield "MAINTAINER", "ENVIRONMENT_RESTRICT"
        for role, permissions in ADD_ONS.items():
            yield from ((role, permission) for permission in permissions)
        for id, custom in self._facts.custom_roles.items():
            names = {permission.value for permission in custom.permissions}
            if "ENVIRONMENT_VIEW" in names:
                names.add("PROJECT_VIEW")
            yield from ((id, permission) for permission in names)

    # People.

    def _add_person(self, person: Person) -> None:
        own = [m for m in self._facts.memberships_of(person.id) if m.holds_at(self._at)]
        root = next((m for m in own if m.node_id == self._facts.organization.id), None)
        limited = (
            root is not None
            and root.mode is EnvironmentAccessMode.LIMITED
            and self._facts.organization.environment_access_enabled
        )
        self._attributes["User", person.id] = {
            "active": person.is_active,
            "admin": person.is_instance_admin,
            "belongs": root is not None,
            "limited": limited,
            "listed": [{"__entity": uid("Environment", id)} for id in (root.environment_ids if root else ())],
            "open": [{"__entity": uid("Project", id)} for id in self._open(root, own)],
        }
        for membership in own:
            for role_id in membership.role_ids:
                self._put(uid("User", person.id), _holding(membership.node_id, self._name(role_id)))
            self._put(uid("User", person.id), uid("DirectTeam", membership.node_id))

    def _open(self, root: Membership | None, own: list[Membership]) -> Iterator[str]:
        """The projects that an access list leaves open."""
        on = {membership.node_id for membership in own}
        for project in self._facts.projects.values():
            inside = {each.id for each in self._facts.environments.values() if each.project_id == project.id}
            if (root and inside & root.environment_ids) or (not inside and project.id in on):
                yield project.id

    def _name(self, role_id: str) -> str:
        role = self._facts.role(role_id)
        assert role is not None
        if role_id in self._facts.custom_roles:
            return role_id
        return role.name.upper().replace(" ", "_") if role.level is None else role.level.name

    # Restrictions.

    def _add_restriction(self, restriction: Restriction) -> None:
        passes = uid("Passes", restriction.id)
        if restriction.admin_bypass:
            self._put(_holding(restriction.scope_id, "ADMIN"), passes)
        for grant in restriction.grants:
            if grant.holds_at(self._at):
                for group in self._granted(restriction, grant):
                    self._put(group, passes)
                    if grant.team_id is not None:
                        self._put(group, uid("TeamPasses", restriction.id))

    def _granted(self, restriction: Restriction, grant: Grant) -> Iterator[Uid]:
        if grant.user_id is not None:
            yield uid("User", grant.user_id)
        elif grant.level is not None:
            yield _holding(restriction.scope_id, grant.level.name)
        elif grant.team_id in self._facts.teams:
            yield uid("DirectTeam", grant.team_id)
            if grant.inheritance is Inheritance.ALL:
                yield _holding(grant.team_id, "VIEWER")

    def _add_environment(self, environment: Environment) -> None:
        above = {node.id for node in self._facts.path(environment.project_id)}
        matched = [
            r.id
            for r in self._facts.restrictions.values()
            if r.enabled and r.scope_id in above and _matches(r, environment)
        ]
        for id in matched:
            self._put(uid("Environment", environment.id), uid("Matched", id))
        self._attributes["Environment", environment.id] = {
            "project": {"__entity": uid("Project", environment.project_id)},
            "teamPasses": [{"__entity": uid("TeamPasses", id)} for id in matched],
        }


def _holding(node_id: str, role: str) -> Uid:
    return uid("Holding", f"{node_id}/{role}")


def _matches(restriction: Restriction, environment: Environment) -> bool:
    if restriction.environment_id is not None:
        return restriction.environment_id == environment.id
    if restriction.tier is not None:
        return restriction.tier is environment.tier
    pattern = ".*".join(map(re.escape, (restriction.environment_name or "").split("*")))
    return re.fullmatch(pattern, environment.name, re.DOTALL) is not None
