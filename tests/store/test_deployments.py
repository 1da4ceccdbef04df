"""Deployments as of a revision: slices in order, counts, and what each environment serves."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection

from app.db import tables
from app.db.engine import Database
from app.policy.kinds import Kind
from app.policy.vocabulary import DeploymentStatus
from app.store.deployments import (
    Deployment,
    Place,
    current_by_environment,
    deployment_slice,
    deployments_by_id,
)
from app.store.identities import new_id
from app.store.ledger import INSTANCE, Writer
from tests.store.ledgers import commit, new_organization

STATUS = DeploymentStatus


@dataclass
class Shop:
    """A project with two environments, `web` and `api`, and the deployments that were made in it."""

    database: Database
    organization_id: str
    user_id: str
    project_id: str
    environments: dict[str, str]
    made: list[str] = field(default_factory=list)
    revision: int = 2

    async def deploy(self, *placed: tuple[str | None, DeploymentStatus]) -> list[str]:
        """The ids of deployments to these environments (None: placed nowhere), all made in one revision."""

        def add(writer: Writer) -> None:
            for name, status in placed:
                self.made.append(
                    writer.add(
                        tables.Deployment,
                        self.organization_id,
                        project_id=self.project_id,
                        environment_id=None if name is None else self.environments[name],
                        ref="main",
                        status=status,
                        created_by=self.user_id,
                    )
                )

        await self.change(add)
        return self.made[-len(placed) :]

    async def become(self, id: str, status: DeploymentStatus) -> None:
        await self.change(lambda writer: writer.set(tables.Deployment, id, status=status))

    async def change(self, change: Any) -> None:
        self.revision = (await commit(self.database, [self.organization_id], change))[self.organization_id]

    async def slice(self, place: Place, limit: int = 1_000, at: int | None = None, **wanted: Any) -> list[str]:
        """The ids of a slice, at the last revision unless another is named."""
        return [each.id for each in (await self.found(place, limit, at, **wanted))[0]]

    async def found(
        self, place: Place, limit: int = 1_000, at: int | None = None, **wanted: Any
    ) -> tuple[list[Deployment], int]:
        def read(connection: Connection) -> tuple[list[Deployment], int]:
            revision = self.revision if at is None else at
            statuses = wanted.pop("statuses", None)
            return deployment_slice(connection, self.organization_id, revision, place, statuses, limit, **wanted)

        return await self.database.read(read)

    async def current(self, at: int | None = None) -> dict[str, str]:
        """By environment's name: the deployment that it serves."""
        revision, ids = self.revision if at is None else at, self.environments.values()
        found = await self.database.read(
            lambda connection: current_by_environment(connection, self.organization_id, revision, ids)
        )
        return {name: found[id].id for name, id in self.environments.items() if id in found}

    @property
    def everywhere(self) -> Place:
        return Place(list(self.environments.values()), [self.project_id])


@pytest.fixture
async def shop(database: Database) -> Shop:
    organization_id = await new_organization(database)
    ids: dict[str, str] = {}

    def build(writer: Writer) -> None:
        ids["ana"] = writer.add(tables.User, INSTANCE, name="ana")
        named = {"slug": "shop", "name": "Shop", "kind": "APP"}
        ids["shop"] = writer.add(tables.Project, organization_id, parent_id=organization_id, **named)
        for name in ("web", "api"):
            said = {"name": name, "tier": "OTHER", "tier_source": "GUESSED"}
            ids[name] = writer.add(tables.Environment, organization_id, project_id=ids["shop"], **said)

    await commit(database, [INSTANCE, organization_id], build)
    environments = {name: ids[name] for name in ("web", "api")}
    return Shop(database, organization_id, ids["ana"], ids["shop"], environments)


async def test_the_newest_come_first_and_those_of_one_revision_by_id(shop: Shop) -> None:
    first = await shop.deploy(("web", STATUS.SUCCESS))
    second = await shop.deploy(*[("web", STATUS.SUCCESS)] * 5)
    third = await shop.deploy(("api", STATUS.CREATED))
    assert await shop.slice(shop.everywhere) == third + sorted(second) + first


async def test_a_slice_goes_on_after_a_key_and_before_one(shop: Shop) -> None:
    for _ in range(4):
        await shop.deploy(*[("web", STATUS.CREATED)] * 3)
    everything, total = await shop.found(shop.everywhere)
    assert (len(everything), total) == (12, 12)
    ids = [each.id for each in everything]
    keys = [(-each.created_at, each.id) for each in everything]
    for start in range(12):
        for limit in (1, 4, 12):
            after = await shop.found(shop.everywhere, limit, after=keys[start])
            assert ([each.id for each in after[0]], after[1]) == (ids[start + 1 : start + 1 + limit], 12)
            before = await shop.slice(shop.everywhere, limit, before=keys[start], backwards=True)
            assert before == ids[max(0, start - limit) : start]
    between = await shop.slice(shop.everywhere, after=keys[2], before=keys[7])
    assert between == ids[3:7]
    assert await shop.slice(shop.everywhere, 2, after=keys[2], before=keys[7], backwards=True) == ids[5:7]


