"""A log seals, advances and signs; entries too large for it are logged by digest."""

from __future__ import annotations

from hashlib import sha256

import pytest
from golden import CHECKPOINT, LOG, ORIGIN
from hypothesis import given
from hypothesis import strategies as st
from slow_tree import slow_root
from test_tree import CT_ENTRIES

from mumian.journal.checkpoint import verify_checkpoint
from mumian.journal.faults import BadEntry, BadProof, Diverged
from mumian.journal.log import Log, Sealed, digest_in, entry_for, payload_of
from mumian.journal.tree import EMPTY, Frontier

AT = 1_700_000_000_000
RECORD_OF_65_536_ZEROS = (
    b'{"body_bytes":65536,"body_sha256":"de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31"}'
)


def grown(log: Log, entries: list[bytes]) -> Sealed:
    sealed = log.seal(entries, AT)
    log.advance(sealed)
    return sealed


def test_eight_entries_give_the_frozen_checkpoint() -> None:
    log = Log(ORIGIN, LOG)
    grown(log, CT_ENTRIES[:3])
    assert log.sign(grown(log, CT_ENTRIES[3:])) == CHECKPOINT


@given(st.lists(st.lists(st.binary(max_size=8), max_size=4), max_size=6))
def test_a_log_goes_on_from_what_was_sealed(batches: list[list[bytes]]) -> None:
    log, entries = Log(ORIGIN, LOG), list[bytes]()
    for batch in batches:
        sealed = grown(log, batch)
        entries += batch
        log = Log(ORIGIN, LOG, Frontier.from_hex(sealed.size, sealed.peaks))
        assert verify_checkpoint(log.sign(sealed), LOG.verifier).checkpoint.root == slow_root(entries)


def test_sealing_leaves_the_log_where_it_is() -> None:
    log = Log(ORIGIN, LOG)
    log.seal(CT_ENTRIES, AT)
    assert log.head == EMPTY


def test_a_tree_that_is_not_durable_yet_is_not_signed() -> None:
    log = Log(ORIGIN, LOG)
    with pytest.raises(Diverged, match="at `0` leaves and does not sign a tree of `8`"):
        log.sign(log.seal(CT_ENTRIES, AT))


def test_of_two_batches_on_one_tree_only_one_is_taken() -> None:
    log = Log(ORIGIN, LOG)
    one, other = log.seal([b"one"], AT), log.seal([b"other"], AT)
    log.advance(one)
    with pytest.raises(Diverged):
        log.advance(other)
    with pytest.raises(Diverged):
        log.sign(other)


def test_a_batch_with_other_peaks_than_its_size_is_not_taken() -> None:
    log = Log(ORIGIN, LOG)
    sealed = log.seal([b"one"], AT)
    with pytest.raises(BadProof):
        log.advance(Sealed(sealed.before, 3, sealed.root, AT, sealed.peaks, sealed.leaves))


def test_an_entry_that_is_too_large_is_not_sealed() -> None:
    with pytest.raises(BadEntry, match="`65536` bytes exceeds 65535"):
        Log(ORIGIN, LOG).seal([bytes(65_536)], AT)


@pytest.mark.parametrize("size", [0, 1, 65_535])
def test_a_payload_that_fits_is_its_own_entry(size: int) -> None:
    assert entry_for(bytes(size)) == (bytes(size), None)
    assert payload_of(bytes(size), None) == bytes(size)


def test_a_payload_of_65_536_bytes_is_logged_by_its_digest() -> None:
    entry, body = entry_for(bytes(65_536))
    assert entry == RECORD_OF_65_536_ZEROS
    assert sha256(bytes(65_536)).hexdigest() in entry.decode()
    assert payload_of(entry, body) == bytes(65_536)


@pytest.mark.parametrize(
    ("entry", "body"),
    [
        (RECORD_OF_65_536_ZEROS, None),
        (RECORD_OF_65_536_ZEROS, bytes(65_537)),
        (RECORD_OF_65_536_ZEROS, bytes(65_535) + b"\x01"),
        (b"payload", b"body"),
    ],
)
def test_a_body_that_is_missing_or_another_is_named(entry: bytes, body: bytes | None) -> None:
    with pytest.raises(BadEntry):
        payload_of(entry, body)


def test_a_payload_that_poses_as_a_digest_is_not_logged() -> None:
    with pytest.raises(BadEntry, match="has the form of a digest record"):
        entry_for(RECORD_OF_65_536_ZEROS)


@pytest.mark.parametrize(
    "entry",
    [
        b'{"body_bytes":1,"body_sha256":"\xff"}',
        b'{"body_bytes":1',
        b'{"body_bytes":-1,"body_sha256":""}',
        b'{"body_bytes":1, "body_sha256":""}',
        b'{"body_bytes":1,"body_sha256":"","more":1}',
    ],
)
def test_what_only_begins_like_a_digest_is_a_payload(entry: bytes) -> None:
    assert digest_in(entry) is None
    assert entry_for(entry) == (entry, None)
