"""`check` and `checks`: by the thousand, at one revision, about oneself and about others, hiding what is hidden."""

from typing import Any

import pytest

from app.db import tables
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, Permission
from tests.api.office import ENVIRONMENTS, restriction_id
from tests.fixtures.client import NOW, SECOND, Client, unknown

Data = dict[str, Any]

DECISION = """
  allowed permission resourceId subjectId code revision validUntil
  reasons { gate passed message source { id } }
"""
CHECK = f"query($input: CheckInput!) {{ check(input: $input) {{ {DECISION} }} }}"
CHECKS = f"query($inputs: [CheckInput!]!) {{ checks(inputs: $inputs) {{ {DECISION} }} }}"

VIEWER = ["rol_000000000000000000000020"]
NODES = ("acme", "core", "core/pay", "vault", "core/web", "core/pay/api", "vault/keys", "lab", "secret")
PEOPLE = ("gus", "vic", "mia", "max", "ada", "amy", "otto", "lim", "tom", "val", "sue", "robot", "ci", "root")


def asking(client: Client, permission: str, path: str, about: str | None = None, name: str | None = None) -> Data:
    """A question, by the paths and names of things."""
    input = {"permission": permission, "resourceId": client.id(path)}
    if about is not None:
        input["subjectId"] = client.id(about)
    if name is not None:
        input["environmentName"] = name
    return input


async def decided(client: Client, person: str, *question: Any, **more: Any) -> Data:
    """A decision that is no error."""
    decision: Data = (await client.ask(person, CHECK, input=asking(client, *question, **more)))["check"]
    return decision


async def refused(client: Client, person: str, *question: Any, **more: Any) -> Data:
    """The error of a question that is refused, with its extensions' members."""
    answer = await client.answer(person, CHECK, input=asking(client, *question, **more))
    assert answer["data"] == {"check": None}
    (error,) = answer["errors"]
    assert error["path"] == ["check"]
    found: Data = error["extensions"]
    return found


def assert_hidden(decision: Data) -> None:
    assert (decision["allowed"], decision["code"]) == (False, "NOT_FOUND")
    assert (decision["revision"], decision["validUntil"]) == (0, None)
    assert [(r["gate"], r["passed"], r["source"]) for r in decision["reasons"]] == [("BELONGING", False, None)]


# As many as one likes.


async def test_a_thousand_questions_are_answered_in_their_order_and_one_more_is_too_many(client: Client) -> None:
    questions = [(permission, path) for path in (*NODES, *ENVIRONMENTS) for permission in Permission]
    inputs = [asking(client, permission, path) for permission, path in questions * 2][:1_000]
    found = (await client.ask("max", CHECKS, inputs=inputs))["checks"]
    assert [{"permission": each["permission"], "resourceId": each["resourceId"]} for each in found] == inputs
    assert {each["revision"] for each in found} == {2, 0}
    answer = await client.answer("max", CHECKS, inputs=[*inputs, inputs[0]])
    assert answer["data"] == {"checks": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]
    assert answer["errors"][0]["extensions"]["problems"][0]["path"] == ["inputs"]
    assert (await client.ask("max", CHECKS, inputs=[]))["checks"] == []


@pytest.mark.requirement("BAS-20")
async def test_every_way_to_ask_gives_the_same_answer(client: Client) -> None:
    """checks, viewerCan, viewerPermissions and viewerDecisions, for everybody."""
    permissions = [permission.value for permission in Permission]
    said = "{ permission allowed code revision validUntil reasons { gate passed } }"
    decisions = f"viewerDecisions(permissions: [{', '.join(permissions)}]) {said}"
    each = " ".join(f"{name}: viewerCan(permission: {name})" for name in permissions)
    resource = f"viewerPermissions {decisions} {each}"
    kinds = " ".join(f"... on {kind} {{ {resource} }}" for kind in ("Organization", "Team", "Project", "Environment"))
    asked = f"node(id: $id) {{ {kinds} }} checks(inputs: $inputs) {said}"
    document = f"query($id: ID!, $inputs: [CheckInput!]!) {{ {asked} }}"
    for person in PEOPLE:
        for path in ("acme", "core", "core/web", "core/web/production", "vault/keys/production"):
            inputs = [asking(client, permission, path) for permission in permissions]
            data = await client.ask(person, document, id=client.id(path), inputs=inputs)
            node, checks = data["node"], data["checks"]
            if node is None:
                assert {each["code"] for each in checks} == {"NOT_FOUND"}
                continue
            assert node["viewerDecisions"] == checks, (person, path)
            assert [node[name] for name in permissions] == [each["allowed"] for each in checks], (person, path)
            assert node["viewerPermissions"] == [each["permission"] for each in checks if each["allowed"]]
            assert "NOT_FOUND" not in {each["code"] for each in checks}
            assert {each["revision"] for each in checks} == {2}


