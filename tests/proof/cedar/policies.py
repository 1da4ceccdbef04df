"""The rule in Cedar's language, written from rule.md: sections 2 to 5, for one organization."""

from collections.abc import Iterable, Iterator

from tests.proof.cedar.table import ASKED_OF, BY_TEAM, GATED, NEED_PUSH

EVERYWHERE = """
// Section 4, steps 1 and 3: whoever is not active, or doesn't belong, gets nothing.
forbid (principal, action, resource) unless { principal.active };
forbid (principal, action, resource) unless { principal.admin || principal.belongs };

// Step 2: instance administrators may do everything that may be asked.
// Step 4: what can't be seen can't be used.
forbid (principal, action, resource is Team) unless { principal.admin || principal in resource.can.TEAM_VIEW };
forbid (principal, action, resource is Project) unless { principal.admin || principal in resource.can.PROJECT_VIEW };
forbid (principal, action, resource is Environment)
unless { principal.admin
  || (principal in resource.project.can.PROJECT_VIEW && principal in resource.project.can.ENVIRONMENT_VIEW) };

// Step 5: the environment access list.
forbid (principal, action, resource is Environment)
when { principal.limited } unless { principal.admin || principal.listed.contains(resource) };
forbid (principal, action, resource is Project)
when { principal.limited } unless { principal.admin || principal.open.contains(resource) };

permit (principal, action == Action::"ORGANIZATION_VIEW", resource is Organization);
"""


def policies(restrictions: Iterable[tuple[str, bool]]) -> str:
    """All of them, for restrictions of these ids, each with whether it hides."""
    parts = [EVERYWHERE, *_permissions()]
    for id, hides in restrictions:
        actions = "action" if hides else f"action in [{', '.join(map(_action, GATED))}]"
        parts.append(
            f'// Step 6\nforbid (principal, {actions}, resource in Matched::"{id}")\n'
            f'unless {{ principal.admin || principal in Passes::"{id}" }};'
        )
    return "\n".join(parts)


def _permissions() -> Iterator[str]:
    """Step 7: who holds it by a role."""
    for permission, kinds in ASKED_OF.items():
        for kind in kinds:
            if permission == "ORGANIZATION_VIEW":
                continue
            where = {"Environment": "resource.project", "Project": "resource"}.get(kind, "resource")
            if permission == "PROJECT_RESTRICT":
                where = "resource.parent"
            held = f"principal.admin || principal in {where}.can.{permission}"
            if permission in BY_TEAM:
                held += " || principal in resource.teamPasses"
            yield f"permit (principal, action == {_action(permission)}, resource is {kind}) when {{ {held} }};"
    for permission in NEED_PUSH:
        yield (
            f"forbid (principal, action == {_action(permission)}, resource is Environment)"
            " unless { principal.admin || principal in resource.project.can.PROJECT_PUSH };"
        )


def _action(permission: str) -> str:
    return f'Action::"{permission}"'
