"""Canonical bytes: frozen vectors, and the rfc8785 package as a second implementation."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mumian.kernel.canonical import INT53_MAX, canonical, canonical_checked, digest

VECTORS: list[tuple[Any, bytes]] = [
    ({}, b"{}"),
    ({"b": 1, "a": 2, "B": 3, "_": 4}, b'{"B":3,"_":4,"a":2,"b":1}'),
    (
        {"n": [None, True, False, 0, -1, INT53_MAX, -INT53_MAX]},
        b'{"n":[null,true,false,0,-1,9007199254740991,-9007199254740991]}',
    ),
    ({"s": "木棉\u20ac"}, '{"s":"木棉€"}'.encode()),
    ({"s": '\b\t\n\f\r\x00\x1f"\\/\x7f'}, b'{"s":"\\b\\t\\n\\f\\r\\u0000\\u001f\\"\\\\/\x7f"}'),
    ({"s": "\U0001f333"}, '{"s":"\U0001f333"}'.encode()),
]


@pytest.mark.parametrize(("value", "expected"), VECTORS)
def test_canonical_bytes_are_frozen(value: Any, expected: bytes) -> None:
    assert canonical(value) == expected == rfc8785.dumps(value)


def test_a_digest_is_frozen() -> None:
    assert digest({"amount_fen": 100, "actor": "party-1"}) == (
        "7eb0a33e21bc7158c16f8ebd3c0cb43827d219a8766062610b326b35c54a27b1"
    )


ascii_key = st.text(st.characters(max_codepoint=127), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-INT53_MAX, INT53_MAX) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_key, inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_canonical_bytes_equal_those_of_a_second_implementation(value: Any) -> None:
    assert canonical_checked(value) == rfc8785.dumps(value)


@given(plain)
def test_canonical_bytes_decode_to_the_same_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value


class Pair(msgspec.Struct, frozen=True, tag="z.Pair"):
    zeta: int
    alpha: str


def test_a_struct_is_sorted_with_its_tag() -> None:
    assert canonical(Pair(1, "x")) == b'{"alpha":"x","type":"z.Pair","zeta":1}'


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, 2.5]}, r"\$\.a\[1\]"),
        ({"a": 2**53}, r"\$\.a"),
        ({"木": 1}, "木"),
        ({1: 1}, "1"),
        ({"a": b"bytes"}, r"\$\.a"),
        (float("nan"), r"\$"),
    ],
)
def test_what_lies_outside_the_profile_is_named_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        canonical_checked(value)
