"""Steps of a story that deploy: created, promoted, approved or rejected, run, finished and canceled."""

from collections.abc import Callable
from typing import Any

from app.db import tables
from app.policy.approvals import Progress, Vote, progress, snapshot
from app.policy.entities import Environment, Person
from app.policy.facts import Facts
from app.policy.restrictions import matched_rules
from app.policy.subject import Subject
from app.policy.vocabulary import ApprovalDecision, DeploymentStatus
from app.services.demo.story import About, Step, Story, Told
from app.store.approvals import progress_json, snapshot_json


def create_deployment(story: Story, step: Step) -> About:
    ref, path = step["createDeployment"], step.get("in")
    if path is None:  # not placed yet
        return _add(story, step, ref, step["of"], step["of"], environment_id=None)
    return _add(story, step, ref, path, story.project_of(path), environment_id=story.environments[path])


def promote_deployment(story: Story, step: Step) -> About:
    ref, path = step["promoteDeployment"], step["in"]
    source = story.deployments[ref, step["from"]]
    environment_id = story.environments[path]
    return _add(story, step, ref, path, story.project_of(path), environment_id=environment_id, promoted_from=source.id)


def _add(story: Story, step: Step, ref: str, place: str, project: str, **values: Any) -> About:
    creator = story.actor(step)
    id = story.add(
        tables.Deployment,
        project_id=story.nodes[project],
        ref=ref,
        status=DeploymentStatus.CREATED.value,
        created_by=creator,
        **values,
    )
    story.deployments[ref, place] = Told(id, creator)
    return About(id, ref)


def decide_deployment(story: Story, step: Step) -> About:
    told, ref, comment = _told(story, step), step["decideDeployment"], step.get("comment")
    facts, environment = _where(story, step)
    vote = Vote(story.actor(step), ApprovalDecision[step["decision"]], None)
    told.votes.append(vote)
    if vote.decision is ApprovalDecision.REJECTED:
        giver = facts.person(vote.user_id)
        assert isinstance(giver, Person)
        counted = snapshot(next(matched_rules(facts, Subject(giver), environment, story.writer.instant))[1])
    else:
        rules = _rules(story, facts, environment, told)
        counted = next(each.rule for each in rules if vote.user_id in each.approved_by)
    story.add(
        tables.Approval,
        deployment_id=told.id,
        user_id=vote.user_id,
        decision=vote.decision.value,
        comment=comment,
        counted_rule=snapshot_json(counted),
    )
    if vote.decision is ApprovalDecision.REJECTED:
        _stop_waiting(story, step, DeploymentStatus.REJECTED)
    return About(told.id, ref, comment)


def run_deployment(story: Story, step: Step) -> About:
    return _stop_waiting(story, step, DeploymentStatus.RUNNING)


def cancel_deployment(story: Story, step: Step) -> About:
    return _stop_waiting(story, step, DeploymentStatus.CANCELED)


def _stop_waiting(story: Story, step: Step, status: DeploymentStatus) -> About:
    """Give a deployment that waited a stored status, with the rules as they are now: later ones are not its."""
    told = _told(story, step)
    facts, environment = _where(story, step)
    rules = progress_json(_rules(story, facts, environment, told))
    story.writer.set(tables.Deployment, told.id, status=status.value, approval_rules=rules)
    return About(told.id, _ref(step))


def finish_deployment(story: Story, step: Step) -> About:
    told = _told(story, step)
    status = DeploymentStatus.SUCCESS if step["succeeded"] else DeploymentStatus.FAILED
    story.writer.set(tables.Deployment, told.id, status=status.value)
    return About(told.id, _ref(step))


def _ref(step: Step) -> str:
    ref: str = next(iter(step.values()))
    return ref


def _told(story: Story, step: Step) -> Told:
    return story.deployments[_ref(step), step["in"]]


def _where(story: Story, step: Step) -> tuple[Facts, Environment]:
    facts = story.facts()
    environment = facts.environment(story.environments[step["in"]])
    assert environment is not None  # it was told
    return facts, environment


def _rules(story: Story, facts: Facts, environment: Environment, told: Told) -> tuple[Progress, ...]:
    return progress(facts, environment, (told.creator_id,), told.votes, story.writer.instant)


STEPS: dict[str, Callable[[Story, Step], About]] = {
    "createDeployment": create_deployment,
    "promoteDeployment": promote_deployment,
    "decideDeployment": decide_deployment,
    "runDeployment": run_deployment,
    "finishDeployment": finish_deployment,
    "cancelDeployment": cancel_deployment,
}
