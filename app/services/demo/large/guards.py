"""Which production environments of the large organization are restricted, a third of them, and by whose restriction."""

from app.services.demo.large.places import has_teams, team_of
from app.services.demo.large.size import Size


def guarded_teams(size: Size) -> list[int]:
    """The teams that restrict the production environments of their projects; none of them has teams below it."""
    return [team for team in range(size.teams) if team % 7 == 3 and not has_teams(team, size)]


def guarded_projects(size: Size) -> list[int]:
    """The projects that restrict their own: as many as it takes to a third of all."""
    teams = set(guarded_teams(size))
    others = [project for project in range(size.projects) if team_of(project, size) not in teams]
    wanted = max(size.projects // 3 - (size.projects - len(others)), 0)
    return [others[number * len(others) // wanted] for number in range(wanted)]
