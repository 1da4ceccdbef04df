"""The five answers by hand: dictionaries made in advance, a function a document, orjson. No GraphQL, no rule.

What everybody may do is computed once, at the start: a grant that is made here is written and listed, but whom it lets
in is not worked out again. That is the ceiling: less than this nobody can do and give the same answers.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson

from app.policy.entities import Environment
from app.policy.vocabulary import Permission
from app.services.keys import hash_key
from tests.bench.ledger import Ledger
from tests.bench.operations import CHECKS, ENVIRONMENT, GRANT, PAGE, PROJECTS
from tests.bench.organization import Organization, Viewer
from tests.bench.store import SECRET

Data = dict[str, Any]
BEARER = b"Bearer "
DEFAULT_PAGE, ASKED_ENVIRONMENTS, ASKED_PROJECTS = 25, 100, 20


Row = tuple[str, str, str, str]
"""An environment: its id, name and tier, and its project's id."""


class Unauthenticated(Exception):  # noqa: N818 - it says what is wrong
    """No key, or one that is no good."""


class Asker:
    """What is known of one viewer before they ask."""

    def __init__(self, viewer: Viewer, key_id: str) -> None:
        self.id = viewer.person.id
        self.key_id = key_id
        self.expires_at: int | None = None
        self.may = {permission.value: ids for permission, ids in viewer.may.items()}
        self.deploys = viewer.may[Permission.ENVIRONMENT_DEPLOY]
        self.environments = [_row(each) for each in viewer.environments]
        self.by_id = {row[0]: row for row in self.environments}
        self.projects = [(project.name, [_row(each) for each in own]) for project, own in viewer.projects]
        self.manages = {restriction.id for restriction in viewer.manages}


class Answers:
    """Everybody's answers. `key_ids` are the ids of the keys, by their hashes."""

    def __init__(self, organization: Organization, key_ids: dict[str, str], ledger: Ledger) -> None:
        self._pepper = SECRET.encode()
        self._organization_id = organization.id
        self._ledger = ledger
        hashed = ((hash_key(self._pepper, viewer.key), viewer) for viewer in organization.viewers)
        self._askers = {hash: Asker(viewer, key_ids[hash]) for hash, viewer in hashed}
        facts = organization.facts
        self._projects = {
            p.id: {"id": p.id, "name": p.name, "restricted": p.restricted} for p in facts.projects.values()
        }
        self._project_names = {each.id: {"name": each.name} for each in facts.projects.values()}
        self._grants = {each.id: [grant.id for grant in each.grants] for each in facts.restrictions.values()}
        self._by_document: dict[str, Callable[[Asker, Data], Data]] = {
            ENVIRONMENT: self._environment,
            PAGE: self._page,
            PROJECTS: self._of_projects,
            CHECKS: self._checks,
            GRANT: self._grant,
        }

    def answer(self, authorization: bytes, body: bytes) -> bytes:
        """The answer to a body sent with this header. Raises Unauthenticated."""
        asker = self._askers.get(hash_key(self._pepper, authorization[len(BEARER) :].decode()))
        if asker is None or (asker.expires_at is not None and asker.expires_at <= time.time_ns() // 1_000):
            raise Unauthenticated
        request = orjson.loads(body)
        return orjson.dumps({"data": self._by_document[request["query"]](asker, request["variables"])})

    def _environment(self, asker: Asker, variables: Data) -> Data:
        found = asker.by_id.get(variables["id"])
        if found is None:
            return {"environment": None}
        id, name, tier, project_id = found
        project = self._project_names[project_id]
        return {"environment": {"name": name, "tier": tier, "project": project, "viewerCan": id in asker.deploys}}

    def _page(self, asker: Asker, variables: Data) -> Data:
        if variables["id"] != self._organization_id:
            return {"organization": None}
        projects, deploys = self._projects, asker.deploys
        nodes = [
            {"id": id, "name": name, "tier": tier, "project": projects[project_id], "viewerCan": id in deploys}
            for id, name, tier, project_id in asker.environments[:ASKED_ENVIRONMENTS]
        ]
        return {"organization": {"environments": {"nodes": nodes}}}

    def _of_projects(self, asker: Asker, variables: Data) -> Data:
        if variables["id"] != self._organization_id:
            return {"organization": None}
        nodes = [
            {"name": name, "environments": {"nodes": _shown(own, asker.deploys)}}
            for name, own in asker.projects[:ASKED_PROJECTS]
        ]
        return {"organization": {"projects": {"nodes": nodes}}}

    @staticmethod
    def _checks(asker: Asker, variables: Data) -> Data:
        may = asker.may
        return {"checks": [{"allowed": each["resourceId"] in may[each["permission"]]} for each in variables["inputs"]]}

    def _grant(self, asker: Asker, variables: Data) -> Data:
        asked = variables["input"]
        id = asked["restrictionId"]
        if id not in asker.manages:
            raise LookupError(id)
        grants, revision = self._grants[id], 0
        for each in asked.get("addGrants", ()):
            grant_id, revision = self._ledger.grant(asker.id, asker.key_id, id, each["grantee"]["userId"])
            grants.append(grant_id)
        for grant_id in asked.get("removeGrantIds", ()):
            revision = self._ledger.remove(asker.id, asker.key_id, id, grant_id)
            grants.remove(grant_id)
        shown = {"id": id, "grants": [{"id": each} for each in grants]}
        return {"updateEnvironmentRestriction": {"restriction": shown, "revision": revision}}


def _row(environment: Environment) -> Row:
    return environment.id, environment.name, environment.tier.value, environment.project_id


def _shown(rows: list[Row], deploys: frozenset[str]) -> list[Data]:
    return [{"name": name, "tier": tier, "viewerCan": id in deploys} for id, name, tier, _ in rows[:DEFAULT_PAGE]]
