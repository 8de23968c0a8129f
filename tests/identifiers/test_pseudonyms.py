"""Keyed pseudonyms: the published vectors of HMAC-SHA-256, and what the engine computes beside what Python computes."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.foundation.record.exporting.people import know_key
from localcare.kernel.identifiers.nhs_number import InvalidNhsNumber
from localcare.kernel.identifiers.pseudonyms import keyed_digest, keyed_number, person_message, row_message

# RFC 4231, test cases 1, 2, 3, 4, 6 and 7 (case 5 is about truncated output); keys as bytes, data as text or bytes.
RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, b"This is a test using a larger than block-size key and a larger than block-size data. The key"
     b" needs to be hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]  # fmt: skip
IN_TEXT = [vector for vector in RFC_4231 if vector[1].isascii()]


def engine_with(key: bytes) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    know_key(engine, key)
    return engine


@pytest.mark.parametrize(("key", "message", "digest"), IN_TEXT)
def test_published_vector(key, message, digest):
    assert keyed_digest(key, message.decode()) == digest


@pytest.mark.parametrize(("key", "message", "digest"), RFC_4231)
def test_published_vector_in_the_engine(key, message, digest):
    """The engine joins the key's blocks and the message as bytes, as the macro does."""
    engine = engine_with(key)
    query = (
        "SELECT sha256((SELECT outer_block FROM pseudonym_key)"
        " || unhex(sha256((SELECT inner_block FROM pseudonym_key) || ?::BLOB)))"
    )
    assert engine.execute(query, [message]).fetchone() == (digest,)


@settings(deadline=None)
@given(key=st.binary(min_size=1, max_size=100), message=st.text(max_size=100))
def test_the_engine_gives_what_python_gives(key, message):
    found = engine_with(key).execute("SELECT keyed_digest(?), keyed_number(?)", [message, message]).fetchone()
    assert found == (keyed_digest(key, message), keyed_number(key, message))


@given(key=st.binary(min_size=32, max_size=32), message=st.text())
def test_a_number_fits_a_whole_number_of_64_bits(key, message):
    assert 0 <= keyed_number(key, message) < 2**63


def test_a_number_is_the_beginning_of_the_digest():
    digest = keyed_digest(b"Jefe", "what do ya want for nothing?")
    assert keyed_number(b"Jefe", "what do ya want for nothing?") == int(digest, 16) >> (256 - 63)


def test_an_nhs_number_stands_for_a_person_however_it_is_written():
    messages = {
        person_message(number=text, reference="x") for text in ("9990000018", "999 000 0018", "999-000-0018")
    }
    assert messages == {"nhs-number:9990000018"}
    assert person_message(number="", reference="5f1d") == "local-person:5f1d"
    with pytest.raises(InvalidNhsNumber):
        person_message(number="9990000019", reference="x")


def test_a_row_of_one_table_is_no_row_of_another():
    assert row_message("stays", 1) != row_message("facts", 1)
