"""Service accounts: subjects of one organization that are no people (rule.md, sections 2 and 10)."""

from dataclasses import dataclass

from app.db import tables
from app.policy.entities import Organization
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, Permission
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.ledger import INSTANCE


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A service account that was created, and its membership of the organization."""

    user_id: str
    membership_id: str


async def create_service_account(
    instance: Instance, reader: Reader, *, organization_id: str, name: str
) -> Applied[NewAccount]:
    """Create a service account, a GUEST of the organization at first. Needs SERVICE_ACCOUNTS_MANAGE."""
    problems = Problems()
    problems.check_name(name, "input", "name")
    problems.refuse()
    action = Action("createServiceAccount", holds_instance=True)
    return await apply(instance, reader, action, organization_id, _create, organization_id, name)


def _create(change: Change, organization_id: str, name: str) -> NewAccount:
    organization = change.find(organization_id, Organization)
    change.require(Permission.SERVICE_ACCOUNTS_MANAGE, organization)
    user_id = change.writer.add(
        tables.User,
        INSTANCE,
        name=name,
        is_service_account=True,
        organization_id=organization.id,
        is_active=True,
        is_instance_admin=False,
        created_by=change.asker.id,
    )
    membership_id = change.add(
        tables.Membership,
        subject_id=user_id,
        node_id=organization.id,
        role_ids=[BUILT_IN[BuiltInRole.GUEST].id],
    )
    change.about(user_id, name)
    return NewAccount(user_id, membership_id)
