"""Pseudonyms by keyed hash: HMAC-SHA-256 (RFC 2104, FIPS 198-1), the same key always giving the same pseudonym.

Whoever holds no key can neither compute nor check a pseudonym, however few NHS numbers there are; two projects with keys
of their own cannot be laid side by side. The number form is what a dataset carries in its whole-number keys.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from localcare.kernel.identifiers import nhs_number

BLOCK_BYTES = 64  # of SHA-256
NUMBER_BITS = 63  # a whole number of 64 bits with a sign that is never negative
INNER, OUTER = 0x36, 0x5C  # RFC 2104


def keyed_digest(key: bytes, message: str) -> str:
    """HMAC-SHA-256 of the message in UTF-8, in 64 lower-case hexadecimal digits."""
    return hmac.digest(key, message.encode(), "sha256").hex()


def keyed_number(key: bytes, message: str) -> int:
    """The first 63 bits of the keyed digest as a whole number, 0 to 2^63 - 1."""
    return int(keyed_digest(key, message)[:16], 16) >> (64 - NUMBER_BITS)


def person_message(*, number: str, reference: str) -> str:
    """What stands for a person: the NHS number in its normal form, else the reference of the person's entry."""
    return f"nhs-number:{nhs_number.normalise(number)}" if number else f"local-person:{reference}"


def row_message(table: str, key: int) -> str:
    """What stands for a row of a table."""
    return f"{table}:{key}"


def padded_blocks(key: bytes) -> tuple[bytes, bytes]:
    """The key as the two blocks that HMAC puts before the message and before the inner digest."""
    block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ INNER for byte in block), bytes(byte ^ OUTER for byte in block)
