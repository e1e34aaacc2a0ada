"""Checkpoints: frozen bytes, strict reading."""

from __future__ import annotations

import pytest
from golden import CHECKPOINT, COSIGNATURE, COSIGNED_AT_S, LOG, ORIGIN, WITNESS

from mumian.journal.checkpoint import (
    Checkpoint,
    parse_checkpoint,
    parse_decimal,
    parse_hash,
    sign_checkpoint,
    verify_checkpoint,
)
from mumian.journal.faults import BadCheckpoint, BadNote, BadSignature
from mumian.journal.note import Signer, b64

ROOT = bytes.fromhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
HERE = Checkpoint(ORIGIN, 8, ROOT)


def test_a_signed_checkpoint_is_frozen() -> None:
    assert sign_checkpoint(HERE, [LOG]) == CHECKPOINT


def test_a_checkpoint_verifies_against_the_key_of_its_log() -> None:
    signed = verify_checkpoint(CHECKPOINT, LOG.verifier)
    assert signed.checkpoint == HERE
    assert [one.name for one in signed.signed] == [LOG.name]


def test_cosignatures_are_checked_where_the_witness_is_named() -> None:
    signed = verify_checkpoint(CHECKPOINT + COSIGNATURE.encode(), LOG.verifier, witnesses=[WITNESS.verifier])
    assert [(one.name, one.at_s) for one in signed.signed] == [(LOG.name, None), (WITNESS.name, COSIGNED_AT_S)]


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    text, _, _ = CHECKPOINT.partition(b"\n\n")
    with pytest.raises(BadSignature, match=r"the log's key `mumian.example/guangzhou` did not sign"):
        verify_checkpoint(text + b"\n\n" + COSIGNATURE.encode(), LOG.verifier, witnesses=[WITNESS.verifier])


def test_a_log_speaks_for_its_own_origin_only() -> None:
    with pytest.raises(BadCheckpoint, match=r"of the log `mumian.example/guangzhou`, not of `elsewhere`"):
        verify_checkpoint(CHECKPOINT, LOG.verifier, origin="elsewhere")
    other = Signer("elsewhere", bytes(range(32)))
    with pytest.raises(BadCheckpoint):
        verify_checkpoint(sign_checkpoint(HERE, [other]), other.verifier)


def test_extension_lines_are_signed_and_read_back() -> None:
    extended = Checkpoint(ORIGIN, 8, ROOT, ("one", "two"))
    assert verify_checkpoint(sign_checkpoint(extended, [LOG]), LOG.verifier).checkpoint == extended


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n8\n",
        f"origin\n8\n{b64(ROOT)}",
        f"\n8\n{b64(ROOT)}\n",
        f"origin\n08\n{b64(ROOT)}\n",
        f"origin\n-8\n{b64(ROOT)}\n",
        f"origin\n８\n{b64(ROOT)}\n",
        f"origin\n9223372036854775808\n{b64(ROOT)}\n",
        f"origin\n8\n{b64(ROOT[1:])}\n",
        f"origin\n8\n{b64(ROOT)[:-1]}\n",
        f"origin\n8\n{b64(ROOT)}\n\nmore\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadCheckpoint):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "checkpoint",
    [Checkpoint("two\nlines", 8, ROOT), Checkpoint("", 8, ROOT), Checkpoint("a", -1, ROOT), Checkpoint("a", 8, b"")],
)
def test_a_checkpoint_that_nobody_could_read_is_not_signed(checkpoint: Checkpoint) -> None:
    with pytest.raises(BadCheckpoint):
        sign_checkpoint(checkpoint, [LOG])


def test_numbers_and_hashes_have_one_form() -> None:
    assert parse_decimal("9223372036854775807") == 2**63 - 1
    for text in ("", "00", "+1", "1 ", "9223372036854775808"):
        with pytest.raises(BadNote):
            parse_decimal(text)
    with pytest.raises(BadNote, match="31 bytes long, not a hash of 32"):
        parse_hash(b64(bytes(31)))