async def test_at_most_forty_of_the_viewers_decisions_at_once(client: Client) -> None:
    decisions = "viewerDecisions(permissions: $p) { allowed }"
    document = f'query($p: [Permission!]!) {{ organization(slug: "acme") {{ {decisions} }} }}'
    every = [permission.value for permission in Permission]
    assert len((await client.ask("ada", document, p=every))["organization"]["viewerDecisions"]) == 40
    error = await client.refused("ada", document, p=[*every, every[0]])
    assert (error["extensions"]["code"], error["path"]) == ("INVALID", ["organization", "viewerDecisions"])


async def test_a_pair_that_can_not_be_asked_is_invalid_in_the_decision(client: Client) -> None:
    pairs = (("TEAM_CREATE", "core/web/dev"), ("ENVIRONMENT_DEPLOY", "core/web"), ("AUDIT_VIEW", "core"))
    for permission, path in pairs:
        decision = await decided(client, "ada", permission, path)
        assert (decision["allowed"], decision["code"]) == (False, "INVALID")
        assert decision["revision"] == 2
        assert_hidden(await decided(client, "gus", permission, path))


# Refused questions.


async def test_a_refused_question_is_null_with_an_error_at_its_place(client: Client) -> None:
    good, other = asking(client, "TEAM_VIEW", "core"), asking(client, "TEAM_VIEW", "core", "ada")
    inputs = [
        good,
        {"permission": "TEAM_VIEW", "resourceId": "nonsense"},
        good | {"subjectId": "nonsense"},
        other,
        good | {"environmentName": "*"},
        good | {"environmentName": "production"},
        asking(client, "PROJECT_VIEW", "core/web") | {"environmentName": ""},
        good,
    ]
    answer = await client.answer("mia", CHECKS, inputs=inputs)
    found = answer["data"]["checks"]
    assert [each is not None for each in found] == [True, False, False, False, False, False, False, True]
    assert found[0] == found[-1]
    errors = {error["path"][1]: error["extensions"] for error in answer["errors"]}
    assert all(error["path"][0] == "checks" for error in answer["errors"])
    assert {place: error["code"] for place, error in errors.items()} == {
        1: "INVALID",
        2: "INVALID",
        3: "FORBIDDEN",
        4: "INVALID",
        5: "INVALID",
        6: "INVALID",
    }
    paths = {place: error["problems"][0]["path"] for place, error in errors.items() if "problems" in error}
    assert paths == {
        1: ["inputs", 1, "resourceId"],
        2: ["inputs", 2, "subjectId"],
        4: ["inputs", 4, "environmentName"],
        5: ["inputs", 5, "environmentName"],
        6: ["inputs", 6, "environmentName"],
    }
    assert (errors[3]["permission"], errors[3]["resourceId"]) == ("ACCESS_EXPLAIN", client.id("core"))


async def test_one_question_alone_is_refused_with_its_own_path(client: Client) -> None:
    extensions = await refused(client, "mia", "TEAM_VIEW", "core", name="production")
    assert (extensions["code"], extensions["problems"][0]["path"]) == ("INVALID", ["input", "environmentName"])


async def test_null_is_no_question(client: Client) -> None:
    resource = {"resourceId": client.id("core")}
    for inputs in (None, [None], [{"permission": None} | resource], [{"permission": "TEAM_VIEW"}], [resource]):
        response = await client.send("ada", CHECKS, inputs=inputs)
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["INVALID"]


# What is hidden.


def elsewhere(client: Client) -> dict[str, list[str]]:
    """By who asks: things that are hidden from them, each for a reason of its own."""
    return {
        "gus": ["core", "core/web", "core/web/dev", "globex/app"],
        "vic": ["vault", "vault/keys", "vault/keys/production", "secret", "secret/production"],
        "lim": ["core/web/dev", "lab", "lab/dev", "core/pay/api"],
        "mia": ["globex", "globex/app", "globex/app/production", "secret"],
        "ci": ["acme", "core", "lab", "vault/keys/production", "secret"],
        "zoe": ["acme", "core", "core/web/production"],
        "ada": ["globex/app/production"],
    }


