"""Values for the arguments and inputs of operations, by their types in the schema and what their names stand for."""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_named_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.type import get_nullable_type

from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole
from tests.proof.twins.documents import SCHEMA, Hole
from tests.proof.twins.pools import Pools

RESOURCES = ("org", "tea", "prj", "env")
KINDS = {
    "organizationId": ("org",), "teamId": ("tea",), "projectId": ("prj",), "environmentId": ("env",),
    "environmentIds": ("env",), "parentId": ("org", "tea"), "scopeId": ("org", "tea", "prj"), "userId": ("usr",),
    "subjectId": ("usr",), "actorId": ("usr",), "membershipId": ("mem",), "removeIds": ("mem",), "roleId": ("rol",),
    "roleIds": ("rol",), "restrictionId": ("res",), "removeGrantIds": ("gra",), "ruleId": ("apr",),
    "removeApprovalRuleIds": ("apr",), "deploymentId": ("dep",), "apiKeyId": ("key",), "aiProviderId": ("aip",),
    "resourceId": RESOURCES, "targetId": (*RESOURCES, "mem", "res", "dep"),
    "AddMembershipInput.resourceId": RESOURCES[:3],
    "Query.organization.id": ("org",), "Query.team.id": ("tea",), "Query.project.id": ("prj",),
    "Query.environment.id": ("env",), "Query.deployment.id": ("dep",),
}  # fmt: skip
"""By the name of an argument or input field, or by its whole place: the kinds whose ids it takes."""
EVERYTHING = ("org", "tea", "prj", "env", "usr", "mem", "rol", "res", "gra", "apr", "dep", "key", "aip")
_MODEST = [BUILT_IN[role].id for role in (BuiltInRole.GUEST, BuiltInRole.VIEWER, BuiltInRole.MEMBER)]
_PLACES = ("projectId", "parentId", "organizationId", "scopeId", "resourceId")
_WORDS = {"kind": "openai", "ref": "main", "comment": "why not", "idempotencyKey": "once"}


class Inputs:
    """Draws values from pools; what is wrong with them is wrong in both twins."""

    def __init__(self, rng: random.Random, pools: Pools) -> None:
        self._rng = rng
        self._pools = pools
        self._place: str | None = None

    def value(self, hole: Hole) -> Any:
        """For a variable."""
        name = hole.place.rpartition(".")[2]
        required, listed = hole.type.endswith("!"), hole.type.startswith("[")
        kind = SCHEMA.type_map[hole.type.strip("[]!")]
        if not required and self._rng.random() < 0.15:
            return None
        made = [self._named(kind, name, hole.place, 0) for _ in range(self._rng.randint(1, 4) if listed else 1)]
        return made if listed else made[0]

    def _of(self, kind: GraphQLInputType, name: str, place: str, depth: int) -> Any:
        bare = get_nullable_type(kind)
        if isinstance(bare, GraphQLList):
            most = 3 if depth < 3 else 1
            return [self._of(bare.of_type, name, place, depth + 1) for _ in range(self._rng.randint(0, most) or 1)]
        if not is_non_null_type(kind) and self._rng.random() < 0.05:
            return None
        return self._named(get_named_type(bare), name, place, depth)

    def _named(self, kind: Any, name: str, place: str, depth: int) -> Any:
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth)
        if isinstance(kind, GraphQLEnumType):
            return self._rng.choice(list(kind.values))
        draw = {"ID": self._id, "String": self._text}.get(kind.name)
        if draw is not None:
            return draw(name, place)
        plain = {"Boolean": (True, False), "Int": (0, 1, 1, 1, 2, 3, 60), "JSON": ({"replicas": 3}, {}, [])}
        return self._pools.instant(self._rng) if kind.name == "DateTime" else self._rng.choice(plain[kind.name])

    def _object(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        names = list(kind.fields)
        one_of = kind.extensions["strawberry-definition"].is_one_of
        if one_of and self._rng.random() > 0.03:
            names = [self._rng.choice(names)]
        chosen = [
            name for name in names if one_of or is_required_input_field(kind.fields[name]) or self._rng.random() < 0.4
        ]
        found: dict[str, Any] = {}
        for name in chosen:
            found[name] = self._of(kind.fields[name].type, name, f"{kind.name}.{name}", depth + 1)
            if name in _PLACES and isinstance(found[name], str):
                self._place = found[name]  # what comes after is named there
        return found

    def _id(self, name: str, place: str) -> str:
        kinds = KINDS.get(place) or KINDS.get(name) or EVERYTHING
        if kinds == ("rol",) and self._rng.random() < 0.5:
            return self._rng.choice(_MODEST)
        return self._pools.id(self._rng, *kinds)

    def _text(self, name: str, place: str) -> str:
        rng, pools = self._rng, self._pools
        if name in ("after", "before"):
            return pools.cursor(rng, place.split(".")[1])
        if name in ("path", "search", "email", "slug") and not place.startswith("Create"):
            draw = {"path": pools.path, "search": pools.search, "email": pools.email, "slug": pools.slug}[name]
            return draw(rng)
        if name in _WORDS:
            return rng.choice((_WORDS[name], _WORDS[name] + " 2", ""))
        return pools.name(rng, self._place)
