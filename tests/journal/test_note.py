"""Notes and keys against vectors of other implementations."""

from __future__ import annotations

import pytest
from golden import CHECKPOINT, COSIGNATURE, COSIGNED_AT_S, LOG, LOG_SKEY, LOG_VKEY, WITNESS, WITNESS_VKEY
from hypothesis import given
from hypothesis import strategies as st

from mumian.journal.faults import BadNote, BadSignature, JournalFault
from mumian.journal.note import (
    Note,
    Signature,
    Signer,
    Verifier,
    b64,
    check_name,
    parse_note,
    parse_signatures,
    sign_note,
    unb64,
    verify_note,
)
from mumian.journal.schemes import COSIGNATURE_V1, register

# The test vector of c2sp.org/signed-note, section Example.
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The key pair of the tests of golang.org/x/mod/sumdb/note.
GO_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_the_note_of_the_specification_verifies() -> None:
    (signed,) = verify_note(parse_note(SPEC_NOTE), [Verifier.parse(SPEC_VKEY)])
    assert signed.name == "example.com/foo"
    assert signed.at_s is None


def test_a_key_pair_of_go_reads_and_writes_the_same() -> None:
    signer = Signer.parse(GO_SKEY)
    assert str(signer.verifier) == GO_VKEY
    assert signer.secret_key() == GO_SKEY


def test_keys_are_frozen() -> None:
    assert [str(LOG.verifier), LOG.secret_key(), str(WITNESS.verifier)] == [LOG_VKEY, LOG_SKEY, WITNESS_VKEY]


def test_a_cosignature_is_frozen_and_tells_its_time() -> None:
    note = parse_note(CHECKPOINT)
    line = WITNESS.sign(note.text, at_s=COSIGNED_AT_S)
    assert line.line == COSIGNATURE
    (signed,) = verify_note(Note(note.text, (line,)), [WITNESS.verifier])
    assert signed.at_s == COSIGNED_AT_S


def test_a_cosignature_without_a_time_is_neither_made_nor_believed() -> None:
    text = parse_note(CHECKPOINT).text
    with pytest.raises(ValueError, match="states when it was made"):
        WITNESS.sign(text)
    timeless = Signature(WITNESS.name, WITNESS.verifier.key_id, bytes(72))
    with pytest.raises(BadSignature, match="time `0`"):
        verify_note(Note(text, (timeless,)), [WITNESS.verifier])


def test_signatures_of_unknown_keys_are_ignored() -> None:
    note = parse_note(CHECKPOINT + b"\xe2\x80\x94 mumian.example/guangzhou AAAAAAAAAAAA\n" + COSIGNATURE.encode())
    assert [signed.name for signed in verify_note(note, [LOG.verifier])] == [LOG.name]


def test_a_note_that_nobody_trusted_signed_is_refused() -> None:
    with pytest.raises(BadSignature, match=r"`witness.example/w1` is trusted, `mumian.example/guangzhou` signed"):
        verify_note(parse_note(CHECKPOINT), [WITNESS.verifier])
    with pytest.raises(BadSignature, match="nobody is trusted"):
        verify_note(parse_note(CHECKPOINT), [])


def test_one_bad_signature_of_a_known_key_spoils_the_note() -> None:
    good = parse_note(CHECKPOINT).signatures[0]
    bad = Signature(good.name, good.key_id, bytes(64))
    note = Note(parse_note(CHECKPOINT).text, (good, bad))
    with pytest.raises(BadSignature, match="does not verify"):
        verify_note(note, [LOG.verifier])


def test_a_key_that_signed_twice_counts_once() -> None:
    good = parse_note(CHECKPOINT).signatures[0]
    assert len(verify_note(Note(parse_note(CHECKPOINT).text, (good, good)), [LOG.verifier])) == 1


