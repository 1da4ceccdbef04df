"""API keys' secrets: made, checked and hashed; the store only ever sees the hash."""

import hashlib
import hmac
import re
import secrets
import string
import zlib

PREFIX = "blw_"
"""By which secret scanners and people know one."""

_ALPHABET = string.digits + string.ascii_letters
_BODY, _CHECK = 32, 6
_SHAPE = re.compile(f"{PREFIX}[0-9A-Za-z]{{{_BODY + _CHECK}}}")
SHOWN = len(PREFIX) + 6
"""How many characters of a key are shown in lists."""


def make_key() -> str:
    """A new secret: the prefix, 32 random characters (190 bits) and a checksum of them."""
    return _with_checksum("".join(secrets.choice(_ALPHABET) for _ in range(_BODY)))


def derive_key(pepper: bytes, name: str) -> str:
    """The secret that this installation always gives to one name: the demo people's, which are shown at every start."""
    digest = hmac.digest(pepper, f"demo key of {name}".encode(), hashlib.sha256)
    return _with_checksum(_encode(int.from_bytes(digest, "big"), _BODY))


def is_well_formed(key: str) -> bool:
    """Whether a key could be one of ours: prefix, alphabet, length and checksum. Asks no store."""
    return bool(_SHAPE.fullmatch(key)) and hmac.compare_digest(key, _with_checksum(key[len(PREFIX) : -_CHECK]))


def hash_key(pepper: bytes, key: str) -> str:
    """What the store knows a key by: HMAC-SHA256 under the installation's secret, in hexadecimal."""
    return hmac.digest(pepper, key.encode(), hashlib.sha256).hex()


def shown_prefix(key: str) -> str:
    """The beginning of a key that lists show, so that people recognize theirs."""
    return key[:SHOWN]


def _with_checksum(body: str) -> str:
    return PREFIX + body + _encode(zlib.crc32(body.encode()), _CHECK)


def _encode(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
