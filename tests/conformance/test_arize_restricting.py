"""Arize: who restricts a project, with whom on it, and how the restriction is lifted."""

import pytest

from tests.conformance.house import Caller, House, role_ids


async def _account(house: House) -> tuple[Caller, str, str]:
    olga = await house.person("Olga")
    organization = await olga.organization()
    return olga, organization, await olga.team(organization, "space", isolated=True)


async def _member(house: House, olga: Caller, name: str, organization: str, team: str, role: str) -> Caller:
    person = await house.person(name)
    await olga.add(person, organization, "GUEST")
    await olga.add(person, team, role)
    return person


def _binding(person: Caller, *roles: str) -> dict[str, object]:
    return {"subject": {"userId": person.id}, "roleIds": role_ids(*roles)}


@pytest.mark.requirement("AZ-5", "AZ-51")
async def test_a_predictive_project_cannot_be_restricted(house: House) -> None:
    olga, _, team = await _account(house)
    predictive = await olga.project(team, "forecast", kind="PREDICTIVE")
    generative = await olga.project(team, "chat", kind="GENERATIVE")
    assert await olga.refused("restrictProject", projectId=predictive) == "UNSUPPORTED_RESOURCE"
    await olga.do("restrictProject", projectId=generative)


@pytest.mark.requirement("AZ-6", "AZ-7", "AZ-8", "AZ-9", "AZ-10", "AZ-23", "AZ-26", "AZ-22", "AZ-18")
async def test_who_restricts(house: House) -> None:
    olga, organization, team = await _account(house)
    other = await olga.team(organization, "other", isolated=True)
    here, there = await olga.project(team, "here", kind="GENERATIVE"), await olga.project(other, "there", kind="APP")
    dave = await _member(house, olga, "Dave", organization, team, "ADMIN")
    alice = await _member(house, olga, "Alice", organization, team, "MEMBER")
    eve = await _member(house, olga, "Eve", organization, team, "VIEWER")
    root = await house.person("Root", administrator=True)
    stranger = await house.person("Stranger")
    await stranger.organization("elsewhere")

    assert await alice.refused("restrictProject", projectId=here) == "FORBIDDEN"
    assert await eve.refused("restrictProject", projectId=here) == "FORBIDDEN"
    assert await dave.refused("restrictProject", projectId=there) == "NOT_FOUND"
    assert await stranger.refused("restrictProject", projectId=here) == "NOT_FOUND"

    for admin in (dave, olga, root):
        done = await admin.do("restrictProject", "project { restricted }", projectId=here)
        assert done["project"] == {"restricted": True}
        await admin.do("unrestrictProject", projectId=here, confirm=True)


@pytest.mark.requirement("AZ-11", "AZ-55", "AZ-15", "AZ-36")
async def test_a_project_admin_manages_access_but_does_not_restrict(house: House) -> None:
    olga, organization, team = await _account(house)
    project = await olga.project(team, "chat", kind="GENERATIVE")
    alice = await _member(house, olga, "Alice", organization, team, "MEMBER")
    bob = await _member(house, olga, "Bob", organization, team, "MEMBER")
    await olga.add(alice, project, "ADMIN")
    assert await alice.refused("restrictProject", projectId=project) == "FORBIDDEN"

    await olga.do("restrictProject", projectId=project)
    done = await alice.do("updateProjectAccess", "memberships { id }", projectId=project, add=[_binding(bob, "ADMIN")])
    assert await bob.may("PROJECT_ACCESS_MANAGE", project)
    change = {"membershipId": done["memberships"][0]["id"], "roleIds": role_ids("VIEWER")}
    await alice.do("updateProjectAccess", projectId=project, update=[change])
    assert not await bob.may("PROJECT_ACCESS_MANAGE", project)
    await alice.do("updateProjectAccess", projectId=project, removeIds=[done["memberships"][0]["id"]])
    assert not await bob.sees(project)

    assert await alice.refused("unrestrictProject", projectId=project) == "CONFIRMATION_REQUIRED"
    await alice.do("unrestrictProject", projectId=project, confirm=True)
    assert await alice.refused("restrictProject", projectId=project) == "FORBIDDEN"


@pytest.mark.requirement("AZ-12", "AZ-13", "AZ-14", "AZ-15", "AZ-16", "AZ-17")
async def test_the_project_roles(house: House) -> None:
    olga, organization, team = await _account(house)
    project = await olga.project(team, "chat", kind="GENERATIVE")
    custom = await olga.do(
        "createRole",
        "role { id }",
        organizationId=organization,
        name="Annotator",
        permissions=["PROJECT_VIEW", "PROJECT_ANNOTATE"],
    )
    names = {"VIEWER": "Vera", "MEMBER": "Ed", "ADMIN": "Ada", custom["role"]["id"]: "Ann"}
    people = {role: await _member(house, olga, name, organization, team, "GUEST") for role, name in names.items()}
    await olga.do("restrictProject", projectId=project, bindings=[_binding(p, role) for role, p in people.items()])

    asked = "query($id: ID!) { project(id: $id) { viewerPermissions } }"
    held = {
        role: set((await person.ask(asked, id=project))["project"]["viewerPermissions"])
        for role, person in people.items()
    }
    assert held["VIEWER"] < held["MEMBER"] < held["ADMIN"]
    assert {"PROJECT_VIEW", "PROJECT_DATA_VIEW"} <= held["VIEWER"]
    editing = {"PROJECT_DATA_WRITE", "PROJECT_ANNOTATE", "PROJECT_EVALUATIONS_MANAGE"}
    assert not editing & held["VIEWER"]
    assert editing <= held["MEMBER"]
    managing = {"PROJECT_DELETE", "PROJECT_ACCESS_MANAGE"}
    assert not managing & held["MEMBER"]
    assert managing <= held["ADMIN"]
    assert held[custom["role"]["id"]] == {"PROJECT_VIEW", "PROJECT_ANNOTATE"}

    roles = await olga.ask("query($id: ID!) { organization(id: $id) { roles { key permissions } } }", id=organization)
    listed = {role["key"]: set(role["permissions"]) for role in roles["organization"]["roles"]}
    assert listed["VIEWER"] < listed["MEMBER"] < listed["ADMIN"]


