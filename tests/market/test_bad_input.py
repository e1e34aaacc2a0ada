"""Nothing that comes from outside stops the market, and what is nobody's word gets no leaf."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hostile import commands, plain, variants
from msgspec import inspect
from opening import T0, Clock, start

from market_load import Load, too_large
from mumian.journal.log import digest_in
from mumian.journal.note import Signer
from mumian.journal.publish import ExportReader
from mumian.journal.receipt import verify_receipt
from mumian.journal.sqlite import SqliteStore
from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Refused
from mumian.market.envelope import ENVELOPE_BYTES_MAX, Envelope
from mumian.market.hearing import HearingRefusal as H
from mumian.market.hearing import Spoken, hear, sign_envelope, trust
from mumian.market.home import Home, HomeFault
from mumian.market.keys import load_key, make_key, public_text
from mumian.market.leaf import leaf_bytes
from mumian.market.proofs import audit_folder, export, receipt
from mumian.market.rooms import ROOMS
from mumian.market.sequencer import Answer, Sequencer
from mumian.market.trial import ORIGIN, World
from mumian.rooms.catalog.model import DescribeResource
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger.model import PostPending
from mumian.rooms.parties.model import RegisterKey

VERIFIER = Signer(ORIGIN, b"\x07" * 32).verifier
RESIDENT = "11010519491231002X"  # the example of GB 11643-1999
GOOD = b'{"id":"abcdefgh","actor":"exchange","command":{"type":"ledger.PostPending","transfer":"transfer-1","amount_fen":1}}'


def heard(raw: bytes) -> Spoken | Refused:
    return hear(raw, origin=ORIGIN, door="test")


def turned_away(raw: bytes) -> H:
    answer = heard(raw)
    assert isinstance(answer, Refused), answer
    for lang in ("en", "zh"):
        assert "Traceback" not in answer.say(lang)
    return answer.refusal


def test_the_envelope_that_the_cases_break_is_heard_as_it_is() -> None:
    spoken = heard(GOOD)
    assert isinstance(spoken, Spoken)
    assert spoken.envelope == Envelope("abcdefgh", "exchange", PostPending("transfer-1", 1))


MALFORMED = {
    "empty": b"",
    "white space": b" \n",
    "null": b"null",
    "a list": b"[" + GOOD + b"]",
    "trailing bytes": GOOD + b"}",
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "invalid UTF-8": GOOD.replace(b"transfer-1", b"\xff\xfe"),
    "overlong UTF-8": GOOD.replace(b"transfer-1", b"\xc0\xaf"),
    "lone high surrogate": GOOD.replace(b"transfer-1", b"\\ud800"),
    "lone low surrogate": GOOD.replace(b"transfer-1", b"\\udc00x"),
    "surrogate in UTF-8": GOOD.replace(b"transfer-1", b"\xed\xa0\x80"),
    "raw control character": GOOD.replace(b"transfer-1", b"a\nb"),
    "single quotes": GOOD.replace(b'"', b"'"),
    "comment": GOOD.replace(b"{", b"{/**/", 1),
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"id":' * 100_000,
    "deep value": GOOD.replace(b'"transfer-1"', b"[" * 100_000 + b"]" * 100_000),
    "NaN": GOOD.replace(b":1}", b":NaN}"),
    "infinity": GOOD.replace(b":1}", b":Infinity}"),
    "fraction": GOOD.replace(b":1}", b":1.5}"),
    "whole fraction": GOOD.replace(b":1}", b":1.0}"),
    "exponent": GOOD.replace(b":1}", b":1e3}"),
    "leading zero": GOOD.replace(b":1}", b":01}"),
    "hexadecimal": GOOD.replace(b":1}", b":0x1}"),
    "minus zero": GOOD.replace(b":1}", b":-0}"),
    "2^53": GOOD.replace(b":1}", b":9007199254740992}"),
    "30 digits": GOOD.replace(b":1}", b":" + b"9" * 30 + b"}"),
    "100,000 digits": GOOD.replace(b":1}", b":" + b"9" * 100_000 + b"}"),
    "number as text": GOOD.replace(b":1}", b':"1"}'),
    "true as number": GOOD.replace(b":1}", b":true}"),
    "number as id": GOOD.replace(b'"transfer-1"', b"1"),
    "null as actor": GOOD.replace(b'"exchange"', b"null"),
    "unknown field": GOOD.replace(b'{"id"', b'{"note":1,"id"'),
    "unknown field of the command": GOOD.replace(b'{"type"', b'{"note":1,"type"'),
    "unknown command": GOOD.replace(b"PostPending", b"PrintMoney"),
    "an event as command": GOOD.replace(b"PostPending", b"PendingPosted"),
    "no command": b'{"id":"abcdefgh","actor":"exchange"}',
    "no type": GOOD.replace(b'"type":"ledger.PostPending",', b""),
    "no actor": GOOD.replace(b'"actor":"exchange",', b""),
    "id too short": GOOD.replace(b"abcdefgh", b"abcdefg"),
    "id too long": GOOD.replace(b"abcdefgh", b"a" * 65),
    "id with a space": GOOD.replace(b"abcdefgh", b"abcd efgh"),
    "id that ends in a line break": GOOD.replace(b"abcdefgh", b"abcdefgh\\n"),
    "half a signature": GOOD.replace(b'{"id"', b'{"signature":{"key":""},"id"'),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_envelope_is_turned_away(raw: bytes) -> None:
    assert turned_away(raw) is H.MALFORMED


def test_an_envelope_cut_off_anywhere_is_turned_away() -> None:
    assert {turned_away(GOOD[:length]) for length in range(len(GOOD))} == {H.MALFORMED}


def test_an_envelope_with_any_byte_flipped_is_heard_as_something_else_or_turned_away() -> None:
    original = heard(GOOD)
    for position in range(len(GOOD)):
        for bit in (1, 32, 128):
            flipped = bytearray(GOOD)
            flipped[position] ^= bit
            assert heard(bytes(flipped)) != original


def test_of_a_repeated_key_the_last_value_counts_for_decision_signature_and_leaf(
    market: Sequencer, world: World
) -> None:
    """JSON leaves it open (RFC 8259 §4); here signature and leaf are over the canonical bytes, so there is one reading."""
    spoken = heard(GOOD.replace(b'"amount_fen":1', b'"amount_fen":1,"transfer":"transfer-2"'))
    assert isinstance(spoken, Spoken)
    (answer,) = market.handle_all([spoken])
    assert leaf_bytes(answer.leaf).count(b'"transfer"') == 2  # the command's, and the refusal's detail
    assert b"transfer-1" not in leaf_bytes(answer.leaf)


def test_an_envelope_of_more_than_a_mebibyte_is_turned_away_unread() -> None:
    padding = ENVELOPE_BYTES_MAX - len(GOOD)
    assert isinstance(heard(GOOD + b" " * padding), Spoken)
    assert turned_away(GOOD + b" " * (padding + 1)) is H.TOO_LARGE


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\\\x00"])
def test_a_nul_character_is_turned_away_and_an_escaped_backslash_is_none(text: str) -> None:
    raw = json.dumps({**json.loads(GOOD), "actor": text}).encode()
    assert turned_away(raw) is H.NUL_CHARACTER
    assert isinstance(heard(raw.replace(b"\\u0000", b"\\\\u0000").replace(b"\\\\\\\\\\", b"\\\\")), Spoken)


ADMISSION = {"type": "parties.AdmitParty", "kind": "natural", "name": "", "identity_commitment": "a" * 64}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "张三"},
        {"uscc": "张三"},
        {"name": RESIDENT},
        {"uscc": RESIDENT},
        {"identity_commitment": RESIDENT},
        {"identity_commitment": f"张三{RESIDENT.lower()}"},
        {"key": RESIDENT},
        {"roles": [RESIDENT]},
        {"kind": RESIDENT},
        {"kind": "legal", "name": f"某公司（{RESIDENT}）"},
        {RESIDENT: 1},
    ],
    ids=str,
)
def test_personal_data_in_an_admission_is_neither_heard_nor_repeated(change: dict[str, Any]) -> None:
    answer = heard(json.dumps({**json.loads(GOOD), "command": {**ADMISSION, **change}}).encode())
    assert isinstance(answer, Refused)
    for told in (answer.say("en"), answer.say("zh"), repr(answer.detail)):
        assert RESIDENT[:17] not in told
        assert "张三" not in told


@pytest.mark.parametrize("escaped", [RESIDENT, RESIDENT.replace("1", "\\u0031")])
def test_a_resident_id_in_any_text_is_turned_away(escaped: str) -> None:
    assert turned_away(GOOD.replace(b"transfer-1", escaped.encode())) is H.PERSONAL_NUMBER


@pytest.mark.parametrize(
    "number",
    ["110105194912310021", "110105194913310025", "1" + RESIDENT, RESIDENT + "0", "a" + RESIDENT, "12440119900101123W"],
)
def test_other_numbers_of_that_length_pass(number: str) -> None:
    assert isinstance(heard(GOOD.replace(b"transfer-1", number.encode())), Spoken)


KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)


def signed() -> dict[str, Any]:
    envelope = Envelope("signed-0001", "exchange", PostPending("transfer-1", 1))
    return plain(sign_envelope(envelope, KEY, origin=ORIGIN))


def test_a_signature_that_fits_is_heard_as_the_keys() -> None:
    spoken = heard(json.dumps(signed()).encode())
    assert isinstance(spoken, Spoken)
    assert spoken.by == "key"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("id",), "signed-0002"),
        (("actor",), "party-1"),
        (("command", "transfer"), "transfer-2"),
        (("command", "amount_fen"), 2),
        (("command", "amount_fen"), None),
        (("command", "type"), "ledger.PostPending "),
        (("signature", "key"), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
        (("signature", "key"), ""),
        (("signature", "key"), "AAAA"),
        (("signature", "key"), "not base64"),
        (("signature", "key"), "张三"),
        (("signature", "value"), ""),
        (("signature", "value"), "A" * 86 + "=="),
        (("signature", "value"), "%%%"),
    ],
)
def test_a_signature_fits_no_other_envelope(place: tuple[str, ...], value: Any) -> None:
    envelope = signed()
    part = envelope
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    expected = H.MALFORMED if place[-1] == "type" else H.SIGNATURE_INVALID
    assert turned_away(json.dumps(envelope).encode()) is expected


def test_a_signature_fits_no_other_market() -> None:
    answer = hear(json.dumps(signed()).encode(), origin="mumian.example/other", door="test")
    assert isinstance(answer, Refused)
    assert answer.refusal is H.SIGNATURE_INVALID


def test_a_party_with_a_key_speaks_by_that_key_only(market: Sequencer, world: World) -> None:
    mine, other = KEY, Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
    register = Envelope("keys-00001", world.insurer, RegisterKey(world.insurer, public_text(mine)))
    order = exchange.PlaceOrder(world.report_listing, 1, T0 + 10**9, 10**9)

    def say(id_: str, key: Ed25519PrivateKey | None) -> str:
        envelope = Envelope(id_, world.insurer, order)
        spoken = trust(sign_envelope(envelope, key, origin=ORIGIN) if key else envelope, origin=ORIGIN, door="test")
        assert isinstance(spoken, Spoken)
        (answer,) = market.handle_all([spoken])
        return answer.leaf.refused

    assert say("keys-00000", mine) == "envelope.KEY_NOT_THE_ACTORS"
    assert market.handle_all([Spoken(register, "door:test")])[0].leaf.refused == ""
    assert say("keys-00002", None) == "envelope.SIGNATURE_REQUIRED"
    assert say("keys-00003", other) == "envelope.KEY_NOT_THE_ACTORS"
    assert say("keys-00004", mine) == ""


def test_who_is_not_admitted_is_refused_and_logged(market: Sequencer, world: World) -> None:
    for actor in ("party-999999", "market", "", "木棉", "a" * 5000, *world.resources):
        (answer,) = market.handle_all([Spoken(Envelope(f"who-{len(actor):08d}", actor, PostPending("t")), "door:test")])
        assert answer.leaf.refused in ("envelope.ACTOR_NOT_ADMITTED", "envelope.ID_REUSED")


def test_a_market_that_is_not_open_hears_nothing_but_its_opening(tmp_path: Path, clock: Clock) -> None:
    market = start(tmp_path, clock)
    for nth in range(3):
        (answer,) = market.handle_all([Spoken(Envelope(f"early-{nth:04d}", "exchange", PostPending("t")), "door:test")])
        assert (answer.leaf.seq, answer.leaf.refused) == (nth, "envelope.MARKET_NOT_OPEN")
    market.close()


def hostile_envelopes(world: World) -> list[bytes]:
    bodies = [body for actor, command in commands(world) for body in ((actor, each) for each in variants(command))]
    return [
        json.dumps({"id": f"hostile-{nth:08d}", "actor": actor, "command": command}).encode()
        for nth, (actor, command) in enumerate(bodies)
    ]


def take_hostile(market: Sequencer, world: World, raws: Sequence[bytes]) -> Counter[str]:
    """Say what is heard of `raws` and return how often what came of it."""
    load = Load(world, now=T0, seed=9)
    for _ in range(20):
        load.go_on(market.handle_all, 8)
    outcomes = Counter[str]()
    spoken: list[Spoken] = []
    for raw in raws:
        one = heard(raw)
        if isinstance(one, Refused):
            outcomes[one.refusal.full_name] += 1
        else:
            spoken.append(one)
    for begin in range(0, len(spoken), 100):
        outcomes.update(answer.leaf.refused or "done" for answer in market.handle_all(spoken[begin : begin + 100]))
    return outcomes


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_no_value_of_any_command_stops_the_market(market: Sequencer, world: World, tmp_path: Path, every: int) -> None:
    outcomes = take_hostile(market, world, hostile_envelopes(world)[::every])
    assert outcomes.total() > 20_000 // every
    assert outcomes["hearing.NUL_CHARACTER"] > 100
    assert len(outcomes) > 60
    assert list(market.ask(lambda states: list(states.broken_laws()))) == []
    market.close()
    store = SqliteStore(tmp_path / "market.db", mode="read")
    assert audit_folder(tmp_path / "log", VERIFIER, body=store.body, rows=store).fault is None
    store.close()


def say_too_large(market: Sequencer, world: World) -> Answer:
    entries = [market.leaf(seq).command for seq in range(market.size)]
    description = next(command.description for command in entries if isinstance(command, DescribeResource))
    (answer,) = market.handle_all(
        [Spoken(Envelope("large-0001", world.owners[0], too_large(description)), "door:test")]
    )
    return answer


def test_a_leaf_too_large_for_an_entry_is_logged_by_its_digest_and_proved(
    market: Sequencer, world: World, tmp_path: Path, clock: Clock
) -> None:
    answer = say_too_large(market, world)
    assert answer.leaf.refused == ""
    payload = leaf_bytes(answer.leaf)
    assert len(payload) > 65_535
    again = say_too_large(market, world)
    assert (again.again, again.leaf) == (True, answer.leaf)
    market.close()
    proof, entry = receipt(tmp_path / "log", answer.leaf.seq)
    named = digest_in(entry)
    assert named is not None
    assert verify_receipt(proof, entry, VERIFIER).index == answer.leaf.seq
    store = SqliteStore(tmp_path / "market.db", mode="read")
    assert store.body(named.body_sha256) == payload
    note = ExportReader(tmp_path / "log").note()
    assert export(store, note, VERIFIER, tmp_path / "out") == market.size
    assert audit_folder(tmp_path / "log", VERIFIER, body=store.body, rows=store).fault is None
    store.close()
    assert audit_folder(tmp_path / "out", VERIFIER).fault is None
    body = tmp_path / "out" / "bodies" / named.body_sha256
    body.write_bytes(payload.replace("延误".encode(), "准点".encode(), 1))
    fault = audit_folder(tmp_path / "out", VERIFIER).fault
    assert fault is not None
    assert fault.seq == answer.leaf.seq
    body.unlink()
    fault = audit_folder(tmp_path / "out", VERIFIER).fault
    assert fault is not None
    assert "missing" in fault.place


@pytest.mark.parametrize("name", ["key", "vkey"])
def test_a_home_without_its_key_says_which_file_to_restore(tmp_path: Path, clock: Clock, name: str) -> None:
    home = Home.create(tmp_path, origin=ORIGIN)
    kept = (home.market / name).read_bytes()
    (home.market / name).unlink()
    with pytest.raises(HomeFault, match="restore it"):
        home.open_market(clock) if name == "key" else home.verifier()
    (home.market / name).write_bytes(kept)
    home.open_market(clock).close()


def test_a_home_says_what_is_wrong_with_its_settings(tmp_path: Path) -> None:
    with pytest.raises(HomeFault, match="mumian init"):
        Home(tmp_path)
    home = Home.create(tmp_path, origin=ORIGIN)
    with pytest.raises(HomeFault, match="already"):
        Home.create(tmp_path, origin=ORIGIN)
    for broken in (b"", b"{", b"[]", b'{"origin":1}'):
        (home.market / "settings.json").write_bytes(broken)
        with pytest.raises(HomeFault, match="restore it from a backup"):
            Home(tmp_path)


def test_a_partys_key_file_is_never_overwritten_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "party-1.key"
    with pytest.raises(HomeFault, match=r"party-1\.key"):
        load_key(path)
    key = make_key(path, "party-1")
    assert public_text(load_key(path)) == public_text(key)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(HomeFault, match="never overwritten"):
        make_key(path, "party-1")


def test_everything_heard_reads_back_from_its_leaf(market: Sequencer, world: World) -> None:
    for seq in range(market.size):
        leaf = market.leaf(seq)
        assert canonical(msgspec.json.decode(leaf_bytes(leaf), type=type(leaf))) == leaf_bytes(leaf)


def unbounded(kind: Any, at: str, within: frozenset[type]) -> Iterator[str]:
    """Yield where a type takes an integer that no canonical JSON can carry."""
    match kind:
        case inspect.IntType(le=None, lt=None) | inspect.IntType(ge=None, gt=None):
            yield at
        case inspect.StructType() if kind.cls not in within:
            for field in kind.fields:
                yield from unbounded(field.type, f"{at}.{field.name}", within | {kind.cls})
        case inspect.UnionType():
            for each in kind.types:
                yield from unbounded(each, at, within)
        case inspect.VarTupleType():
            yield from unbounded(kind.item_type, f"{at}[]", within)
        case inspect.TupleType():
            for each in kind.item_types:
                yield from unbounded(each, f"{at}[]", within)


def test_no_command_takes_an_integer_that_canonical_json_cannot_carry() -> None:
    kinds = [command for room in ROOMS.values() for command in room.commands]
    assert [at for kind in kinds for at in unbounded(inspect.type_info(kind), kind.__name__, frozenset())] == []
    assert list(unbounded(inspect.type_info(list[int]).item_type, "planted", frozenset())) == ["planted"]
