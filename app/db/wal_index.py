"""Whether anything was committed to a SQLite file since one last looked, for a tenth of what asking SQLite costs.

Beside a file in WAL mode lies its WAL index, which all connections of all processes have in memory. It begins with two
copies of a header that each commit changes, when it is durable and before the next reader can see it; by comparing them
SQLite itself finds out whether what it has cached is still good (SQLite, "WAL-mode File Format", section 2.2).
"""

import mmap
import os
import sys
from pathlib import Path
from threading import Lock
from typing import NamedTuple

HEADER_BYTES = 96
"""Two copies of 48 bytes."""

_COPY = HEADER_BYTES // 2
_CHANGES = slice(8, 12)
"""Where in the header each commit is counted, in the machine's byte order."""

_Inode = tuple[int, int]


class Commit(NamedTuple):
    """One commit, by the headers right before and right after it."""

    before: bytes
    after: bytes

    @classmethod
    def between(cls, before: bytes | None, after: bytes | None) -> "Commit | None":
        """The one commit between two headers; None where there was none, or more, or a header is not whole."""
        if before is None or after is None or after[:_COPY] != after[_COPY:]:
            return None
        counted = (_counted(after) - _counted(before)) % (1 << 32)
        return cls(before, after) if counted == 1 else None


def _counted(header: bytes) -> int:
    return int.from_bytes(header[_CHANGES], sys.byteorder)


class _Mapped(NamedTuple):
    """A WAL index in memory, and the descriptor that it was opened by."""

    memory: mmap.mmap
    descriptor: int


_mapped: dict[_Inode, _Mapped] = {}
_users: dict[_Inode, int] = {}
# To close any descriptor of a file lets go of all locks that the process has on it, SQLite's too (SQLite, "How To
# Corrupt An SQLite Database File", section 2.2). So each is opened once in a process, and its last user closes it.
_one_at_a_time = Lock()


class WalIndex:
    """The head of one file's WAL index. To be closed after every connection to the file that its user has."""

    def __init__(self, file: str) -> None:
        real = Path(file).resolve()  # as SQLite has it: the index lies beside the file itself, not beside a link to it
        self._path = real.with_name(f"{real.name}-shm")
        self._inode: _Inode | None = None
        self._memory: mmap.mmap | None = None
        self._is_tried = False

    def open(self) -> None:
        """Begin to look, once a connection has made the index. Where that fails, `header` goes on saying so."""
        if self._is_tried:
            return
        self._is_tried = True  # once: a descriptor that can't be mapped stays open, since it may not be closed
        with _one_at_a_time:
            try:
                found = self._path.stat()
                inode = found.st_dev, found.st_ino
                if inode not in _mapped:
                    descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
                    _mapped[inode] = _Mapped(mmap.mmap(descriptor, HEADER_BYTES, access=mmap.ACCESS_READ), descriptor)
            except (OSError, ValueError):
                return
            _users[inode] = _users.get(inode, 0) + 1
            self._inode, self._memory = inode, _mapped[inode].memory

    def header(self) -> bytes | None:
        """The header as it is now: the same as before means that nothing was committed in between. None: ask SQLite."""
        return None if self._memory is None else self._memory[:HEADER_BYTES]

    def close(self) -> None:
        """Look no more."""
        if self._inode is None:
            return
        self._memory, inode, self._inode = None, self._inode, None
        with _one_at_a_time:
            _users[inode] -= 1
            if _users[inode] == 0:
                del _users[inode]
                mapped = _mapped.pop(inode)
                mapped.memory.close()
                os.close(mapped.descriptor)
