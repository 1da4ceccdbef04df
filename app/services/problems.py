"""Everything that is wrong with an input, found in one go: each problem with its path."""

from app.errors import BailiwickError, Problem
from app.policy.names import is_slug, is_title
from app.policy.vocabulary import ErrorCode


class Problems:
    """Collects what is wrong, to be refused at once. The first problem's code is the error's."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, message: str, *path: str | int, code: ErrorCode = ErrorCode.INVALID) -> None:
        """Note a problem at a path such as `"input", "addGrants", 1, "grantee"`."""
        self._found.append(Problem(path, code, message))

    def check_name(self, name: str | None, *path: str | int) -> None:
        """Note what is wrong with a name; null is, where there must be one."""
        if name is None or not is_title(name):
            self.add("a name has 1 to 255 characters, no control characters, no space at its ends", *path)

    def check_slug(self, slug: str, *path: str | int) -> None:
        """Note what is wrong with a slug."""
        if not is_slug(slug):
            self.add("a slug has 1 to 63 of `a` to `z`, `0` to `9` and `-`, and no `-` at its ends", *path)

    def refuse(self) -> None:
        """Raise what was found, if anything was; INVALID before other codes."""
        if not self._found:
            return
        first = next((each for each in self._found if each.code is ErrorCode.INVALID), self._found[0])
        raise BailiwickError(first.code, first.message, problems=tuple(self._found))
