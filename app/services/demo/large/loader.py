"""Writing very many facts through the kernel, in revisions as large as it takes."""

import random
from collections.abc import Callable
from typing import Any

from app.db import tables
from app.policy.kinds import Kind
from app.store.identities import RANDOM_BYTES, new_id
from app.store.ledger import INSTANCE, MOST_FACTS, Record, Writer

Progress = Callable[[int], None]
"""Told how many facts are written so far."""


class Loader:
    """Adds facts, and commits whenever a ledger's revision is full. Ids are drawn alike at every start.

    So are lists, which things of one name are in by id: what was measured yesterday is the same today.
    """

    def __init__(self, writer: Writer, on_progress: Progress) -> None:
        self.organization_id = ""
        self.actor_id: str | None = None
        self._writer = writer
        self._on_progress = on_progress
        self._random = random.Random("large")  # noqa: S311  # nothing is guarded by these ids
        self._pending: dict[str, int] = {}
        self._written = 0

    def id(self, kind: Kind) -> str:
        """The next id."""
        return new_id(kind, self._random.randbytes(RANDOM_BYTES))

    def create_ledger(self) -> None:
        """Begin the organization that everything is added to from now on."""
        self.organization_id = self.id(Kind.ORGANIZATION)
        self._writer.create_ledger(self.organization_id)

    def add(self, model: type[tables.Fact], **values: Any) -> str:
        """Add a thing to the organization; gives its id."""
        return self._add(model, self.organization_id, self.id(model.identity_kind), values)

    def add_organization(self, **values: Any) -> None:
        """Add the organization itself."""
        self._add(tables.Organization, self.organization_id, self.organization_id, values)

    def add_to_instance(self, model: type[tables.Fact], **values: Any) -> str:
        """Add what belongs to no organization; gives its id."""
        return self._add(model, INSTANCE, self.id(model.identity_kind), values)

    def commit(self) -> None:
        """Write what is pending."""
        target = self.organization_id or None
        self._writer.commit(Record("loadDemo", self.actor_id, target_id=target))
        self._written += sum(self._pending.values())
        self._pending.clear()
        self._on_progress(self._written)

    def _add(self, model: type[tables.Fact], ledger_id: str, id: str, values: dict[str, Any]) -> str:
        self._writer.add(model, ledger_id, id=id, **values)
        self._pending[ledger_id] = self._pending.get(ledger_id, 0) + 1
        if self._pending[ledger_id] == MOST_FACTS:
            self.commit()
        return id
