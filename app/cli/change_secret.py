"""`bailiwick change-secret`: going on with another secret than the one that all keys were made with."""

import click

from app.cli.store import in_store
from app.services.secrets import change_secret as change


@click.command("change-secret")
@click.confirmation_option(
    prompt="No key that was made before will be good any more: go on?", help="Don't ask whether to go on."
)
def change_secret() -> None:
    """Take the secret in the settings for this store's, after it was lost or told; all keys are to be made anew."""
    if in_store(lambda database, settings: change(database, settings.pepper())):
        click.echo("the secret was changed: make new keys with `bailiwick create-key`, and restart every server")
    else:
        click.echo("it is this store's secret already")
