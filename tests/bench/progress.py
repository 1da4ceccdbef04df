"""How far it is: one line that changes in a terminal, a line for each stage elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Something to be told what is going on; of what comes after a colon only a terminal shows every change."""
    if console.is_terminal:
        with console.status("") as status:
            yield status.update
        return
    last = ""

    def say(text: str) -> None:
        nonlocal last
        stage = text.partition(":")[0]
        if stage != last:
            console.print(stage, highlight=False)
            last = stage

    yield say