@given(st.integers(0, 8 * len(CHECKPOINT) - 1))
def test_no_flipped_bit_goes_unseen(bit: int) -> None:
    spoilt = bytearray(CHECKPOINT)
    spoilt[bit // 8] ^= 1 << bit % 8
    with pytest.raises(JournalFault):
        verify_note(parse_note(bytes(spoilt)), [LOG.verifier])


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_any_text_can_be_signed_and_read_back(text: str) -> None:
    data = sign_note(f"{text}\n\nmore\n", [LOG, WITNESS], at_s=1)
    note = parse_note(data)
    assert note.text == f"{text}\n\nmore\n"
    assert note.to_bytes() == data
    assert len(verify_note(note, [WITNESS.verifier, LOG.verifier])) == 2


LINE = "— a AAAAAAE=\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n" + LINE.encode(),
        f"text\n\n{LINE}"[:-1].encode(),
        f"text\r\n\n{LINE}".encode(),
        f"text\n\n{LINE}{LINE[2:]}".encode(),
        b"text\n\n- a AAAAAAE=\n",
        "text\n\n—  AAAAAAE=\n".encode(),
        "text\n\n— a+b AAAAAAE=\n".encode(),
        "text\n\n— a AAAAAA==\n".encode(),
        "text\n\n— a AAAAAAF=\n".encode(),
        "text\n\n— a AAAAAAE\n".encode(),
        "text\n\n— a AAAA AAE=\n".encode(),
        "text\n\n— a é\n".encode(),
        f"\xfftext\n\n{LINE}".encode("latin-1", "replace"),
        f"text\n\n{LINE * 65}".encode(),
        b"a" * 1_000_001,
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(BadNote):
        parse_note(data)


def test_sixteen_signatures_are_read() -> None:
    assert len(parse_note(f"text\n\n{LINE * 16}".encode()).signatures) == 16


@pytest.mark.parametrize("text", ["no newline", "tab\there\n"])
def test_a_text_that_cannot_be_read_back_is_not_signed(text: str) -> None:
    with pytest.raises(BadNote):
        sign_note(text, [LOG])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\u00a0b", "a\nb", "a\x01b"])
def test_a_name_that_breaks_a_line_cannot_name_a_key(name: str) -> None:
    with pytest.raises(BadNote):
        check_name(name)


def test_a_chinese_name_can_name_a_key() -> None:
    signer = Signer("广州数据交易所", bytes(32))
    assert Verifier.parse(str(signer.verifier)).name == "广州数据交易所"


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        LOG_VKEY.replace("718be663", "718be664"),
        LOG_VKEY.replace("718be663", "718BE663"),
        LOG_VKEY + "=",
        LOG_VKEY.replace("guangzhou", "shenzhen"),
        "name+00000000+",
        "name+00000000+Bg==",
        "name+00000000+AQAA",
        "name+00000000+BAAA",
    ],
)
def test_what_is_not_a_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(vkey)


@pytest.mark.parametrize(
    "skey", ["", LOG_VKEY, LOG_SKEY.replace("718be663", "718be664"), "PRIVATE+KEY+a+00000000+AQAA"]
)
def test_what_is_not_a_signer_key_is_refused(skey: str) -> None:
    with pytest.raises(BadNote):
        Signer.parse(skey)


def test_another_scheme_is_one_registration() -> None:
    class Renamed:
        """The timestamped scheme under a private type: ff and a long identifier, where SM2 will stand."""

        kind = b"\xffmumian.example/renamed"
        public, signer, verifier = COSIGNATURE_V1.public, COSIGNATURE_V1.signer, COSIGNATURE_V1.verifier

    signer = Signer("a", bytes(32), scheme=Renamed())
    with pytest.raises(BadNote, match="signature type `ff`"):
        Verifier.parse(str(signer.verifier))
    register(Renamed())
    read = Verifier.parse(str(signer.verifier))
    (signed,) = verify_note(parse_note(sign_note("text\n", [signer], at_s=7)), [read])
    assert signed.at_s == 7


@given(st.binary())
def test_base64_has_one_form(data: bytes) -> None:
    assert unb64(b64(data)) == data


def test_signature_lines_alone_can_be_read() -> None:
    (line,) = parse_signatures(COSIGNATURE)
    assert WITNESS.verifier.made(line)
    with pytest.raises(BadNote):
        parse_signatures("")