async def test_the_hidden_and_the_unknown_are_answered_alike_byte_for_byte(client: Client) -> None:
    document = f"""
      query($id: ID!, $permission: Permission!, $subject: ID!) {{
        check(input: {{permission: $permission, resourceId: $id}}) {{ {DECISION} }}
        about: checks(inputs: [{{permission: $permission, resourceId: $id, subjectId: $subject}}]) {{ {DECISION} }}
        named: check(input: {{permission: $permission, resourceId: $id, environmentName: "dev"}}) {{ {DECISION} }}
        node(id: $id) {{ id }}
        nodes(ids: [$id]) {{ id }}
        organization(id: $id) {{ id }}
        team(id: $id) {{ id }}
        project(id: $id) {{ id }}
        environment(id: $id) {{ id }}
        deployment(id: $id) {{ id }}
        viewer {{ pendingApprovals(organizationId: $id) {{ totalCount }} }}
        me: viewer {{ user {{ memberships(organizationId: $id) {{ totalCount }} }} }}
      }}
    """
    kinds = {kind.value: kind for kind in Kind}
    for person, paths in elsewhere(client).items():
        for path in paths:
            id = client.id(path)
            never = unknown(kinds[id[:3]])
            for permission in ("TEAM_VIEW", "ENVIRONMENT_DEPLOY", "ORGANIZATION_VIEW", "ACCESS_EXPLAIN"):
                asked = {"permission": permission, "subject": client.id("max")}
                hidden = await client.send(person, document, id=id, **asked)
                unheard = await client.send(person, document, id=never, **asked)
                assert hidden.status_code == unheard.status_code == 200
                assert hidden.text.replace(id, "…") == unheard.text.replace(never, "…"), (person, path)
                assert "errors" not in hidden.json()
                assert_hidden(hidden.json()["data"]["check"])
                assert hidden.json()["data"]["node"] is None


async def test_what_is_not_a_resource_is_decided_like_what_never_existed(client: Client) -> None:
    for id in (client.id("ada"), client.membership("ada"), restriction_id("production"), unknown(Kind.DEPLOYMENT)):
        decision = (await client.ask("ada", CHECK, input={"permission": "TEAM_VIEW", "resourceId": id}))["check"]
        assert_hidden(decision)


# By name.


async def test_an_environment_by_its_name_is_decided_as_itself(client: Client) -> None:
    for person in ("ada", "mia", "vic", "max"):
        for permission in ("ENVIRONMENT_VIEW", "ENVIRONMENT_DEPLOY", "ENVIRONMENT_APPROVE", "ENVIRONMENT_STOP"):
            by_id = await decided(client, person, permission, "core/web/production")
            by_name = await decided(client, person, permission, "core/web", name="production")
            assert by_name == by_id | {"resourceId": client.id("core/web")}, (person, permission)


async def test_a_name_that_is_not_there_yet_is_decided_as_creating_it(client: Client) -> None:
    for person, name, code in (
        ("mia", "preview", None),
        ("vic", "preview", "FORBIDDEN"),
        ("mia", "production", None),
        ("lim", "production", "FORBIDDEN"),
        ("max", "staging-2", None),
        ("mia", "staging-2", "FORBIDDEN"),
    ):
        path = "core/web" if name != "production" else "lab"
        if person == "lim":
            await client.set(tables.Organization, client.organization_id, environment_access_enabled=False)
        for permission in ("ENVIRONMENT_CREATE", "ENVIRONMENT_DEPLOY"):
            decision = await decided(client, person, permission, path, name=name)
            assert (decision["code"], decision["allowed"]) == (code, code is None), (person, name, decision)
        assert_hidden(await decided(client, person, "ENVIRONMENT_VIEW", path, name=name))
        assert_hidden(await decided(client, person, "ENVIRONMENT_STOP", path, name=name))


async def test_a_name_that_is_hidden_is_taken_and_nothing_else(client: Client) -> None:
    """Deploying to it is creating it: CONFLICT with the right to create, FORBIDDEN without."""
    assert (await decided(client, "lim", "ENVIRONMENT_DEPLOY", "core/web", name="dev"))["code"] == "CONFLICT"
    assert (await decided(client, "lim", "ENVIRONMENT_CREATE", "core/web", name="dev"))["code"] == "CONFLICT"
    for permission in ("ENVIRONMENT_VIEW", "ENVIRONMENT_STOP", "ENVIRONMENT_TERMINAL"):
        hidden = await decided(client, "lim", permission, "core/web", name="dev")
        assert hidden == await decided(client, "lim", permission, "core/web", name="nothing-there")
        assert_hidden(hidden)
    await client.set(tables.Membership, client.membership("lim"), role_ids=VIEWER)
    hidden = await decided(client, "lim", "ENVIRONMENT_DEPLOY", "core/web", name="dev")
    assert hidden["code"] == "FORBIDDEN"
    assert hidden == await decided(client, "lim", "ENVIRONMENT_DEPLOY", "core/web", name="nothing-there")


