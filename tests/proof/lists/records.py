"""Lists of what facts don't hold: deployments, audit records, denials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.db import tables
from app.policy.vocabulary import Permission
from tests.fixtures.world_server import WorldServer
from tests.proof.assembly import OWNER
from tests.proof.lists.served import ListWorld
from tests.proof.lists.sight import Sight
from tests.proof.lists.tree import Filters, Keys

RECORDS = """query($id: ID!) { organization(id: $id) {
  audit(first: 100) { nodes { id action at targetId actor { id } } } denials(first: 100) { nodes { id } }
} }"""
STANDING = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Deployment {
  id status viewerCanApprove viewerApproval { decision }
} } }"""


@dataclass
class Records:
    """What is on record in each organization, by its id, as its owner is shown it; and every deployment there is."""

    audit: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    denials: dict[str, frozenset[str]] = field(default_factory=dict)
    deployments: dict[str, Mapping[str, Any]] = field(default_factory=dict)


async def records_of(server: WorldServer, world: ListWorld) -> Records:
    """To be asked for once a world is served, at an instant at which the owner is in charge, which is any."""
    found = Records()
    for facts in world.organizations:
        owner, id = world.whole.people[OWNER].name, facts.organization.id
        shown = (await server.ask(owner, RECORDS, id=id))["organization"]
        found.audit[id] = shown["audit"]["nodes"]
        found.denials[id] = frozenset(each["id"] for each in shown["denials"]["nodes"])
    rows = world.whole.rows.items()
    found.deployments = {id: row.values for id, row in rows if row.model is tables.Deployment}
    return found


def audit(sight: Sight, records: Records, of: str, asked: Filters) -> Keys:
    """Everything, to who may read it."""
    if not sight.may(Permission.AUDIT_VIEW, of):
        return None
    return frozenset(
        each["id"]
        for each in records.audit[of]
        if asked.get("targetId") in (None, each["targetId"])
        and asked.get("actorId") in (None, (each["actor"] or {}).get("id"))
        and asked.get("action") in (None, each["action"])
        and (asked.get("since") is None or _time(each["at"]) >= _time(asked["since"]))
        and (asked.get("until") is None or _time(each["at"]) < _time(asked["until"]))
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def denials(sight: Sight, records: Records, of: str) -> Keys:
    return records.denials[of] if sight.may(Permission.AUDIT_VIEW, of) else None


def visible_deployments(sight: Sight, records: Records) -> set[str]:
    """With their environments; those that are not placed, with their projects."""
    return {id for id, each in records.deployments.items() if sight.sees(each["environment_id"] or each["project_id"])}


class Deployments:
    """The deployments of the whole world that one subject should see, and how they are told that those stand."""

    def __init__(self, records: Records, standing: list[dict[str, Any]]) -> None:
        self._rows = records.deployments
        self._standing = {each["id"]: each for each in standing}

    def of(self, place: str, asked: Filters) -> frozenset[str]:
        """Of a project or environment."""
        return frozenset(
            id
            for id, each in self._standing.items()
            if place in (self._rows[id]["project_id"], self._rows[id]["environment_id"])
            and asked.get("status") in (None, each["status"])
        )

    def waiting_for_viewer(self) -> frozenset[str]:
        return frozenset(
            id
            for id, each in self._standing.items()
            if each["status"] == "BLOCKED" and each["viewerCanApprove"] and each["viewerApproval"] is None
        )


async def deployments_for(server: WorldServer, person: str, records: Records, visible: set[str]) -> Deployments:
    """By their ids, those that should be seen."""
    ids = sorted(visible)
    nodes = [
        node
        for start in range(0, len(ids), 100)
        for node in (await server.ask(person, STANDING, ids=ids[start : start + 100]))["nodes"]
    ]
    assert None not in nodes, f"{person} is not shown {[id for id, node in zip(ids, nodes, strict=True) if not node]}"
    return Deployments(records, nodes)
