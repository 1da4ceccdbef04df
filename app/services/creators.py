"""Whoever creates a team or project that they would not otherwise see is made a member of it (rule.md, section 10)."""

from app.db import tables
from app.policy.entities import Node
from app.policy.roles import LEVEL_ROLES
from app.policy.vocabulary import RoleLevel
from app.services.changes import Change


def see_what_one_made(
    change: Change, parent: Node, node_id: str, *, is_boundary: bool = False, is_project: bool = False
) -> None:
    """Give the asker a membership on a new node, with the level they hold on its parent, if else they'd not see it.

    A new node is seen by whoever sees its siblings. An isolated team is seen by none but ADMINs from above, and a
    project without environments by nobody whose environment access list binds, unless they are a member of it.
    """
    view = change.view
    level = view.standing.level(view.structure.node_number[parent.id])
    if view.is_instance_admin or level is None:
        return
    sees = level >= (RoleLevel.ADMIN if is_boundary else RoleLevel.VIEWER)
    if sees and not (is_project and view.node_view.limited_to is not None):
        return
    change.add(tables.Membership, subject_id=change.asker.id, node_id=node_id, role_ids=[LEVEL_ROLES[level].id])