# About others.


async def test_about_others_needs_access_explain(client: Client) -> None:
    question = ("ENVIRONMENT_DEPLOY", "core/web/production", "mia")
    own = await decided(client, "mia", *question[:2])
    unnamed = [reason | {"source": None} for reason in own["reasons"]]
    for person in ("ada", "root"):
        told = await decided(client, person, *question)
        assert told | {"reasons": [reason | {"source": None} for reason in told["reasons"]]} == own | {
            "reasons": unnamed
        }
    for person in ("vic", "max", "tom"):
        extensions = await refused(client, person, *question)
        assert extensions["code"] == "FORBIDDEN"
        assert extensions["permission"] == "ACCESS_EXPLAIN"
        assert extensions["resourceId"] == client.id("core/web/production")
    assert await decided(client, "mia", *question) == own, "about oneself nothing is needed"


async def test_access_explain_on_the_organization_covers_what_the_asker_can_not_see(client: Client) -> None:
    """Reasons are named only as far as the asker sees what settled them."""
    question = ("ENVIRONMENT_DEPLOY", "core/web/staging")
    staging = {"id": restriction_id("STAGING", "core")}
    for person, sees in (("amy", None), ("otto", None), ("ada", staging)):
        told = await decided(client, person, *question, "mia")
        assert (told["code"], told["revision"]) == ("FORBIDDEN", 2)
        sources = {reason["gate"]: reason["source"] for reason in told["reasons"]}
        assert sources["BELONGING"] == {"id": client.membership("mia")}
        assert sources["ENVIRONMENT_RESTRICTION"] == sees, person
    assert_hidden(await decided(client, "amy", *question))


async def test_a_refusal_of_somebody_else_is_told_with_its_reasons(client: Client) -> None:
    told = await decided(client, "ada", "PROJECT_VIEW", "secret", "mia")
    assert (told["code"], told["revision"]) == ("NOT_FOUND", 2)
    assert [r["gate"] for r in told["reasons"] if not r["passed"]] == ["PROJECT_RESTRICTION"]
    unlisted = await decided(client, "ada", "PROJECT_VIEW", "lab", "lim")
    assert (unlisted["code"], unlisted["revision"]) == ("NOT_FOUND", 2)
    assert [r["gate"] for r in unlisted["reasons"] if not r["passed"]] == ["ENVIRONMENT_ACCESS"]


async def test_somebody_who_is_deactivated_is_refused_as_such(client: Client) -> None:
    await client.set(tables.User, client.id("mia"), is_active=False)
    told = await decided(client, "ada", "PROJECT_VIEW", "core/web", "mia")
    assert (told["allowed"], told["code"]) == (False, "UNAUTHENTICATED")


async def test_a_subject_that_the_asker_can_not_see_is_like_a_resource_they_can_not_see(client: Client) -> None:
    stranger, nobody = client.id("zoe"), unknown(Kind.USER)
    for person, path in (("ada", "core/web"), ("val", "vault/keys"), ("amy", "acme")):
        answers = []
        for id in (stranger, nobody):
            input = asking(client, "PROJECT_VIEW", path) | {"subjectId": id}
            response = await client.send(person, CHECK, input=input)
            assert_hidden(response.json()["data"]["check"])
            assert response.json()["data"]["check"]["subjectId"] == id
            answers.append(response.text.replace(id, "…"))
        assert answers[0] == answers[1], person
    assert_hidden(await decided(client, "val", "PROJECT_VIEW", "vault/keys", "gus"))
    assert not (await decided(client, "val", "PROJECT_VIEW", "vault/keys", "ada"))["code"]


async def test_without_access_explain_every_subject_is_refused_alike(client: Client) -> None:
    """Whether the subject exists is not told either."""
    seen = set()
    for id in (client.id("ada"), client.id("zoe"), unknown(Kind.USER)):
        input = asking(client, "TEAM_VIEW", "core") | {"subjectId": id}
        answer = (await client.send("mia", CHECK, input=input)).json()
        answer["errors"][0]["extensions"].pop("requestId")
        seen.add(str(answer))
    assert len(seen) == 1
    assert "FORBIDDEN" in seen.pop()


async def test_access_explain_on_a_team_explains_that_team_alone(client: Client) -> None:
    assert (await decided(client, "val", "PROJECT_VIEW", "vault/keys", "ada"))["allowed"]
    assert (await refused(client, "val", "PROJECT_VIEW", "core/web", "ada"))["code"] == "FORBIDDEN"
    assert_hidden(await decided(client, "val", "PROJECT_VIEW", "lab", "ada"))


