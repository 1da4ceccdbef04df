"""`bailiwick schema`: the GraphQL schema as text."""

from difflib import unified_diff
from pathlib import Path

import click

from app.api.schema import schema as graphql_schema


@click.command
@click.option(
    "--check",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare with this file instead, and fail where they differ.",
)
def schema(file: Path | None) -> None:
    """Print the GraphQL schema that this version of the program answers."""
    text = graphql_schema.as_str().rstrip() + "\n"
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        kept = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"`{file}` is not a text file") from None
    if kept != text:
        for line in unified_diff(kept.splitlines(), text.splitlines(), str(file), "the code", lineterm=""):
            click.echo(line)
        raise click.ClickException(f"`{file}` is not what the code says: run `make schema`")
