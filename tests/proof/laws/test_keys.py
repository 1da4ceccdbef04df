"""The law of keys (rule.md, section 2)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.policy.subject import KeyScope, Subject
from app.policy.vocabulary import VIEW_PERMISSION, Permission
from tests.proof.laws.changed import WORLDS, subtree
from tests.proof.laws.matrices import allowed, answers, law
from tests.proof.world import NOW, RandomWorld, unknown_id

VIEWS = frozenset(VIEW_PERMISSION.values())


@law
@given(WORLDS, st.data())
def test_a_key_may_do_exactly_what_its_user_may_and_its_narrowing_covers(
    world: RandomWorld, data: st.DataObject
) -> None:
    """Neither more nor less, whatever list, subtree and expiry narrow it."""
    users = [Subject(subject.person) for subject in world.subjects]
    scopes = [data.draw(_scopes(world), label=f"key of subject {number}") for number in range(len(users))]
    keys = [Subject(user.person, scope) for user, scope in zip(users, scopes, strict=True)]
    may = allowed(answers(replace(world, subjects=users)))
    expected = {q for q in may if _covers(world, scopes[q.subject], q.permission, q.resource_id)}
    assert allowed(answers(replace(world, subjects=keys))) == expected


@st.composite
def _scopes(draw: st.DrawFn, world: RandomWorld) -> KeyScope:
    nothing = st.none()
    listed = st.frozensets(st.sampled_from(list(Permission))).map(VIEWS.union)
    return KeyScope(
        "key",
        draw(nothing | listed),
        draw(nothing | st.sampled_from(world.asked_ids)),
        draw(nothing | st.sampled_from([NOW - 1, NOW, NOW + 1])),
    )


def _covers(world: RandomWorld, scope: KeyScope, permission: Permission, resource_id: str) -> bool:
    if scope.expires_at is not None and scope.expires_at <= NOW:
        return False
    if scope.permissions is not None and permission not in scope.permissions:
        return False
    if scope.resource_id is None:
        return True
    return scope.resource_id != unknown_id() and resource_id in subtree(world.facts, scope.resource_id)