@pytest.mark.requirement("AZ-19", "AZ-20")
async def test_restricting_takes_people_in_the_same_step_or_does_nothing(house: House) -> None:
    olga, organization, team = await _account(house)
    project = await olga.project(team, "chat", kind="GENERATIVE")
    bob = await _member(house, olga, "Bob", organization, team, "MEMBER")
    stranger = await house.person("Stranger")
    wrong = [_binding(bob, "VIEWER"), _binding(stranger, "VIEWER")]
    assert await olga.refused("restrictProject", projectId=project, bindings=wrong) == "INVALID"
    state = "query($id: ID!) { project(id: $id) { restricted members { totalCount } } }"
    assert (await olga.ask(state, id=project))["project"] == {"restricted": False, "members": {"totalCount": 0}}
    await olga.do("restrictProject", projectId=project, bindings=[_binding(bob, "VIEWER")])
    assert (await olga.ask(state, id=project))["project"] == {"restricted": True, "members": {"totalCount": 1}}
    assert await bob.sees(project)
    assert not await bob.may("PROJECT_DATA_WRITE", project)


@pytest.mark.requirement("AZ-27", "AZ-28", "AZ-29", "AZ-30", "AZ-31", "AZ-32", "AZ-33", "AZ-34")
async def test_giving_changing_and_taking_access(house: House) -> None:
    olga, organization, team = await _account(house)
    project = await olga.project(team, "chat", kind="GENERATIVE")
    await olga.do("restrictProject", projectId=project)
    bob = await _member(house, olga, "Bob", organization, team, "MEMBER")
    carol = await _member(house, olga, "Carol", organization, team, "MEMBER")

    search = """query($id: ID!, $search: String!) { project(id: $id) {
        memberCandidates(search: $search) { nodes { subject { ... on User { id } } membership { id } } }
    } }"""
    for part in ("bo", "BOB@house"):
        found = await olga.ask(search, id=project, search=part)
        nodes = found["project"]["memberCandidates"]["nodes"]
        assert nodes == [{"subject": {"id": bob.id}, "membership": None}]

    membership = await olga.add(bob, project, "VIEWER")
    assert await bob.sees(project)
    again = {"resourceId": project, "member": {"userId": bob.id}, "roleIds": role_ids("MEMBER")}
    assert await olga.refused("addMembership", **again) == "CONFLICT"

    done = await olga.do(
        "updateProjectAccess",
        "memberships { id roles { key } }",
        projectId=project,
        add=[_binding(carol, "VIEWER")],
        update=[{"membershipId": membership, "roleIds": role_ids("MEMBER")}],
    )
    assert {"id": membership, "roles": [{"key": "MEMBER"}]} in done["memberships"]
    assert await bob.may("PROJECT_DATA_WRITE", project)
    assert await carol.sees(project)

    half = {"update": [{"membershipId": membership, "roleIds": []}], "removeIds": [membership]}
    assert await olga.refused("updateProjectAccess", projectId=project, **half) == "INVALID"
    assert await bob.may("PROJECT_DATA_WRITE", project)
    await olga.do("updateProjectAccess", projectId=project, removeIds=[membership])
    assert not await bob.sees(project)


@pytest.mark.requirement("AZ-24", "AZ-35", "AZ-36", "AZ-37", "AZ-38", "AZ-39", "AZ-52", "AZ-53", "AZ-54")
async def test_restrict_with_bindings_lift_and_restrict_again(house: House) -> None:
    olga, organization, team = await _account(house)
    project = await olga.project(team, "chat", kind="GENERATIVE")
    bob = await _member(house, olga, "Bob", organization, team, "MEMBER")
    carol = await _member(house, olga, "Carol", organization, team, "MEMBER")
    membership = await olga.add(carol, project, "VIEWER")  # before the restriction
    assert await bob.sees(project)

    await olga.do("restrictProject", projectId=project)
    assert not await bob.sees(project)
    assert await carol.sees(project)
    assert not await carol.may("PROJECT_DATA_WRITE", project)
    await olga.do("restrictProject", projectId=project)  # again: nothing changes

    assert await olga.refused("unrestrictProject", projectId=project) == "CONFIRMATION_REQUIRED"
    assert not await bob.sees(project)
    await olga.do("unrestrictProject", projectId=project, confirm=True)
    assert await bob.may("PROJECT_DATA_WRITE", project)
    assert await carol.may("PROJECT_DATA_WRITE", project)
    assert await olga.refused("unrestrictProject", projectId=project) == "NOT_RESTRICTED"

    members = "query($id: ID!) { project(id: $id) { members { nodes { id } } } }"
    assert (await olga.ask(members, id=project))["project"]["members"]["nodes"] == [{"id": membership}]
    await olga.do("restrictProject", projectId=project)
    assert not await bob.sees(project)
    assert await carol.sees(project)
    assert not await carol.may("PROJECT_DATA_WRITE", project)
