"""What of a view goes on over other versions of its organization, earlier ones too."""

from app.policy.facts import Facts
from app.policy.node_view import NodeView
from app.policy.renewal import followed
from app.policy.structure import Structure
from app.policy.subject import Subject
from tests.fixtures.client import NOW, Draft


def test_a_key_for_one_environment_sees_it_where_it_is_still_there():
    """Somebody who came in before it was deleted asks after somebody who came in later, with the same key."""
    draft = Draft()
    draft.staff()
    draft.project("web", *(f"env-{number}" for number in range(6)))
    draft.key("one", "ada", subtree="web/env-0")
    gone, facts = draft.acme.id("web/env-0"), draft.acme.facts()
    subject: Subject = draft.world().subjects["one"]
    earlier = Structure(facts).complete()
    later = followed(earlier, _without(facts, gone))
    assert later.nodes is earlier.nodes
    after, before = NodeView(later, subject, NOW), NodeView(earlier, subject, NOW)
    assert (after.showing_environments != 0, before.showing_environments != 0) == (False, True)
    assert (after.stays(later, NOW), before.stays(earlier, NOW)) == (True, True)
    assert not after.stays(earlier, NOW)
    assert not before.stays(later, NOW)


def _without(facts: Facts, environment_id: str) -> Facts:
    names = ("organization", "teams", "projects", "custom_roles", "memberships", "restrictions", "people")
    kept = {id: each for id, each in facts.environments.items() if id != environment_id}
    following = Facts(
        revision=facts.revision + 1,
        instance_revision=facts.instance_revision,
        environments=kept,
        **{name: getattr(facts, name) for name in names},
    )
    following.take_over(facts, {"environments": [environment_id]})
    return following
