"""The facts and views that a process keeps, each exact for the revisions it names (architecture, section 3).

Nothing here expires by a clock or hears of changes: a request says which revisions it answers at, and gets those.
"""

import asyncio
import gc
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from app.db.engine import Connection, Database
from app.policy.node_view import NodeView, may_end
from app.policy.objects import Objects
from app.policy.renewal import followed
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.views import MOST_KNOWN, SMALL, View
from app.policy.vocabulary import ASKED_OF, ResourceKind
from app.store.snapshot import Written, catch_up, load_facts

VERSIONS = 3
"""How many versions of one organization stay: requests that came in before a write still answer at theirs."""

MOST_VIEWS = 1_000
"""How many views of one version stay at most; the least recently used leave."""

FACT_BYTES, VIEW_BYTES, NODE_BYTES = 1_000, 8_000 + 50 * MOST_KNOWN, 4
"""What one fact costs, one view, and one view more for each node, about; measured up to 35,000 nodes."""

SHOWN_BYTES = 8 + sum(ResourceKind.ENVIRONMENT in kinds for kinds in ASKED_OF.values())
"""What a view takes for each environment, where it keeps lists of them and what it says of each by permission."""

LARGE = 10_000
"""How many facts are kept from the garbage collector, which else goes over them all again and again: 80 to 290 ms."""

SHED_TO = 0.9
"""The part of the budget that is taken at most once organizations had to leave."""

Revisions = tuple[int, int]


class NodeViews:
    """Of one organization, by subject: the node view that was used last; the least recently used leave."""

    def __init__(self) -> None:
        self._known: OrderedDict[Subject, NodeView] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def lasting(self, structure: Structure, subject: Subject, at: int) -> NodeView | None:
        """That of a subject, if it stays as it is in a version at an instant (µs)."""
        known = self._known.get(subject)
        return known if known is not None and known.stays(structure, at) else None

    def keep(self, view: NodeView, most: int) -> None:
        """Remember this one of its subject, and so many in all."""
        self._known[view.subject] = view
        self._known.move_to_end(view.subject)
        while len(self._known) > most:
            self._known.popitem(last=False)

    def renew(self, was: Structure | None, now: Structure) -> None:
        """Drop those that end with a version: they would hold on to the tree that they were made of."""
        if was is None or may_end(was, now):
            lasting = [(subject, view) for subject, view in self._known.items() if view.is_made_of(now)]
            self._known = OrderedDict(lasting)


@dataclass(slots=True)
class Version:
    """One organization's facts at one pair of revisions, and the views of whoever asked about them."""

    structure: Structure
    before: "Version | None" = None
    """The version that this one was caught up from, as long as that stays."""
    most: int = MOST_VIEWS
    """How many views stay."""
    objects: OrderedDict[Subject, Objects] = field(default_factory=OrderedDict)
    node_views: NodeViews = field(default_factory=NodeViews)
    """What lasts of views, in all versions of the organization."""
    grow: Callable[[int], None] = lambda _: None
    """Is told how many bytes more are taken, about, when a view has come."""

    @property
    def count(self) -> int:
        """How many views there are, with what lasts of those of all versions."""
        return len(self.objects) + len(self.node_views)

    def objects_of(self, subject: Subject, at: int) -> Objects:
        """What a subject sees at an instant; a view that time has ended is made anew."""
        known = self.objects.get(subject)
        if known is None or not known.view.holds_at(at):
            count = self.count
            known = self.objects[subject] = self._moved(subject, at) or self._made(subject, at)
            if len(self.objects) > self.most:
                self.objects.popitem(last=False)
            self.node_views.keep(known.view.node_view, self.most)
            self.grow((self.count - count) * _view_bytes(self.structure))
        self.objects.move_to_end(subject)
        return known

    def _moved(self, subject: Subject, at: int) -> Objects | None:
        """What the subject saw in an earlier version, if it can go on."""
        version = self.before
        while version is not None and subject not in version.objects:
            version = version.before
        return None if version is None else version.objects[subject].followed_by(self.structure, at)

    def _made(self, subject: Subject, at: int) -> Objects:
        node_view = self.node_views.lasting(self.structure, subject, at)
        return Objects(View(self.structure, subject, at, node_view))


def _revisions_of(structure: Structure) -> Revisions:
    return structure.facts.revision, structure.facts.instance_revision


