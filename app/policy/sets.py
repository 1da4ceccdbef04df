"""Sets of numbers as ints, one bit a number, and as bytes where single numbers are looked up."""

from collections.abc import Iterable
from itertools import compress, count

_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


def bits(numbers: Iterable[int], size: int) -> int:
    """The set of these numbers, all below `size`."""
    marks = bytearray(size // 8 + 1)
    for number in numbers:
        marks[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(marks, "little")


def marks(mask: int, size: int) -> bytes:
    """A set in the form that single numbers are looked up in: shifting a wide int costs twenty times as much."""
    return mask.to_bytes(size // 8 + 1, "little")


def holds(marked: bytes, number: int) -> bool:
    """Whether a set in that form holds a number."""
    return bool(marked[number >> 3] >> (number & 7) & 1)


def flags(mask: int, size: int) -> bytes:
    """A set as a byte for each number below `size`: 1 where it holds it. For going over all of them."""
    return f"{mask:0{size}b}"[::-1].encode().translate(_FLAGS)


def members(mask: int) -> Iterable[int]:
    """The numbers in a set, ascending."""
    return compress(count(), flags(mask, mask.bit_length()))
