"""Query: where every reading begins."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import connection, field, given
from app.api.ids import expect_id
from app.api.inputs import CheckInput, plain
from app.api.node import Node, node_by_id
from app.api.pagination import Listing, listing
from app.api.permissions import SignedIn
from app.api.types.viewer import Viewer
from app.errors import BailiwickError, invalid
from app.execution.fields import looks_ahead, selected
from app.policy import entities
from app.policy.structure import order_of
from app.policy.subject import Subject
from app.services import batches, checks, records
from app.services.checks import Answer, Verdict
from app.services.deployments import Deployed

MAX_NODES, MAX_CHECKS = 100, 1_000

_VERDICT = {"allowed", "__typename"}
"""Who asks for nothing else of a decision gets no reasons made."""

IdArgument = Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
OptionalId = Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")]
OptionalPath = Annotated[
    str | None, strawberry.argument(description="Its path: the slugs from the organization down, joined by `/`.")
]


@strawberry.type(description="Where every reading begins. All answers of one request are of one moment.")
class Query:
    @field(Viewer | None, "Whoever asks; null without a credential.")
    def viewer(self, info: Info) -> Subject | None:
        return None if info.context.reader is None else info.context.reader.subject

    @field(Node | None, "Anything by its id; null where hidden or unknown.", needs=[SignedIn])
    async def node(self, info: Info, id: IdArgument) -> Any:
        return await node_by_id(info.context, expect_id(id, "id"))

    @field(
        list[Node | None] | None,
        "Things by their ids, in the same order, null where hidden or unknown; at most 100.",
        needs=[SignedIn],
    )
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids.")]
    ) -> list[Any]:
        if len(ids) > MAX_NODES:
            raise invalid(f"at most {MAX_NODES} ids can be asked at once", "ids")
        wanted = [expect_id(id, "ids", index) for index, id in enumerate(ids)]
        return list(await asyncio.gather(*(node_by_id(info.context, id) for id in wanted)))

    @field(types.Organization | None, "An organization by its id or its slug, exactly one of them.", needs=[SignedIn])
    async def organization(
        self,
        info: Info,
        id: OptionalId = strawberry.UNSET,
        slug: Annotated[str | None, strawberry.argument(description="Its slug.")] = strawberry.UNSET,
    ) -> entities.Organization | None:
        wanted = _one_of(given(id), given(slug), "slug")
        if wanted is not None:
            found = await info.context.asker.find(wanted)
            return found if isinstance(found, entities.Organization) else None
        return await records.organization_by_slug(info.context.asker, given(slug) or "")

    @connection(types.Organization, "The organizations that the viewer belongs to.", nullable=True, needs=[SignedIn])
    async def organizations(self, info: Info) -> Listing[entities.Organization]:
        opened = await info.context.asker.open_all()
        seen = [objects.facts.organization for objects in opened if objects.view.sees(objects.facts.organization.id)]
        return listing(seen, order_of)

    @field(types.Team | None, "A team by its id or its path, exactly one of them.", needs=[SignedIn])
    async def team(
        self, info: Info, id: OptionalId = strawberry.UNSET, path: OptionalPath = strawberry.UNSET
    ) -> entities.Team | None:
        wanted = _one_of(given(id), given(path), "path")
        asker = info.context.asker
        found = await (asker.find(wanted) if wanted else records.team_by_path(asker, given(path) or ""))
        return found if isinstance(found, entities.Team) else None

    @field(types.Project | None, "A project by its id or its path, exactly one of them.", needs=[SignedIn])
    async def project(
        self, info: Info, id: OptionalId = strawberry.UNSET, path: OptionalPath = strawberry.UNSET
    ) -> entities.Project | None:
        wanted = _one_of(given(id), given(path), "path")
        asker = info.context.asker
        found = await (asker.find(wanted) if wanted else records.project_by_path(asker, given(path) or ""))
        return found if isinstance(found, entities.Project) else None

    @field(types.Environment | None, "An environment by its id.", needs=[SignedIn])
    async def environment(self, info: Info, id: IdArgument) -> entities.Environment | None:
        found = await info.context.asker.find(expect_id(id, "id"))
        return found if isinstance(found, entities.Environment) else None

    @field(types.Deployment | None, "A deployment by its id.", needs=[SignedIn])
    async def deployment(self, info: Info, id: IdArgument) -> Deployed | None:
        return await info.context.load(batches.deployment, expect_id(id, "id"))

    @field(
        types.Decision | None,
        "Whether a subject may do something, and why; null, with an error, when the question is refused.",
        needs=[SignedIn],
    )
    @looks_ahead
    async def check(
        self, info: Info, input: Annotated[CheckInput, strawberry.argument(description="The question.")]
    ) -> Answer | Verdict | BailiwickError:
        question = input.question(("input",))
        verdicts = await _verdicts(info, [input])
        return verdicts[0] if verdicts else (await checks.answer_all(info.context.asker, [question]))[0]

    @field(
        list[types.Decision | None] | None,
        "Many questions at one moment, in the same order, at most 1000; a refused one is a null with an error.",
        needs=[SignedIn],
        weight=5000,
    )
    @looks_ahead
    async def checks(
        self,
        info: Info,
        inputs: Annotated[list[CheckInput], strawberry.argument(description="The questions.")],
    ) -> Sequence[Answer | Verdict | BailiwickError]:
        if len(inputs) > MAX_CHECKS:
            raise invalid(f"at most {MAX_CHECKS} questions can be asked at once", "inputs")
        verdicts = await _verdicts(info, inputs)
        if verdicts is not None:
            return verdicts
        questions = [each.ask(("inputs", i)) for i, each in enumerate(inputs)]
        return await checks.answer_all(info.context.asker, questions)


async def _verdicts(info: Info, inputs: Sequence[CheckInput]) -> list[Verdict] | None:
    """The answers where nobody wants to know more than whether it is allowed, and nothing is odd about a question."""
    asked = plain(inputs) if selected(info) <= _VERDICT else None
    return None if asked is None else await checks.verdicts(info.context.asker, *asked)


def _one_of(id: str | None, other: str | None, name: str) -> str | None:
    """The id, if that is what was given. Raises INVALID unless exactly one was."""
    if (id is None) == (other is None):
        raise invalid(f"say exactly one of `id` and `{name}`", "id")
    return None if id is None else expect_id(id, "id")
