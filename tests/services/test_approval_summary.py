"""How far the approvals of a deployment are, as everybody sees it, now and long after."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.db import tables
from app.store.ledger import Writer
from tests.fixtures.deploying import Data, Site
from tests.fixtures.world_people import made_id

RULES = """rules {
    rule { id requiredApprovals } subject { __typename ... on Team { name } ... on User { name } } level inheritance
    required approved status appliesToDeployment viewerCanApprove }"""
APPROVALS = """approvals {
    user { name } decision comment createdAt countsFor { ruleId required subject { ... on Team { name } } } }"""
SUMMARY = f"approvalSummary {{ status required pending {RULES} {APPROVALS} }}"
PENDING = "{ viewer { pendingApprovals { totalCount nodes { id } } } }"


async def test_without_rules_it_is_approved_nought_of_nought(site: Site) -> None:
    for made in (await site.deploy("dev", "dev"), await site.deploy("dev", None)):
        assert (await site.shown("dev", made, SUMMARY))["approvalSummary"] == {
            "status": "APPROVED",
            "required": 0,
            "pending": 0,
            "rules": [],
            "approvals": [],
        }


@pytest.mark.requirement("GL-19")
async def test_the_most_rules_are_met(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("both", made)
    assert await _approved(site, made) == {"qa": (1, "APPROVED"), "security": (0, "PENDING")}
    # qa1 can only count for qa, so both counts for security.
    assert await site.decide("qa1", made) == "READY"
    assert await _approved(site, made) == {"qa": (1, "APPROVED"), "security": (1, "APPROVED")}
    shown = (await site.shown("dev", made, SUMMARY))["approvalSummary"]
    assert (shown["status"], shown["required"], shown["pending"]) == ("APPROVED", 2, 0)
    counted = {each["user"]["name"]: each["countsFor"]["subject"]["name"] for each in shown["approvals"]}
    assert counted == {"both": "security", "qa1": "qa"}


async def test_whom_one_can_not_see_is_counted_and_not_named(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made, comment="it was me")
    everything = (await site.shown("boss", made, SUMMARY))["approvalSummary"]
    assert everything["approvals"][0]["user"] == {"name": "qa1"}
    assert everything["approvals"][0]["comment"] == "it was me"
    little = (await site.shown("far", made, SUMMARY))["approvalSummary"]
    assert [little[name] for name in ("status", "required", "pending")] == ["PENDING", 2, 1]
    assert [rule["approved"] for rule in little["rules"]] == [1, 0]
    assert [rule["subject"] for rule in little["rules"]] == [None, None]
    approval = little["approvals"][0]
    assert (approval["user"], approval["comment"], approval["countsFor"]["subject"]) == (None, None, None)


@pytest.mark.requirement("GL-47", "GL-49")
@pytest.mark.parametrize("end", ["runDeployment", "cancelDeployment"])
async def test_what_has_stopped_waiting_keeps_its_rules(site: Site, end: str) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    await site.decide("sec1", made)
    await site.step("dev", end, made)
    before = (await site.shown("boss", made, SUMMARY))["approvalSummary"]
    await site.write(lambda writer: _change_rules(writer, site))
    after = (await site.shown("qa2", made, SUMMARY))["approvalSummary"]
    assert (after["status"], after["required"], after["pending"]) == ("APPROVED", 2, 0)
    changed, gone, later = after["rules"]
    assert changed == before["rules"][0] | {"rule": {"id": site.rule("prod", 0), "requiredApprovals": 2}}
    assert gone == before["rules"][1] | {"rule": None}
    assert (later["level"], later["appliesToDeployment"], later["viewerCanApprove"]) == ("ADMIN", False, False)
    assert (later["required"], later["approved"], later["status"]) == (1, 0, "PENDING")
    assert after["approvals"] == before["approvals"]


async def test_what_waits_follows_the_rules_as_they_are(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    await site.decide("sec1", made, comment="checked")
    await site.write(lambda writer: _change_rules(writer, site))
    shown = await site.shown("boss", made, f"status {SUMMARY}")
    summary = shown["approvalSummary"]
    assert (shown["status"], summary["status"], summary["required"], summary["pending"]) == ("BLOCKED", "PENDING", 3, 2)
    two, later, gone = summary["rules"]
    assert (two["required"], two["approved"], two["appliesToDeployment"]) == (2, 1, True)
    assert (later["level"], later["approved"], later["viewerCanApprove"]) == ("ADMIN", 0, True)
    assert (gone["rule"], gone["subject"]["name"], gone["approved"]) == (None, "security", 1)
    assert (gone["appliesToDeployment"], gone["viewerCanApprove"]) == (False, False)
    by = {each["user"]["name"]: each for each in summary["approvals"]}
    assert by["sec1"]["countsFor"] == {
        "ruleId": site.rule("prod", 1),
        "required": 1,
        "subject": {"name": "security"},
    }
    assert by["qa1"]["countsFor"]["required"] == 1  # as it was when they decided
    await site.decide("qa2", made)
    assert await site.decide("boss", made) == "READY"


async def test_whose_rule_is_gone_counts_for_another(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("both", made)
    await site.write(lambda writer: writer.end(tables.ApprovalRule, site.rule("prod", 0)))
    assert await _approved(site, made) == {"security": (1, "APPROVED"), "qa": (0, "PENDING")}
    counting = (await site.shown("boss", made, SUMMARY))["approvalSummary"]["approvals"][0]["countsFor"]
    assert counting["subject"] == {"name": "security"}


async def test_a_rejection_is_shown_at_its_rule(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("both", made, "REJECTED", ruleId=site.rule("prod", 1))
    summary = (await site.shown("qa1", made, SUMMARY))["approvalSummary"]
    assert (summary["status"], [rule["status"] for rule in summary["rules"]]) == ("REJECTED", ["PENDING", "REJECTED"])
    assert not any(rule["viewerCanApprove"] for rule in summary["rules"])


async def test_each_rule_says_whether_naming_it_would_be_taken(site: Site) -> None:
    made = await site.deploy("dev", "self")
    for person, expected in {"dev": [False, True], "qa1": [True, False], "boss": [False, False]}.items():
        rules = (await site.shown(person, made, SUMMARY))["approvalSummary"]["rules"]
        assert [rule["viewerCanApprove"] for rule in rules] == expected, person
        for number, may in enumerate(expected):
            asked = {"deploymentId": made, "decision": "APPROVED", "ruleId": site.rule("self", number)}
            if may:
                await site.do(person, "decideDeployment", **asked)
            else:
                assert await site.refused(person, "decideDeployment", **asked) in ("FORBIDDEN", "NO_MATCHING_RULE")


@pytest.mark.requirement("G-4")
async def test_what_waits_for_somebody_is_in_their_inbox_until_they_decide(site: Site) -> None:
    older, newer = await site.deploy("dev", "prod"), await site.deploy("boss", "self")
    await site.deploy("dev", "dev")
    assert await _inbox(site, "qa1") == [newer, older]
    assert await _inbox(site, "sec1") == [older]
    assert await _inbox(site, "dev") == [newer]
    assert await _inbox(site, "vic") == []
    await site.decide("qa1", older)
    assert await _inbox(site, "qa1") == [newer]
    assert await _inbox(site, "qa2") == [newer, older]
    await site.step("dev", "cancelDeployment", older)
    assert await _inbox(site, "qa2") == [newer]
    await site.step("boss", "cancelDeployment", newer)
    assert await _inbox(site, "qa2") == []


async def test_a_page_costs_as_many_statements_as_one_deployment(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    document = f"""query($id: ID!) {{ project(id: $id) {{ deployments {{ nodes {{
        status viewerApproval {{ decision }} viewerCanApprove {SUMMARY} }} }} }} }}"""
    await site.ask("qa1", document, id=site.id("core/pay"))
    with _statements() as one:
        await site.ask("qa1", document, id=site.id("core/pay"))
    for end in ("runDeployment", "cancelDeployment", None) * 3:
        another = await site.deploy("dev", "prod")
        await site.decide("qa1", another)
        await site.decide("sec1", another)
        if end is not None:
            await site.step("dev", end, another)
    await site.ask("qa1", document, id=site.id("core/pay"))
    with _statements() as many:
        found = await site.ask("qa1", document, id=site.id("core/pay"))
    assert len(found["project"]["deployments"]["nodes"]) == 10
    # Those that wait and those that don't are asked for apart.
    assert len(many) <= len(one) + 1


async def _approved(site: Site, deployment_id: str) -> dict[str, tuple[int, str]]:
    rules = (await site.shown("boss", deployment_id, SUMMARY))["approvalSummary"]["rules"]
    return {rule["subject"]["name"]: (rule["approved"], rule["status"]) for rule in rules}


async def _inbox(site: Site, person: str) -> list[str]:
    found: Data = (await site.ask(person, PENDING))["viewer"]["pendingApprovals"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


def _change_rules(writer: Writer, site: Site) -> None:
    """On prod: two of qa instead of one, none of security, and an ADMIN besides."""
    writer.set(tables.ApprovalRule, site.rule("prod", 0), required_approvals=2)
    writer.end(tables.ApprovalRule, site.rule("prod", 1))
    writer.add(
        tables.ApprovalRule,
        site.id("acme"),
        restriction_id=made_id("res", "deploying", "acme", "core", "prod"),
        level="ADMIN",
        inheritance="DIRECT",
        required_approvals=1,
    )


@contextmanager
def _statements() -> Iterator[list[str]]:
    """The SELECTs of what happens meanwhile, on whatever database."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
