"""Organizations: created by anybody or by administrators, and renamed."""

from app.db import tables
from app.errors import BailiwickError, conflict
from app.policy.entities import Organization
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, ErrorCode, Permission
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.instance_changes import InstanceChange, apply_to_instance
from app.services.patch import ABSENT, Absent, given
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.identities import new_id
from app.store.organizations import slug_is_taken


async def create_organization(instance: Instance, reader: Reader, *, name: str, slug: str) -> Applied[str]:
    """Create an organization whose ADMIN the asker becomes; gives its id.

    Any person may, or instance administrators only, as the setting says: else FORBIDDEN. CONFLICT: the slug is taken.
    """
    problems = Problems()
    problems.check_name(name, "input", "name")
    problems.check_slug(slug, "input", "slug")
    problems.refuse()
    action = Action("createOrganization")
    by_anyone = instance.anyone_creates_organizations
    return await apply_to_instance(instance, reader, action, reader.subject.id, _create, by_anyone, name, slug)


def _create(change: InstanceChange, by_anyone: bool, name: str, slug: str) -> str:
    person = change.asker.person
    change.require_whole_key()
    if person.is_service_account or not (by_anyone or person.is_instance_admin):
        raise BailiwickError(ErrorCode.FORBIDDEN, "you may not create organizations here")
    if slug_is_taken(change.connection, slug):
        raise conflict(f"the slug `{slug}` is taken")
    organization_id = new_id(Kind.ORGANIZATION)
    change.writer.create_ledger(organization_id)
    change.writer.add(
        tables.Organization, organization_id, id=organization_id, slug=slug, name=name, environment_access_enabled=False
    )
    change.writer.add(
        tables.Membership,
        organization_id,
        subject_id=person.id,
        node_id=organization_id,
        role_ids=[BUILT_IN[BuiltInRole.ADMIN].id],
    )
    change.about(organization_id, name)
    return organization_id


async def update_organization(
    instance: Instance, reader: Reader, *, organization_id: str, name: str | Absent | None = ABSENT
) -> Applied[str]:
    """Rename an organization; gives its id. Needs ORGANIZATION_UPDATE."""
    problems = Problems()
    if name is not ABSENT:
        problems.check_name(name, "input", "name")
    problems.refuse()
    return await apply(instance, reader, Action("updateOrganization"), organization_id, _update, organization_id, name)


def _update(change: Change, organization_id: str, name: str | Absent | None) -> str:
    organization = change.find(organization_id, Organization)
    change.require(Permission.ORGANIZATION_UPDATE, organization)
    change.about(organization.id, organization.name)
    change.set(tables.Organization, organization.id, **given(name=name))
    return organization.id
