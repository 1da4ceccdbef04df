"""The store that commands which look into one are given."""

import click

from app.db.migrate import is_current
from app.settings import Settings, load


def settings_of_store() -> Settings:
    """The settings. Raises ClickException where the store they name is not up to date."""
    settings = load()
    if not is_current(settings.database_url):
        raise click.ClickException("the store is not up to date: run `bailiwick migrate`")
    return settings
