"""Memberships: added, changed and ended (rule.md, sections 3 and 10)."""

from dataclasses import replace

from app.db import tables
from app.db.text import folded
from app.policy.emails import is_email
from app.policy.entities import Membership, Node, Organization
from app.services.bindings import (
    Binding,
    BindingChange,
    Bindings,
    check_roles_shape,
    check_span,
    require_management,
)
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.ledger import INSTANCE
from app.store.people import people_by_id, person_id_by_email


async def add_membership(
    instance: Instance, reader: Reader, *, resource_id: str, binding: Binding, email: str | None
) -> Applied[str]:
    """Give a user, a team or whoever has an e-mail roles on a node; gives the membership's id.

    Needs MEMBERS_MANAGE on an organization or team, PROJECT_ACCESS_MANAGE on a project. An e-mail that nobody has makes
    a person, on an organization only. CONFLICT: they have a membership there. INELIGIBLE_SUBJECT: they can't have one.
    PRIVILEGE_ESCALATION: the roles allow more there than the asker's.
    """
    problems = Problems()
    check_roles_shape(problems, binding.role_ids, "input", "roleIds")
    check_span(problems, binding.starts_at, binding.expires_at, "input", "expiresAt")
    if email is not None and not is_email(email):
        problems.add("this is not an e-mail", "input", "member", "email")
    problems.refuse()
    action = Action("addMembership", holds_instance=email is not None)
    return await apply(instance, reader, action, resource_id, _add, resource_id, binding, email)


def _add(change: Change, resource_id: str, binding: Binding, email: str | None) -> str:
    node = change.node(resource_id)
    require_management(change, node.id, node.id)
    problems = Problems()
    bindings = Bindings(change, node, problems)
    bindings.judge_roles(binding.role_ids, "input", "roleIds")
    if email is None:
        bindings.judge_subject(binding, ("input", "member"))
    else:
        binding = replace(binding, user_id=_invited(change, node, bindings, problems, email))
    problems.refuse()
    membership_id = bindings.add(binding, ("input", "member"))
    problems.refuse()
    assert membership_id is not None  # no problem, so it was added
    change.about(membership_id, None)
    return membership_id


def _invited(change: Change, node: Node, bindings: Bindings, problems: Problems, email: str) -> str | None:
    """The id of whoever has an e-mail, seen or not; of a new person, on an organization.

    Below it, somebody whom the asker can't see and an e-mail nobody has are refused alike.
    """
    path = ("input", "member", "email")
    user_id = person_id_by_email(change.connection, email)
    if isinstance(node, Organization):
        if user_id is None:
            return _add_person(change, email)
        person = people_by_id(change.connection, (user_id,), change.facts.instance_revision)[user_id]
    else:
        seen = change.objects.person(user_id)
        if seen is None:
            problems.add("nobody here has this e-mail", *path)
            return None
        person = seen
    return person.id if bindings.judge_person(person, *path) else None


def _add_person(change: Change, email: str) -> str:
    return change.writer.add(
        tables.User,
        INSTANCE,
        name=email.partition("@")[0],
        email=email,
        email_folded=folded(email),
        is_service_account=False,
        is_active=True,
        is_instance_admin=False,
        created_by=change.asker.id,
    )


async def update_membership(instance: Instance, reader: Reader, *, wanted: BindingChange) -> Applied[str]:
    """Change a membership's roles and times; it keeps its id, which is given.

    Needs what adding it needs. PRIVILEGE_ESCALATION: before or after, it allows more than the asker's own roles.
    LAST_ADMIN: nobody else would be left.
    """
    problems = Problems()
    check_roles_shape(problems, wanted.role_ids, "input", "roleIds")
    check_span(problems, wanted.starts_at, wanted.expires_at, "input", "expiresAt")
    problems.refuse()
    return await apply(instance, reader, Action("updateMembership"), wanted.membership_id, _update, wanted)


def _update(change: Change, wanted: BindingChange) -> str:
    membership = change.find(wanted.membership_id, Membership)
    node = require_management(change, membership.node_id, membership.id)
    problems = Problems()
    Bindings(change, node, problems).update(wanted, ("input",))
    problems.refuse()
    change.about(membership.id, None)
    return membership.id


async def remove_membership(instance: Instance, reader: Reader, *, membership_id: str) -> Applied[str]:
    """End a membership; gives its id. One's own may always be ended, others need what adding them needs.

    One on the organization ends everything its user has there. PRIVILEGE_ESCALATION: it allows more than the asker's
    own roles. LAST_ADMIN: nobody else would be left.
    """
    return await apply(instance, reader, Action("removeMembership"), membership_id, _remove, membership_id)


def _remove(change: Change, membership_id: str) -> str:
    membership = change.find(membership_id, Membership)
    key = change.asker.key
    if membership.subject_id != change.asker.id or (key is not None and key.is_narrow):
        require_management(change, membership.node_id, membership.id)
    node = change.facts.node(membership.node_id)
    assert node is not None  # a membership is on a node
    problems = Problems()
    Bindings(change, node, problems).end(membership.id, "input", "membershipId")
    problems.refuse()
    change.about(membership.id, None)
    return membership.id