class FactsMemory:
    """Facts by organization and revisions; the least recently used organization leaves when memory is short."""

    def __init__(self, database: Database, budget_bytes: int) -> None:
        self._database = database
        self._budget = budget_bytes
        self._versions: OrderedDict[str, dict[Revisions, Version]] = OrderedDict()
        self._node_views: dict[str, NodeViews] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._left: dict[str, tuple[Structure, ...]] = {}
        """As the last transactions left organizations; replaced whole, so that any thread may read."""
        self._bytes = 0
        """What all take, as it was last counted, and what has come and left since."""

    async def version(self, organization_id: str, revision: int, instance_revision: int) -> Version | None:
        """The organization's facts at these revisions; None where there was no such organization then."""
        known = self.version_in_memory(organization_id, revision, instance_revision)
        if known is not None:
            return known
        # Held while others are waited for: what they and writers bring meanwhile may push out all that is early enough.
        earlier = self._nearest(organization_id, (revision, instance_revision))
        async with self._loading.setdefault(organization_id, asyncio.Lock()):
            known = self.version_in_memory(organization_id, revision, instance_revision)
            return known or await self._read(organization_id, (revision, instance_revision), earlier)

    def version_in_memory(self, organization_id: str, revision: int, instance_revision: int) -> Version | None:
        """The same as far as it is there; None: it is to be read."""
        versions = self._versions.get(organization_id)
        known = None if versions is None else versions.get((revision, instance_revision))
        if known is not None:
            self._versions.move_to_end(organization_id)
            return known
        at = (revision, instance_revision)
        left = next((each for each in self._left.get(organization_id, ()) if _revisions_of(each) == at), None)
        return None if left is None else self._kept(left, self._nearest(organization_id, at))

    def latest(self, organization_id: str) -> Structure | None:
        """The organization as it was last kept, if it is: where a transaction can begin to catch up from."""
        versions = self._versions.get(organization_id)
        return versions[max(versions)].structure if versions else None

    def leave(self, structure: Structure) -> None:
        """Know an organization as a transaction has left it, in the thread that wrote it, until it is kept.

        Who comes in meanwhile and the next transaction find it: to make it anew would cost as much as the change did.
        """
        organization_id = structure.facts.organization.id
        self._left[organization_id] = (*self._left.get(organization_id, ()), structure)[-VERSIONS:]

    def left(self, organization_id: str, known: Structure | None) -> Structure | None:
        """The latest of what is known of an organization and what was left of it; may be asked in any thread."""
        left = self._left.get(organization_id, ())
        return max(left if known is None else (*left, known), key=_revisions_of, default=None)

    async def _read(self, organization_id: str, at: Revisions, earlier: Version | None) -> Version | None:
        nearest = self._nearest(organization_id, at) or earlier
        known = None if nearest is None else nearest.structure
        with _no_collection() if known is None else nullcontext():
            structure = await self._database.load(
                lambda connection: structure_at(connection, organization_id, *at, known)
            )
            if structure is None:
                return None
            if known is None and structure.facts.size >= LARGE:
                gc.freeze()
        return self._kept(structure, nearest)

    def keep(self, structure: Structure) -> None:
        """Remember an organization as a transaction left it, before anybody asks."""
        organization_id, at = structure.facts.organization.id, _revisions_of(structure)
        if self.version_in_memory(organization_id, *at) is None:
            self._kept(structure, self._nearest(organization_id, at))

    def _kept(self, structure: Structure, nearest: Version | None) -> Version:
        organization_id = structure.facts.organization.id
        at = _revisions_of(structure)
        node_views = self._node_views.setdefault(organization_id, NodeViews())
        node_views.renew(None if nearest is None else nearest.structure, structure)
        version = Version(structure, nearest, self._most_views(structure), node_views=node_views, grow=self._grow)
        versions = self._versions.setdefault(organization_id, {})
        versions[at] = version
        while len(versions) > VERSIONS:
            left = versions.pop(min(versions))
            self._bytes -= _fact_bytes(left.structure) + len(left.objects) * _view_bytes(left.structure)
            for each in versions.values():
                if each.before is left:
                    each.before = None
        self._versions.move_to_end(organization_id)
        self._grow(_fact_bytes(structure))
        return version

    def _nearest(self, organization_id: str, at: Revisions) -> Version | None:
        """The latest version in memory from which one can catch up with both revisions."""
        versions = self._versions.get(organization_id, {})
        earlier = [key for key in versions if key[0] <= at[0] and key[1] <= at[1]]
        return versions[max(earlier)] if earlier else None

    def _most_views(self, structure: Structure) -> int:
        """How many views of one version may stay: the views of all that stay take most of the memory at most."""
        share = self._budget // (VERSIONS + 2)  # one for what lasts of them, and one for what else there is
        return max(1, min(MOST_VIEWS, share // _view_bytes(structure)))

    def _grow(self, taken: int) -> None:
        self._bytes += taken
        if self._bytes > self._budget:
            self._shed()

    def _shed(self) -> None:
        # Counted anew before anybody leaves: what leaves by the way is not all noted.
        self._bytes = sum(map(self._bytes_of, self._versions))
        if self._bytes <= self._budget:
            return
        # So much at once that it doesn't have to be counted again for each that comes.
        while len(self._versions) > 1 and self._bytes > self._budget * SHED_TO:
            organization_id = next(iter(self._versions))
            self._bytes -= self._bytes_of(organization_id)
            del self._versions[organization_id], self._node_views[organization_id]
            self._left.pop(organization_id, None)

    def _bytes_of(self, organization_id: str) -> int:
        versions = self._versions[organization_id].values()
        views = max(_view_bytes(version.structure) for version in versions)
        count = len(self._node_views[organization_id]) + sum(len(version.objects) for version in versions)
        return count * views + sum(_fact_bytes(version.structure) for version in versions)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold back the garbage collector: while so much is made that stays, it finds nothing and holds everybody."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _fact_bytes(structure: Structure) -> int:
    return structure.facts.size * FACT_BYTES


def _view_bytes(structure: Structure) -> int:
    shown = len(structure.environments) if len(structure.environments) <= SMALL else 0
    people = len(structure.facts.people) // 8
    return VIEW_BYTES + NODE_BYTES * len(structure.nodes) + SHOWN_BYTES * shown + people


def structure_at(
    connection: Connection,
    organization_id: str,
    revision: int,
    instance_revision: int,
    known: Structure | None,
    written: Written = None,
) -> Structure | None:
    """The organization at some revisions, from another version of it or from scratch; None where there was none.

    `written`: what the organization's revisions after the known one say, where that needs no reading.

    Touches nothing that others change: it may run in any thread.
    """
    if known is not None:
        then = known.facts.revision, known.facts.instance_revision
        if then == (revision, instance_revision):
            return known
        if then[0] <= revision and then[1] <= instance_revision:
            caught_up = catch_up(connection, known.facts, revision, instance_revision, written)
            return None if caught_up is None else followed(known, caught_up)
    facts = load_facts(connection, organization_id, revision, instance_revision)
    return None if facts is None else Structure(facts).complete()