async def test_only_what_is_in_the_place_is_found_and_counted(shop: Shop) -> None:
    in_web, in_api, nowhere = await shop.deploy(
        ("web", STATUS.CREATED), ("api", STATUS.CREATED), (None, STATUS.CREATED)
    )
    web, project = shop.environments["web"], shop.project_id
    for place, expected in (
        (Place([web]), [in_web]),
        (Place([web], [project]), [in_web, nowhere]),
        (Place([], [project]), [nowhere]),
        (Place([shop.environments["api"]]), [in_api]),
        (Place([]), []),
        (Place([new_id(Kind.ENVIRONMENT)], [new_id(Kind.PROJECT)]), []),
    ):
        found, total = await shop.found(place)
        assert (sorted(each.id for each in found), total) == (sorted(expected), len(expected))


async def test_the_status_narrows_what_is_found_and_counted(shop: Shop) -> None:
    by_status = {status: (await shop.deploy(("web", status)))[0] for status in STATUS if status.name not in COMPUTED}
    for status, id in by_status.items():
        found, total = await shop.found(shop.everywhere, statuses=(status,))
        assert ([(each.id, each.status) for each in found], total) == ([(id, status)], 1)
    two = await shop.slice(shop.everywhere, statuses=(STATUS.FAILED, STATUS.SUCCESS))
    assert two == [by_status[STATUS.FAILED], by_status[STATUS.SUCCESS]]


COMPUTED = ("BLOCKED", "READY")


async def test_a_slice_is_as_of_its_revision(shop: Shop) -> None:
    (first,) = await shop.deploy(("web", STATUS.CREATED))
    early = shop.revision
    await shop.deploy(("web", STATUS.CREATED))
    await shop.become(first, STATUS.RUNNING)
    late = shop.revision
    await shop.change(lambda writer: writer.end(tables.Deployment, first))
    assert await shop.slice(shop.everywhere, at=early) == [first]
    assert await shop.slice(shop.everywhere, at=early, statuses=(STATUS.RUNNING,)) == []
    assert await shop.slice(shop.everywhere, at=late, statuses=(STATUS.RUNNING,)) == [first]
    assert first not in await shop.slice(shop.everywhere)
    assert await shop.slice(shop.everywhere, at=early - 1) == []


async def test_the_instants_of_creation_and_of_the_last_change(shop: Shop) -> None:
    (id,) = await shop.deploy(("web", STATUS.CREATED))
    (created,), _ = await shop.found(shop.everywhere)
    assert created.created_at == created.updated_at
    await shop.become(id, STATUS.RUNNING)
    (changed,), _ = await shop.found(shop.everywhere)
    assert changed.created_at == created.created_at < changed.updated_at


async def test_an_environment_serves_what_succeeded_last(shop: Shop) -> None:
    first, second = await shop.deploy(("web", STATUS.RUNNING), ("web", STATUS.RUNNING))
    assert await shop.current() == {}
    await shop.become(second, STATUS.SUCCESS)
    early = shop.revision
    await shop.become(first, STATUS.SUCCESS)
    await shop.deploy(("web", STATUS.FAILED), ("api", STATUS.CREATED), (None, STATUS.SUCCESS))
    assert await shop.current() == {"web": first}
    assert await shop.current(at=early) == {"web": second}


async def test_of_two_that_came_in_one_revision_the_later_one_is_served(shop: Shop) -> None:
    """As an import brings them."""
    for _ in range(5):
        made = await shop.deploy(*[("web", STATUS.SUCCESS)] * 4)
        assert await shop.current() == {"web": made[-1]}


async def test_by_id_where_its_organization_is_known_at_a_revision(shop: Shop) -> None:
    (first,) = await shop.deploy(("web", STATUS.CREATED))
    early = shop.revision
    await shop.become(first, STATUS.RUNNING)

    async def at(revisions: dict[str, int]) -> list[DeploymentStatus]:
        ids = (first, new_id(Kind.DEPLOYMENT))
        found = await shop.database.read(lambda connection: deployments_by_id(connection, ids, revisions))
        return [each.status for each in found.values()]

    assert await at({shop.organization_id: early}) == [STATUS.CREATED]
    assert await at({shop.organization_id: shop.revision}) == [STATUS.RUNNING]
    assert await at({shop.organization_id: early - 1}) == []
    assert await at({}) == []
    assert await at({new_id(Kind.ORGANIZATION): shop.revision}) == []


async def test_a_place_in_parts_is_one_list(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await shop.deploy(("web", STATUS.CREATED), ("api", STATUS.CREATED), (None, STATUS.CREATED))
    everything, total = await shop.found(shop.everywhere)
    ids, middle = [each.id for each in everything], (-everything[4].created_at, everything[4].id)
    monkeypatch.setattr("app.store.deployments.MOST_ENVIRONMENTS", 1)
    assert total == len(ids) == 9
    for limit in (1, 4, 9, 20):
        assert await shop.found(shop.everywhere, limit) == (everything[:limit], 9)
        assert await shop.slice(shop.everywhere, limit, backwards=True) == ids[-limit:]
        assert await shop.slice(shop.everywhere, limit, after=middle) == ids[5 : 5 + limit]
        assert await shop.slice(shop.everywhere, limit, before=middle, backwards=True) == ids[:4][-limit:]


async def test_a_place_of_more_environments_than_a_statement_has_parameters(shop: Shop) -> None:
    """An organization may have 100,000 environments, and somebody may be asked to approve in all of them."""
    made = await shop.deploy(("web", STATUS.CREATED), ("api", STATUS.CREATED))
    strangers = [new_id(Kind.ENVIRONMENT) for _ in range(33_000)]
    found, total = await shop.found(Place([shop.environments["web"], *strangers, shop.environments["api"]]))
    assert ([each.id for each in found], total) == (sorted(made), 2)