async def test_a_verdict_alone_is_about_whom_and_what_was_asked(client: Client) -> None:
    """Asked for nothing but whether it is allowed, nobody is told what they themselves may do instead."""
    alone = "query($inputs: [CheckInput!]!) { checks(inputs: $inputs) { allowed } }"

    async def allowed(person: str, *question: Any, **more: Any) -> Any:
        inputs = [asking(client, *question, **more)]
        return (await client.send(person, alone, inputs=inputs)).json()["data"]["checks"][0]

    for person in ("ada", "mia", "vic", "gus"):
        for permission in ("PROJECT_VIEW", "PROJECT_PUSH", "PROJECT_DELETE"):
            own = await allowed(person, permission, "lab")
            assert await allowed("ada", permission, "lab", person) == own
            assert person in ("ada", "gus") or await allowed(person, permission, "lab", "max") is None
    assert await allowed("mia", "ENVIRONMENT_DEPLOY", "lab", name="dev") == {"allowed": True}
    assert await allowed("mia", "ENVIRONMENT_TERMINAL", "lab", name="never") == {"allowed": False}


async def test_a_name_that_is_hidden_from_the_asker_is_so_about_others_too(client: Client) -> None:
    """Lim may explain the project, and sees of it what is on their list."""
    manager = [BUILT_IN[BuiltInRole.ACCESS_MANAGER].id]
    await client.add(tables.Membership, subject_id=client.id("lim"), node_id=client.id("core/web"), role_ids=manager)
    assert (await decided(client, "lim", "ENVIRONMENT_STOP", "core/web", "ada", name="production"))["allowed"]
    hidden = await decided(client, "lim", "ENVIRONMENT_STOP", "core/web", "ada", name="dev")
    assert hidden == await decided(client, "lim", "ENVIRONMENT_STOP", "core/web", "ada", name="nothing-there")
    assert_hidden(hidden)


# One moment, one organization at a time.


async def test_questions_about_several_organizations_are_each_at_its_revision(client: Client) -> None:
    await client.set(tables.Organization, client.organization_id, name="Acme 3")
    await client.set(tables.Organization, client.organization_id, name="Acme 4")
    inputs = [asking(client, "PROJECT_VIEW", path) for path in ("core/web", "globex/app", "lab", "secret")]
    found = (await client.ask("vic", CHECKS, inputs=inputs))["checks"]
    assert [(each["allowed"], each["revision"]) for each in found] == [(True, 4), (True, 2), (True, 4), (False, 0)]


async def test_a_decision_says_until_when_it_holds(client: Client) -> None:
    until = "2026-01-15T13:00:00Z"
    assert (await decided(client, "mia", "ENVIRONMENT_DEPLOY", "core/web/production"))["validUntil"] == until
    assert (await decided(client, "ada", "ENVIRONMENT_DEPLOY", "core/web/dev"))["validUntil"] is None
    client.set_clock(NOW + 3_600 * SECOND)
    ended = await decided(client, "mia", "ENVIRONMENT_DEPLOY", "core/web/production")
    assert (ended["code"], ended["validUntil"]) == ("FORBIDDEN", None)


async def test_a_decision_that_fails_refuses_and_tells_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("app.policy.rule.visibility", fail)
    response = await client.send("ada", CHECK, input=asking(client, "PROJECT_VIEW", "lab"))
    decision = response.json()["data"]["check"]
    assert_hidden(decision)
    assert "secret" not in response.text
    assert "a secret of the inside" in caplog.text


async def test_a_verdict_alone_that_fails_refuses_and_tells_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked for nothing but whether it is allowed, the rule's set form answers; it refuses where it fails, too."""

    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    alone = "query($input: CheckInput!) { check(input: $input) { allowed } }"
    assert (await client.ask("ada", alone, input=asking(client, "PROJECT_VIEW", "lab")))["check"] == {"allowed": True}
    monkeypatch.setattr("app.policy.views.View.may_all", fail)
    again = f"{alone} "  # another body: the same would be answered as before
    answer = await client.answer("ada", again, input=asking(client, "PROJECT_VIEW", "lab"))
    assert answer == {"data": {"check": {"allowed": True}}}, "one by one"
    monkeypatch.setattr("app.policy.views.View.may", fail)
    answer = await client.answer("ada", f"{again} ", input=asking(client, "PROJECT_VIEW", "lab"))
    assert answer == {"data": {"check": {"allowed": False}}}
    assert "a secret of the inside" in caplog.text
