"""Short ids, canonical JSON, instants as text: small things whose spelling may never change."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfoot.core.clock import instant, parse_instant
from crossfoot.core.ids import canonical_json, is_safe_id, result_id, sha256_hex

CALM = settings(max_examples=300, deadline=None, derandomize=True, database=None)
CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@CALM
@given(st.binary(min_size=32, max_size=32))
def test_a_result_id_is_80_bits_of_the_digest_in_crockfords_alphabet(data):
    by_the_library = base64.b32encode(data[:10]).decode().translate(CROCKFORD)
    found = result_id(data.hex())
    assert found.replace("-", "") == by_the_library
    assert [len(part) for part in found.split("-")] == [4, 4, 4, 4]


def test_a_result_id_never_changes():
    assert result_id(hashlib.sha256(b"crossfoot").hexdigest()) == result_id(sha256_hex(b"crossfoot"))
    assert result_id("00" * 32) == "0000-0000-0000-0000"
    assert result_id("ff" * 32) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"


def test_canonical_json_has_one_spelling():
    assert canonical_json({"b": [1, None], "a": "成本"}) == '{"a":"成本","b":[1,null]}'.encode()
    assert canonical_json({"a": "成本", "b": [1, None]}) == canonical_json({"b": [1, None], "a": "成本"})


@pytest.mark.parametrize("text", ["C0001", "a", "A-b_c", "x" * 64])
def test_safe_ids(text):
    assert is_safe_id(text)


@pytest.mark.parametrize("text", ["", "-a", "../x", "a/b", "a b", "ü", "a\n", "x" * 65, "a.b"])
def test_ids_that_may_not_name_a_folder(text):
    assert not is_safe_id(text)


@CALM
@given(
    st.integers(86_400, 7 * 10**9),
    st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
def test_an_instant_is_written_in_utc_and_read_back(second, zone):
    at = datetime.fromtimestamp(second, zone) + timedelta(microseconds=second % 10**6)
    assert instant(at).endswith("Z")
    assert parse_instant(instant(at)) == at.astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-05T04:04:00", "2026-11-05", "yesterday", "", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-01:00"],
)
def test_what_is_no_instant_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)
