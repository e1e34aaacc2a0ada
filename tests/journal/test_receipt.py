"""Receipts: frozen bytes, and no flipped bit goes unseen."""

from __future__ import annotations

import pytest
from golden import CHECKPOINT, COSIGNED_AT_S, LOG, ORIGIN, RECEIPT, RECEIPT_ENTRY, WITNESS
from hypothesis import given
from hypothesis import strategies as st
from test_tree import CT_ENTRIES, flip, reader

from mumian.journal.faults import BadProof, BadReceipt, BadSignature, JournalFault, QuorumNotMet
from mumian.journal.note import Signer
from mumian.journal.receipt import Receipt, ReceiptFacts, parse_receipt, verify_receipt
from mumian.journal.schemes import COSIGNATURE_V1
from mumian.journal.tree import inclusion_proof, leaf_hash

OTHER_WITNESS = Signer("witness.example/w2", bytes(32), scheme=COSIGNATURE_V1)
SIGNED_PART = RECEIPT.index(b"index")


def verify(data: bytes, entry: bytes = RECEIPT_ENTRY) -> ReceiptFacts:
    return verify_receipt(data, entry, LOG.verifier, witnesses=[WITNESS.verifier])


def test_a_receipt_is_frozen() -> None:
    proof = inclusion_proof(5, 8, reader(CT_ENTRIES))
    checkpoint = RECEIPT[RECEIPT.index(CHECKPOINT) :]
    assert Receipt(5, proof, checkpoint, b"hello").to_bytes() == RECEIPT
    assert parse_receipt(RECEIPT) == Receipt(5, proof, checkpoint, b"hello")


def test_a_receipt_says_what_it_proves() -> None:
    facts = verify(RECEIPT)
    assert (facts.origin, facts.index, facts.size, facts.extra) == (ORIGIN, 5, 8, b"hello")
    assert facts.leaf == leaf_hash(RECEIPT_ENTRY)
    assert [(seen.name, seen.at_s) for seen in facts.witnesses] == [(WITNESS.name, COSIGNED_AT_S)]


def test_a_receipt_needs_no_witness_where_none_is_asked_for() -> None:
    alone = Receipt(5, inclusion_proof(5, 8, reader(CT_ENTRIES)), CHECKPOINT).to_bytes()
    assert verify_receipt(alone, RECEIPT_ENTRY, LOG.verifier).witnesses == ()
    with pytest.raises(QuorumNotMet, match="`1` witnesses must have signed; nobody did"):
        verify(alone)


def test_a_quorum_counts_the_named_witnesses() -> None:
    both = [WITNESS.verifier, OTHER_WITNESS.verifier]
    assert verify_receipt(RECEIPT, RECEIPT_ENTRY, LOG.verifier, witnesses=both, quorum=1).size == 8
    with pytest.raises(QuorumNotMet, match=r"`2` witnesses must have signed; `witness.example/w1` did"):
        verify_receipt(RECEIPT, RECEIPT_ENTRY, LOG.verifier, witnesses=both)
    with pytest.raises(QuorumNotMet):
        verify_receipt(RECEIPT, RECEIPT_ENTRY, LOG.verifier, quorum=1)


def test_the_log_cannot_be_its_own_witness() -> None:
    with pytest.raises(QuorumNotMet):
        verify_receipt(RECEIPT, RECEIPT_ENTRY, LOG.verifier, witnesses=[LOG.verifier])


@given(st.integers(8 * SIGNED_PART, 8 * len(RECEIPT) - 1))
def test_no_flipped_bit_of_a_receipt_goes_unseen(bit: int) -> None:
    spoilt = bytearray(RECEIPT)
    spoilt[bit // 8] ^= 1 << bit % 8
    with pytest.raises(JournalFault):
        verify(bytes(spoilt))


@given(st.integers(0, 8 * len(RECEIPT_ENTRY) - 1))
def test_a_receipt_is_of_one_entry_only(bit: int) -> None:
    with pytest.raises(BadProof):
        verify(RECEIPT, flip(RECEIPT_ENTRY, bit))


def test_another_key_does_not_verify_a_receipt() -> None:
    with pytest.raises(BadSignature):
        verify_receipt(RECEIPT, RECEIPT_ENTRY, Signer(ORIGIN, bytes(32)).verifier)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        RECEIPT.replace(b"@v1", b"@v2"),
        RECEIPT.replace(b"index 5\n", b""),
        RECEIPT.replace(b"index 5", b"index 05"),
        RECEIPT.replace(b"index 5", b"index -5"),
        RECEIPT.replace(b"index 5", b"index 5\nextra aGVsbG8="),
        RECEIPT.replace(b"extra aGVsbG8=", b"extra aGVsbG8"),
        RECEIPT.replace(b"\n", b"\r\n"),
        RECEIPT.replace(b"extra", b"\xc3\xa9xtra"),
        RECEIPT[:-1],
        RECEIPT[: RECEIPT.index(CHECKPOINT)],
        RECEIPT.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n" * 1 + b"\n", 1).replace(
            b"index 5\n", b"index 5\n" + (b"A" * 43 + b"=\n") * 63
        ),
    ],
)
def test_what_is_not_a_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(BadReceipt):
        parse_receipt(data)
