"""Custom roles: who defines, changes and deletes them, and what no role may hold (rule.md, sections 3 and 10)."""

from typing import Any

import pytest

from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole
from tests.api.firm import Firm

SHOWN = "role { id key name level permissions builtIn } revision"
UNKNOWN = "rol_" + "0" * 24


def _new(firm: Firm, name: str = "Deployer", permissions: tuple[str, ...] = ("PROJECT_VIEW",)) -> dict[str, Any]:
    return {"organizationId": firm.id, "name": name, "permissions": list(permissions)}


async def test_an_admin_defines_a_role_and_a_member_does_not(firm: Firm) -> None:
    new = _new(firm, permissions=("ENVIRONMENT_DEPLOY", "PROJECT_VIEW", "PROJECT_VIEW"))
    done = await firm.ada.do("createRole", SHOWN, **new)
    role = done["role"]
    assert (role["name"], role["level"], role["builtIn"]) == ("Deployer", None, False)
    assert role["permissions"] == ["PROJECT_VIEW", "ENVIRONMENT_DEPLOY"]
    assert done["revision"] == await firm.revision()
    assert await firm.record() == ("createRole", firm.ada.id, role["id"])

    error = await firm.refusal(firm.max, "createRole", **_new(firm, "Mine"))
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "ROLES_MANAGE", "resourceId": firm.id}
    assert (await firm.denials())[-1] == (firm.id, "createRole", firm.id, "FORBIDDEN")
    await firm.root.do("createRole", SHOWN, **_new(firm, "By the administrator"))


async def test_an_organization_that_is_hidden_is_answered_like_none(firm: Firm) -> None:
    hidden = await firm.refusal(firm.zoe, "createRole", **_new(firm))
    unknown = await firm.refusal(firm.zoe, "createRole", **_new(firm) | {"organizationId": "org_" + "0" * 24})
    assert hidden == unknown
    assert hidden["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"permissions": []}, [["input", "permissions"]]),
        ({"permissions": ["PROJECT_VIEW", "ENVIRONMENT_APPROVE"]}, [["input", "permissions", 1]]),
        ({"permissions": ["AI_PROVIDERS_MANAGE"]}, [["input", "permissions", 0]]),
        ({"name": ""}, [["input", "name"]]),
        ({"name": " x"}, [["input", "name"]]),
        ({"name": "x" * 256, "permissions": []}, [["input", "name"], ["input", "permissions"]]),
    ],
)
async def test_what_a_role_can_not_be(firm: Firm, change: dict[str, Any], paths: list[Any]) -> None:
    """Also to who may not define any: the input's shape is asked first."""
    for person in (firm.ada, firm.max, firm.zoe):
        error = await firm.refusal(person, "createRole", **_new(firm) | change)
        assert error["extensions"]["code"] == "INVALID"
        assert [problem["path"] for problem in error["extensions"]["problems"]] == paths


async def test_names_are_unique_whatever_the_case(firm: Firm) -> None:
    await firm.ada.do("createRole", SHOWN, **_new(firm, "Straße"))
    for taken in ("straße", "STRASSE", "admin", "steward"):
        assert await firm.refused(firm.ada, "createRole", **_new(firm, taken)) == "CONFLICT"
    # elsewhere it is free, and here it is once it is gone
    theirs = (await firm.zoe.ask("{ organizations(first: 1) { nodes { id } } }"))["organizations"]["nodes"][0]["id"]
    await firm.zoe.do("createRole", SHOWN, **_new(firm, "Straße") | {"organizationId": theirs})
    made = await firm.role(firm.ada, "Twice", "PROJECT_VIEW")
    await firm.ada.do("deleteRole", roleId=made)
    await firm.role(firm.ada, "TWICE", "PROJECT_VIEW")


async def test_nobody_puts_into_a_role_what_they_lack(firm: Firm) -> None:
    await firm.sam.do("createRole", SHOWN, **_new(firm, "Lookers", ("ROLES_MANAGE", "MEMBERS_VIEW")))
    for held in (("PROJECT_VIEW",), ("ROLES_MANAGE", "AUDIT_VIEW")):
        code = await firm.refused(firm.sam, "createRole", **_new(firm, permissions=held))
        assert code == "PRIVILEGE_ESCALATION"
    assert await firm.refused(firm.sam, "createRole", **_new(firm, "ADMIN")) == "CONFLICT"
    assert (await firm.denials())[-1] == (firm.id, "createRole", firm.id, "CONFLICT")


