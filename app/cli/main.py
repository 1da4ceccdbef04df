"""The group of the `bailiwick` command, and the way out of every failure.

Exit codes: 0 when all is well, 1 when something failed, 2 on wrong use. A failure is one line on stderr.
"""

import logging
import os
import re
import signal
import sys

import click

from app.cli.audit import audit
from app.cli.change_secret import change_secret
from app.cli.create_admin import create_admin
from app.cli.create_key import create_key
from app.cli.demo import demo
from app.cli.migrate import migrate
from app.cli.schema import schema
from app.cli.serve import serve
from app.cli.settings import settings
from app.errors import BailiwickError
from app.settings import SettingsError, load, variable

log = logging.getLogger(__name__)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bailiwick", message="%(package)s %(version)s")
def bailiwick() -> None:
    """May this person or service do this to that, now, and why?"""


for command in (serve, migrate, demo, create_admin, create_key, change_secret, audit, schema, settings):
    bailiwick.add_command(command)


def main() -> None:
    """Run the command line; the way out of every failure."""
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # as app.__main__ has left it
            signal.signal(signal.SIGINT, signal.default_int_handler)
        bailiwick.main(prog_name="bailiwick", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        _fail(_usage(error), 2)
    except SettingsError as error:
        _fail(str(error), 2)
    except (click.ClickException, BailiwickError) as error:
        _fail(str(error), 1)
    except Exception as error:
        log.debug("unforeseen failure", exc_info=True)
        _fail(_unforeseen(error), 1)


def _usage(error: click.UsageError) -> str:
    """Click's message in our own manner, and where to read on."""
    reason = error.format_message().rstrip(".").replace("'", "`").replace(". Did", ", did")
    path = error.ctx.command_path if error.ctx else "bailiwick"
    return f"{reason[:1].lower()}{reason[1:]} (see `{path} --help`)"


def _unforeseen(error: Exception) -> str:
    """What a machine or a database said, else what kind of defect it is; a traceback helps nobody at a prompt."""
    said = getattr(error, "orig", None)  # by the database's driver, within the exception of SQLAlchemy
    if said is not None:
        text = f"the store can't be used: {said} (see `bailiwick settings`)"
    elif (unreached := _unreached(error)) is not None:
        text = unreached
    elif isinstance(error, OSError) and error.strerror:
        text = (
            f"{error.strerror}: `{error.filename}`"
            if error.filename
            else f"{error.strerror} (see `bailiwick settings`)"
        )
    else:
        text = f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def _unreached(error: Exception) -> str | None:
    """What the network said to the driver of PostgreSQL, which passes it on as it is; None of anything else."""
    if not isinstance(error, OSError) or isinstance(error, BrokenPipeError) or error.filename:
        return None  # a pipe is that of our output
    try:
        settings = load()
    except SettingsError:
        return None
    if settings.database_file is not None:
        return None
    # asyncio puts addresses in the place of what the system says, of which it leaves the number.
    number = re.match(r"(?:Multiple exceptions: )?\[Errno (\d+)\] Connect call failed", str(error))
    reason = os.strerror(int(number[1])) if number else error.strerror or str(error) or "no answer in time"
    place = f"PostgreSQL at `{settings.database_place}`" if settings.database_place else "PostgreSQL"
    return f"{place} can't be reached: {reason[:1].lower()}{reason[1:]}; see `{variable('database_url')}`"


def _fail(message: str, code: int) -> None:
    click.echo(f"bailiwick: {message}", err=True)
    sys.exit(code)
