"""Whoever creates a team or project that they would not otherwise see is made a member of it (rule.md, section 10)."""

from app.db import tables
from app.policy.facts import Node
from app.policy.roles import LEVEL_ROLES
from app.policy.vocabulary import RoleLevel
from app.services.changes import Change


def see_what_one_made(change: Change, parent: Node, node_id: str, *, is_boundary: bool) -> None:
    """Give the asker a membership on a new node, with the level they hold on its parent, if else they'd not see it.

    A new node is seen by whoever sees its siblings; an isolated team is seen by none but ADMINs from above.
    """
    view = change.view
    level = view.level(view.structure.node_number[parent.id])
    sees = level is not None and level >= (RoleLevel.ADMIN if is_boundary else RoleLevel.VIEWER)
    if view.is_instance_admin or sees or level is None:
        return
    role = LEVEL_ROLES[max(level, RoleLevel.VIEWER)]
    change.add(tables.Membership, subject_id=change.asker.id, node_id=node_id, role_ids=[role.id])