async def test_a_role_is_renamed_and_its_permissions_replaced(firm: Firm) -> None:
    made = await firm.role(firm.ada, "Deployer", "PROJECT_VIEW", "ENVIRONMENT_VIEW")
    done = await firm.ada.do("updateRole", SHOWN, roleId=made, name="DEPLOYER")
    assert (done["role"]["name"], done["role"]["permissions"]) == ("DEPLOYER", ["PROJECT_VIEW", "ENVIRONMENT_VIEW"])
    assert await firm.record() == ("updateRole", firm.ada.id, made)
    done = await firm.ada.do("updateRole", SHOWN, roleId=made, permissions=["TEAM_VIEW"])
    assert (done["role"]["name"], done["role"]["permissions"]) == ("DEPLOYER", ["TEAM_VIEW"])
    again = await firm.ada.do("updateRole", "revision", roleId=made, permissions=["TEAM_VIEW"])
    assert again["revision"] == done["revision"] == await firm.revision()

    assert await firm.refused(firm.max, "updateRole", roleId=made, name="X") == "FORBIDDEN"
    assert await firm.refused(firm.ada, "updateRole", roleId=made, name="viewer") == "CONFLICT"
    for change in (
        {"name": None},
        {"permissions": None},
        {"permissions": []},
        {"permissions": ["ENVIRONMENT_APPROVE"]},
    ):
        assert await firm.refused(firm.max, "updateRole", roleId=made, **change) == "INVALID"


async def test_what_a_role_allows_changes_at_once_for_who_has_it(firm: Firm) -> None:
    made = await firm.role(firm.ada, "Opener", "TEAM_CREATE")
    await firm.ada.add(firm.zoe, firm.id, made)
    assert await firm.zoe.may("TEAM_CREATE", firm.id)
    await firm.ada.do("updateRole", roleId=made, permissions=["AUDIT_VIEW"])
    assert not await firm.zoe.may("TEAM_CREATE", firm.id)
    assert await firm.zoe.may("AUDIT_VIEW", firm.id)


async def test_a_role_beyond_ones_own_is_not_changed(firm: Firm) -> None:
    """Neither to take from it nor to add to it: before and after count."""
    strong = await firm.role(firm.ada, "Strong", "AUDIT_VIEW", "ROLES_MANAGE")
    weak = await firm.role(firm.ada, "Weak", "ROLES_MANAGE")
    code = await firm.refused(firm.sam, "updateRole", roleId=strong, permissions=["ROLES_MANAGE"])
    assert code == "PRIVILEGE_ESCALATION"
    code = await firm.refused(firm.sam, "updateRole", roleId=weak, permissions=["ROLES_MANAGE", "AUDIT_VIEW"])
    assert code == "PRIVILEGE_ESCALATION"
    await firm.sam.do("updateRole", roleId=weak, permissions=["MEMBERS_VIEW"])


async def test_a_role_in_use_is_not_deleted(firm: Firm) -> None:
    made = await firm.role(firm.ada, "Deployer", "PROJECT_VIEW")
    held = await firm.ada.add(firm.zoe, firm.id, made)
    assert await firm.refused(firm.max, "deleteRole", roleId=made) == "FORBIDDEN"
    assert await firm.refused(firm.ada, "deleteRole", roleId=made) == "CONFLICT"
    await firm.ada.do("removeMembership", membershipId=held)
    done = await firm.ada.do("deleteRole", "deletedRoleId revision", roleId=made)
    assert done == {"deletedRoleId": made, "revision": await firm.revision()}
    assert await firm.record() == ("deleteRole", firm.ada.id, made)
    assert not await firm.ada.sees(made)


async def test_built_in_roles_stay_as_they_are(firm: Firm) -> None:
    """They are of every organization: whoever manages the roles of one is told so, wherever else they belong."""
    await firm.ada.add(firm.zoe, firm.id, "GUEST")
    viewer = BUILT_IN[BuiltInRole.VIEWER].id
    for person in (firm.ada, firm.zoe, firm.sam, firm.root):
        assert await firm.refused(person, "updateRole", roleId=viewer, name="Looker") == "CONFLICT"
        assert await firm.refused(person, "deleteRole", roleId=viewer) == "CONFLICT"
    assert await firm.refused(firm.max, "deleteRole", roleId=viewer) == "FORBIDDEN"
    assert (await firm.denials())[-1] == (firm.id, "deleteRole", firm.id, "FORBIDDEN")


async def test_a_role_that_is_hidden_is_answered_like_none(firm: Firm) -> None:
    for mutation, more in {"updateRole": {"name": "X"}, "deleteRole": {}}.items():
        hidden = await firm.refusal(firm.zoe, mutation, roleId=firm.steward, **more)
        assert hidden == await firm.refusal(firm.zoe, mutation, roleId=UNKNOWN, **more)
        assert hidden["extensions"]["code"] == "NOT_FOUND"
        assert (await firm.denials())[-1] == (firm.id, mutation, firm.steward, "NOT_FOUND")
        assert await firm.refused(firm.ada, mutation, roleId=firm.id, **more) == "NOT_FOUND"
        assert await firm.refused(firm.ada, mutation, roleId="nonsense", **more) == "INVALID"
