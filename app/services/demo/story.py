"""One organization of the demo, told step by step: each step is a revision, named like the mutation it stands for."""

from collections.abc import Callable
from typing import Any

from app.db import tables
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN
from app.policy.tiers import guess_tier
from app.policy.vocabulary import BuiltInRole, EnvironmentState, GrantSource, Inheritance, TierSource
from app.store.configuration import DEFAULT_AUTOSCALING
from app.store.identities import new_id
from app.store.ledger import INSTANCE, Record, Writer

Step = dict[str, Any]


class Story:
    """Writes one story; paths and names stand for ids. `people` are ids by name."""

    def __init__(self, writer: Writer, slug: str, people: dict[str, str], narrator: str) -> None:
        self._writer = writer
        self._slug = slug
        self._subjects = dict(people)
        self._narrator = narrator
        self._nodes: dict[str, str] = {}
        self._environments: dict[str, str] = {}
        self._memberships: dict[tuple[str, str], str] = {}
        self._organization = ""

    def begin(self, name: str) -> None:
        """Create the organization; its narrator is its first ADMIN."""
        self._organization = self._nodes[""] = new_id(Kind.ORGANIZATION)
        self._writer.create_ledger(self._organization)
        self._add(
            tables.Organization, id=self._organization, slug=self._slug, name=name, environment_access_enabled=False
        )
        self._add_membership(self._narrator, "", ["ADMIN"])
        self._commit("createOrganization", self._organization, name)

    def tell(self, step: Step) -> None:
        """Write one step; its first key says which. Raises KeyError for a word or name that isn't there."""
        word = next(iter(step))
        _STEPS[word](self, step)

    def _team(self, step: Step) -> None:
        parent, slug = _split(step["team"])
        isolated = step.get("isolated", False)
        id = self._add(tables.Team, parent_id=self._nodes[parent], slug=slug, name=step["name"], isolated=isolated)
        self._nodes[step["team"]] = self._subjects[step["team"]] = id
        self._commit("createTeam", id, step["name"])

    def _project(self, step: Step) -> None:
        parent, slug = _split(step["project"])
        id = self._add(
            tables.Project,
            parent_id=self._nodes[parent],
            slug=slug,
            name=step["name"],
            kind=step["kind"],
            restricted=False,
        )
        self._nodes[step["project"]] = id
        self._commit("createProject", id, step["name"])

    def _environment(self, step: Step) -> None:
        path = step["environment"]
        project = max((node for node in self._nodes if node and path.startswith(f"{node}/")), key=len)
        name = path.removeprefix(f"{project}/")
        id = self._add(
            tables.Environment,
            project_id=self._nodes[project],
            name=name,
            tier=guess_tier(name).value,
            tier_source=TierSource.GUESSED.value,
            state=EnvironmentState.AVAILABLE.value,
        )
        self._environments[path] = id
        self._commit("createEnvironment", id, name)

    def _settings(self, step: Step) -> None:
        id = self._environments[step["settings"]]
        self._add(tables.EnvironmentSettings, target_id=id, settings=step["values"])
        self._commit("updateEnvironmentSettings", id, step["settings"])

    def _autoscaling(self, step: Step) -> None:
        id = self._environments[step["autoscaling"]]
        default = DEFAULT_AUTOSCALING
        self._add(
            tables.Autoscaling,
            target_id=id,
            min_replica=step["min_replica"],
            max_replica=step["max_replica"],
            autoscaling_window=default.autoscaling_window,
            scale_down_delay=default.scale_down_delay,
            concurrency_target=step["concurrency_target"],
        )
        self._commit("updateAutoscaling", id, step["autoscaling"])

    def _member(self, step: Step) -> None:
        id = self._add_membership(step["member"], step.get("at", ""), step["roles"])
        self._commit("addMembership", id, step["member"])

    def _add_membership(self, member: str, node: str, roles: list[str]) -> str:
        id = self._add(
            tables.Membership,
            subject_id=self._subjects[member],
            node_id=self._nodes[node],
            role_ids=[BUILT_IN[BuiltInRole[role]].id for role in roles],
        )
        self._memberships[member, node] = id
        return id

    def _lists(self, step: Step) -> None:
        self._writer.set(tables.Organization, self._organization, environment_access_enabled=step["lists"])
        self._commit("setEnvironmentAccessEnabled", self._organization, self._slug)

    def _limit(self, step: Step) -> None:
        id = self._memberships[step["limit"], ""]
        self._writer.set(tables.Membership, id, environment_access_mode="LIMITED")
        for path in step["to"]:
            self._add(tables.EnvironmentAccessEntry, membership_id=id, environment_id=self._environments[path])
        self._commit("setEnvironmentAccess", id, step["limit"])

    def _role(self, step: Step) -> None:
        name = step["role"]
        id = self._add(tables.Role, name=name, name_folded=name.casefold(), permissions=step["permissions"])
        self._commit("createRole", id, name)

    def _service_account(self, step: Step) -> None:
        name = step["service_account"]
        self._subjects[name] = self._writer.add(
            tables.User,
            INSTANCE,
            name=name,
            is_service_account=True,
            organization_id=self._organization,
            is_active=True,
            is_instance_admin=False,
            created_by=self._subjects[step["by"]],
        )
        self._add_membership(name, "", ["GUEST"])
        self._commit("createServiceAccount", self._subjects[name], name)

    def _restriction(self, step: Step) -> None:
        target = step["target"]
        id = self._add(
            tables.Restriction,
            scope_id=self._nodes[step["restriction"]],
            environment_name=target.get("name"),
            tier=target.get("tier"),
            environment_id=None,
            admin_bypass=step.get("admin_bypass", True),
            hides=step.get("hides", False),
            allow_self_approval=False,
            enabled=True,
        )
        for grant in step.get("grants", ()):
            self._add(tables.Grant, restriction_id=id, source=GrantSource.EXPLICIT.value, **self._grantee(grant))
        for rule in step.get("approval_rules", ()):
            required = rule.get("required", 1)
            self._add(tables.ApprovalRule, restriction_id=id, required_approvals=required, **self._grantee(rule))
        self._commit("restrictEnvironments", id, target.get("name") or target.get("tier"))

    def _grantee(self, entry: Step) -> Step:
        return {
            "user_id": self._subjects[entry["user"]] if "user" in entry else None,
            "team_id": self._nodes[entry["team"]] if "team" in entry else None,
            "level": entry.get("level"),
            "inheritance": entry.get("inheritance", Inheritance.DIRECT.value),
        }

    def _restrict(self, step: Step) -> None:
        id = self._nodes[step["restrict"]]
        self._writer.set(tables.Project, id, restricted=True)
        self._commit("restrictProject", id, step["restrict"])

    def _provider(self, step: Step) -> None:
        id = self._add(tables.AiProvider, name=step["provider"], kind=step["kind"])
        self._commit("createAiProvider", id, step["provider"])

    def _deployment(self, step: Step) -> None:
        path = step["in"]
        project = max((node for node in self._nodes if node and path.startswith(f"{node}/")), key=len)
        id = self._add(
            tables.Deployment,
            project_id=self._nodes[project],
            environment_id=self._environments[path],
            ref=step["deployment"],
            status=step["status"],
            created_by=self._subjects[step["by"]],
        )
        self._commit("createDeployment", id, step["deployment"], step["by"])

    def _add(self, model: type[tables.Fact], **values: Any) -> str:
        return self._writer.add(model, self._organization, **values)

    def _commit(self, action: str, target_id: str, name: str | None, actor: str | None = None) -> None:
        actor_id = self._subjects[actor or self._narrator]
        self._writer.commit(Record(action, actor_id=actor_id, target_id=target_id, target_name=name))


_STEPS: dict[str, Callable[[Story, Step], None]] = {
    "team": Story._team,
    "project": Story._project,
    "environment": Story._environment,
    "settings": Story._settings,
    "autoscaling": Story._autoscaling,
    "member": Story._member,
    "lists": Story._lists,
    "limit": Story._limit,
    "role": Story._role,
    "service_account": Story._service_account,
    "restriction": Story._restriction,
    "restrict": Story._restrict,
    "provider": Story._provider,
    "deployment": Story._deployment,
}


def _split(path: str) -> tuple[str, str]:
    parent, _, slug = path.rpartition("/")
    return parent, slug
