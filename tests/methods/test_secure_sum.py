"""Masks cancel in the total and hide every part."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.secure_sum import MissingPart, mask, masked, merge, pair_secret

PARTIES = ("airline-1", "airline-2", "airline-3", "airline-4")


def the_secrets() -> dict[str, dict[str, bytes]]:
    keys = {name: X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n, name in enumerate(PARTIES, 1)}
    public = {name: key.public_key().public_bytes_raw() for name, key in keys.items()}
    return {me: {peer: pair_secret(keys[me], public[peer]) for peer in PARTIES if peer != me} for me in PARTIES}


SECRETS = the_secrets()


@pytest.mark.parametrize(("one", "other"), list(combinations(PARTIES, 2)))
def test_both_sides_of_a_pair_have_the_same_secret(one: str, other: str) -> None:
    assert SECRETS[one][other] == SECRETS[other][one]


@given(st.lists(st.lists(st.integers(-(2**60), 2**60), min_size=3, max_size=3), min_size=4, max_size=4))
def test_the_merged_sum_is_the_plain_sum(vectors: list[list[int]]) -> None:
    parts = {
        name: masked(np.array(vector, np.int64), mask(name, SECRETS[name], context=b"job-1", length=3))
        for name, vector in zip(PARTIES, vectors, strict=True)
    }
    plain = [sum(column) for column in zip(*vectors, strict=True)]
    assert merge(parts, parties=PARTIES, length=3).tolist() == plain


def test_a_masked_part_says_nothing_about_its_values() -> None:
    own = mask("airline-1", SECRETS["airline-1"], context=b"job-1", length=4096)
    bits = np.unpackbits(np.frombuffer(masked(np.zeros(4096, np.int64), own), np.uint8))
    assert abs(bits.mean() - 0.5) < 0.01
    assert len(set(own.tolist())) == 4096


def test_a_stream_is_of_one_context_only() -> None:
    one, other = (mask("airline-1", SECRETS["airline-1"], context=context, length=8) for context in (b"1", b"2"))
    assert not set(one.tolist()) & set(other.tolist())


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"airline-1": b"\0" * 8}, "no vector of `airline-2`"),
        ({"airline-1": b"\0" * 8, "airline-2": b"\0" * 8, "airline-3": b"\0" * 8}, "unasked `airline-3`"),
        ({"airline-1": b"\0" * 8, "airline-2": b"\0" * 7}, "the vector of `airline-2` has `7` bytes"),
    ],
)
def test_a_part_that_is_not_there_is_named(parts: dict[str, bytes], said: str) -> None:
    with pytest.raises(MissingPart, match=said):
        merge(parts, parties=("airline-1", "airline-2"), length=1)


def test_a_peer_key_of_small_order_is_no_key() -> None:
    with pytest.raises(ValueError, match=r".*"):
        pair_secret(X25519PrivateKey.generate(), b"\0" * 32)
