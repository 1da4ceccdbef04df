"""How large the generated organization is."""

from dataclasses import dataclass

LEAST_PEOPLE = 3
"""A restriction names as many."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each there are; every project has an environment. Raises ValueError where that is too few."""

    environments: int = 1_200
    projects: int = 400
    teams: int = 20
    people: int = 500
    keys: int = 50
    """How many people, from the first, have a key to ask with; at most all of them."""

    def __post_init__(self) -> None:
        if min(self.projects, self.teams) < 1 or self.people < LEAST_PEOPLE:
            raise ValueError(f"there must be a project and a team at least, and {LEAST_PEOPLE} people")
        if self.environments < self.projects:
            raise ValueError("there must be at least one environment for each project")

    @classmethod
    def of(cls, environments: int, people: int, teams: int) -> "Size":
        """An organization with three environments a project, as many as there are in the usual one."""
        return cls(environments, max(environments // 3, 1), teams, people)


GROWTH = (Size.of(1_000, 300, 20), Size.of(10_000, 3_000, 200), Size.of(100_000, 10_000, 2_000))
"""What growth is measured at."""
