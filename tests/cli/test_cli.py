"""Every command but the demo and the domains: what it prints, its exit code, and that a fault is a sentence, never a trace."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
import waitress
from terminal import PROGRAM, Mumian, Ran, in_a_process

from mumian.cli.references import NothingThere, filled, waits
from mumian.journal.note import Signer
from mumian.journal.witness import watch
from mumian.journal.witness_http import witness_app
from mumian.journal.witness_store import WitnessStore
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import PartyId
from mumian.kernel.time import DAY_MS
from mumian.market.home import Home
from mumian.market.trial import uscc
from mumian.rooms.auctions.records import Sealed, commitment_of

REFUSED, FAULT = 1, 2
FIRM = {
    "type": "parties.AdmitParty",
    "kind": "legal",
    "name": "Pearl River Couriers",
    "uscc": uscc(1),
    "roles": ["buyer"],
}


@pytest.fixture
def market(mumian: Mumian) -> Path:
    """A market with one party, in `mumian-home`."""
    assert mumian("init").code == 0
    assert mumian("submit", "-", said=FIRM).code == 0
    return Path("mumian-home")


def test_init_makes_a_market_with_its_key_and_tells_its_verifier_key(mumian: Mumian, tmp_path: Path) -> None:
    ran = mumian("init", "--home", "here", "--origin", "exchange.example/gz")
    assert (ran.code, ran.err) == (0, "")
    assert "market `exchange.example/gz` opened in here" in ran.out
    assert (tmp_path / "here" / "market" / "vkey").read_text().strip() == ran.out.splitlines()[-1]
    assert (tmp_path / "here" / "keys" / "exchange.key").stat().st_mode & 0o077 == 0


def test_a_market_is_never_made_over_another(mumian: Mumian, market: Path) -> None:
    before = (market / "market" / "key").read_bytes()
    ran = mumian("init")
    assert (ran.code, ran.err.strip()) == (FAULT, "`mumian-home` holds a market already; choose another folder")
    assert (market / "market" / "key").read_bytes() == before


def test_the_remedy_that_a_missing_home_names_is_the_command_that_makes_one(mumian: Mumian) -> None:
    ran = mumian("show", "party", "--home", "nowhere")
    assert ran.code == FAULT
    words = re.search(r"`mumian (init .*)`", ran.err)
    assert words is not None
    assert mumian(*words[1].split()).code == 0
    assert mumian("show", "party", "--home", "nowhere").code == 0


def test_mumian_home_says_where_the_market_is(mumian: Mumian, market: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUMIAN_HOME", str(market.rename("elsewhere")))
    assert mumian("show", "party", "party-1").code == 0


def test_submit_answers_each_command_with_its_number_and_events(mumian: Mumian, market: Path) -> None:
    ran = mumian("submit", "-", said=[{**FIRM, "uscc": uscc(2)}, {**FIRM, "uscc": uscc(3)}])
    assert ran.code == 0
    assert [json.loads(line)["seq"] for line in ran.out.splitlines()] == [2, 3]
    assert [event["party"] for event in ran.events if event["type"] == "parties.PartyAdmitted"] == [
        "party-2",
        "party-3",
    ]


def test_a_refusal_is_an_answer_with_its_sentence_and_exit_code_1(mumian: Mumian, market: Path) -> None:
    ran = mumian("submit", "-", said=FIRM)
    answer = json.loads(ran.out)
    assert (ran.code, answer["outcome"], answer["refusal"]["name"]) == (REFUSED, "refused", "parties.USCC_TAKEN")
    assert answer["refusal"]["sentence"].startswith("parties.USCC_TAKEN: ")


def test_an_envelope_with_its_id_is_answered_once_however_often_it_is_sent(mumian: Mumian, market: Path) -> None:
    envelope = {"id": "admit-firm-2", "actor": "exchange", "command": {**FIRM, "uscc": uscc(2)}}
    answers = [json.loads(mumian("submit", "-", said=envelope).out) for _ in range(2)]
    assert [answer["again"] for answer in answers] == [False, True]
    assert answers[0]["events"] == answers[1]["events"]


def test_a_key_made_for_a_party_signs_what_it_says(mumian: Mumian, market: Path) -> None:
    made = mumian("key", "party-1", "--register")
    assert (made.code, made.err.strip()) == (0, "mumian-home/keys/party-1.key")
    ran = mumian(
        "submit", "-", "--as", "party-1", said={"type": "ledger.OpenAccount", "owner": "party-1", "purpose": "fees"}
    )
    leaf = json.loads(mumian("journal", "show", str(json.loads(ran.out)["seq"])).out)
    assert (ran.code, leaf["by"]) == (0, "key")
    assert leaf["signature"]["key"] == json.loads(made.out)["key"]


def test_a_key_is_never_made_over_another(mumian: Mumian, market: Path) -> None:
    assert mumian("key", "party-1").code == 0
    ran = mumian("key", "party-1")
    assert (ran.code, ran.err.strip()) == (
        FAULT,
        "`mumian-home/keys/party-1.key` exists; a key is never overwritten: choose another file",
    )


def test_a_key_that_the_market_does_not_take_is_not_kept(mumian: Mumian, market: Path) -> None:
    ran = mumian("key", "party-77", "--register")
    assert (ran.code, "parties.PARTY_UNKNOWN" in ran.err) == (REFUSED, True)
    assert not (market / "keys" / "party-77.key").exists()


def test_an_item_of_a_file_names_what_an_earlier_one_made(mumian: Mumian, market: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("whatever was agreed")
    legs = [{"debit": "account-0.4", "credit": "$1.account", "amount_fen": 100, "memo": "deposit"}]
    items = [
        {**FIRM, "uscc": uscc(2)},
        {"type": "ledger.PostTransfers", "legs": legs},
        {"actor": "$1.party", "command": {"type": "ledger.OpenAccount", "owner": "$1.party", "purpose": "fees"}},
    ]
    (tmp_path / "all.json").write_text(json.dumps(items))
    ran = mumian("submit", "all.json")
    assert (ran.code, len(ran.out.splitlines())) == (0, 3)
    assert ran.events[-1]["owner"] == "party-2"


@pytest.mark.parametrize(
    ("items", "code", "sentence", "answers"),
    [
        ([{"type": "ledger.OpenAccount", "owner": "$1.party", "purpose": "fees"}], FAULT, "item 1: `$1.party` names item 1, which is not before it", 0),
        ([FIRM, {**FIRM, "name": "$1.party"}], REFUSED, "item 2: `$1.party` names item 1, which was refused", 1),
        ([{**FIRM, "uscc": uscc(2)}, {**FIRM, "name": "$1.colour"}], FAULT, "item 2: `$1.colour`: item 1 made no `colour`", 1),
        ([{**FIRM, "name": "$sha256:none.txt"}], FAULT, "item 1: `$sha256:none.txt`: `none.txt` cannot be read", 0),
    ],
    ids=["forward", "refused", "no such field", "no such file"],
)  # fmt: skip
def test_a_word_that_points_nowhere_is_told_with_its_item(
    mumian: Mumian, market: Path, items: list[Any], code: int, sentence: str, answers: int
) -> None:
    ran = mumian("submit", "-", said=items)
    assert (ran.code, len(ran.out.splitlines())) == (code, answers)
    assert sentence in ran.err


def test_nothing_is_said_when_a_later_item_is_no_command(mumian: Mumian, market: Path) -> None:
    ran = mumian("submit", "-", said=[{**FIRM, "uscc": uscc(2)}, {"type": "parties.Nonsense"}])
    assert (ran.code, ran.out) == (REFUSED, "")
    assert "hearing.MALFORMED" in ran.err
    assert "item 2: " in ran.err
    assert mumian("show", "party", "party-2").code == FAULT


def test_words_are_filled_in_wherever_they_stand_and_nothing_else_is_touched(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    now = 1_000 * DAY_MS
    given = {"a": ["$now", "$now+2d", "$now-12h"], "b": "$sha256:a.txt", "c": "$now+2", "d": "costs $1.50", "e": 7}
    assert filled(given, (), now=now, beside=tmp_path) == {
        "a": [now, now + 2 * DAY_MS, now - DAY_MS // 2],
        "b": sha256_hex(b"a"),
        "c": "$now+2",
        "d": "costs $1.50",
        "e": 7,
    }
    assert [waits(value) for value in ({"x": ["$2.order"]}, "$now", "a $1.party b", 3)] == [True, False, False, False]
    with pytest.raises(NothingThere):
        filled("$1.party", (), now=now, beside=tmp_path)


def test_a_signed_envelope_is_left_as_it_was_signed(mumian: Mumian, market: Path) -> None:
    command = {**FIRM, "uscc": uscc(2), "name": "$now"}
    envelope = {
        "id": "signed-0001",
        "actor": "exchange",
        "command": command,
        "signature": {"key": "AA==", "value": "AA=="},
    }
    ran = mumian("submit", "-", said=envelope)
    assert (ran.code, "hearing.SIGNATURE_INVALID" in ran.err) == (REFUSED, True)


def test_schema_knows_every_command_and_says_when_there_is_none(mumian: Mumian) -> None:
    names = mumian("schema", "--names").out.split()
    assert "ledger.OpenAccount" in names
    one = json.loads(mumian("schema", "ledger.OpenAccount").out)
    assert "owner" in json.dumps(one)
    assert len(json.loads(mumian("schema").out)["oneOf"]) == len(names)
    ran = mumian("schema", "ledger.Nonsense")
    assert (ran.code, "`mumian schema --names`" in ran.err) == (FAULT, True)


def test_show_draws_a_table_or_one_record(mumian: Mumian, market: Path) -> None:
    assert "party-1" in mumian("show", "party").out
    assert json.loads(mumian("show", "party", "party-1").out)["name"] == "Pearl River Couriers"
    assert list(json.loads(mumian("show", "party", "--json").out)) == ["exchange", "party-1"]
    assert "1 more; raise --limit" in mumian("show", "party", "--limit", "1").out


def test_the_overview_counts_the_market(mumian: Mumian, market: Path) -> None:
    ran = mumian("overview", "--json")
    assert (ran.code, isinstance(json.loads(ran.out), dict)) == (0, True)


def test_fsck_audits_a_home_and_an_export(mumian: Mumian, market: Path) -> None:
    home = mumian("fsck", market)
    assert (home.code, "2 leaves hold" in home.out) == (0, True)
    assert "2 leaves exported" in mumian("journal", "export", "out").out
    export = mumian("fsck", "out", "--vkey", market / "market" / "vkey", "--json")
    assert (export.code, json.loads(export.out)["leaves"]) == (0, 2)
    trusting = mumian("fsck", "out")
    assert (trusting.code, "no --vkey given" in trusting.err) == (0, True)


def test_fsck_names_the_leaf_that_was_tampered_with(mumian: Mumian, market: Path, tmp_path: Path) -> None:
    mumian("journal", "export", "out")
    (bundle,) = (path for path in (tmp_path / "out" / "tile" / "entries").rglob("*") if path.is_file())
    bundle.write_bytes(bundle.read_bytes().replace(b"Couriers", b"Carriers"))
    ran = mumian("fsck", "out", "--vkey", market / "market" / "vkey")
    assert (ran.code, ran.out.startswith("leaf 1: ")) == (REFUSED, True)


def test_the_journal_shows_its_newest_leaves_one_leaf_and_its_checkpoint(mumian: Mumian, market: Path) -> None:
    tail = mumian("journal", "tail", "-n", "1").out.split()
    assert tail[:4] == ["1", "exchange", "AdmitParty", "PartyAdmitted,"]
    assert json.loads(mumian("journal", "show", "1").out)["command"]["type"] == "parties.AdmitParty"
    assert mumian("journal", "checkpoint").out.splitlines()[:2] == ["mumian.example/market", "2"]


def test_a_receipt_is_verified_with_nothing_but_the_key(mumian: Mumian, market: Path, tmp_path: Path) -> None:
    assert mumian("receipt", "get", "1").out.split() == ["leaf-1.tlog-proof", "leaf-1.leaf.json"]
    vkey = (market / "market" / "vkey").read_text().strip()
    market.rename("gone")
    proved = mumian("receipt", "verify", "leaf-1.tlog-proof", "--vkey", vkey)
    assert (proved.code, proved.out.startswith("proved: leaf 1 of `mumian.example/market`")) == (0, True)
    leaf = tmp_path / "leaf-1.leaf.json"
    leaf.write_bytes(leaf.read_bytes().replace(b"Couriers", b"Carriers"))
    forged = mumian("receipt", "verify", "leaf-1.tlog-proof", "--vkey", vkey)
    assert (forged.code, forged.err.startswith("NOT PROVED: ")) == (FAULT, True)


def test_a_witness_cosigns_what_the_market_published(mumian: Mumian, market: Path, tmp_path: Path) -> None:
    made = mumian("witness", "init", "watcher", "--name", "witness.example/one")
    assert (made.code, made.out) == (0, (tmp_path / "watcher" / "vkey").read_text())
    again = mumian("witness", "init", "watcher", "--name", "witness.example/two")
    assert (again.code, again.err.strip()) == (FAULT, "`watcher` holds a witness already")
    signer = Signer.parse((tmp_path / "watcher" / "key").read_text().strip())
    served = witness_app(
        WitnessStore(tmp_path / "seen"), signer, watch([Home(market).verifier()]), clock=lambda: 1_790_000_000
    )
    server = waitress.create_server(served, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert mumian("witness", "add", f"http://127.0.0.1:{server.effective_port}", "watcher/vkey").code == 0
        collected = mumian("witness", "collect")
    finally:
        server.close()
        thread.join(timeout=10)
    assert (collected.code, collected.out.strip()) == (0, "cosigned by witness.example/one")
    mumian("receipt", "get", "1")
    ran = mumian(
        "receipt", "verify", "leaf-1.tlog-proof", "--vkey", market / "market" / "vkey", "--witness", "watcher/vkey"
    )
    assert (ran.code, "seen by witness.example/one" in ran.out) == (0, True)
    mumian("submit", "-", said={**FIRM, "uscc": uscc(2)})
    alone = mumian("witness", "collect")
    assert (alone.code, "witness.example/one" in alone.err) == (REFUSED, True)


def test_witness_serve_says_where_it_listens(mumian: Mumian, market: Path, tmp_path: Path) -> None:
    mumian("witness", "init", "watcher", "--name", "witness.example/one")
    words = ["witness", "serve", "watcher", "--trust", "mumian-home/market/vkey", "--port", "0"]
    with subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        first = serving.stdout.readline()
        serving.terminate()
    assert first.startswith("witness `witness.example/one` on http://127.0.0.1:")


def test_doctor_says_what_is_missing_and_how_to_get_it(mumian: Mumian, market: Path) -> None:
    well = mumian("doctor", "--json")
    assert (well.code, {check["what"] for check in json.loads(well.out)} >= {"Python", "store", "clock"}) == (0, True)
    (market / "market" / "key").unlink()
    ill = mumian("doctor")
    assert (ill.code, "✗ market's key" in ill.out) == (FAULT, True)
    assert "restore it" in ill.out
    nowhere = mumian("doctor", "--home", "nowhere")
    assert (nowhere.code, "– home: nowhere" in nowhere.out) == (0, True)


WRONG: list[tuple[list[str], int, str]] = [
    (["submit", "none.json"], FAULT, "No such file or directory: none.json"),
    (["submit", "."], FAULT, "Is a directory"),
    (["submit", "broken.json"], REFUSED, "hearing.MALFORMED"),
    (["submit", "number.json"], REFUSED, "hearing.MALFORMED"),
    (["submit", "binary"], REFUSED, "hearing.MALFORMED"),
    (["submit", "firm.json", "--key", "none.key"], FAULT, "there is no key at `none.key`"),
    (["submit", "firm.json", "--key", "binary"], FAULT, ""),
    (["submit", "firm.json", "--as", "party-99"], REFUSED, ""),
    (["submit", "firm.json", "--home", "nowhere"], FAULT, "there is no market in `nowhere`"),
    (["key", "../party"], FAULT, "is no party's id"),
    (["key", "party-1", "--home", "nowhere"], FAULT, "there is no market in `nowhere`"),
    (["show", "colour"], FAULT, "there is no `colour` to show"),
    (["show", "party", "party-99"], FAULT, "no party `party-99` in this market"),
    (["fsck", "nowhere"], FAULT, "`nowhere` is neither a market's home nor an export"),
    (["fsck", "mumian-home", "--vkey", "nonsense"], FAULT, ""),
    (["fsck", "mumian-home", "--vkey", "binary"], FAULT, ""),
    (["journal", "tail", "--home", "nowhere"], FAULT, "there is no market in `nowhere`"),
    (["journal", "show", "99"], FAULT, "there is no leaf 99; the newest is 1"),
    (["journal", "show", "-1"], FAULT, ""),
    (["journal", "show", "one"], FAULT, ""),
    (["journal", "export", "binary"], FAULT, ""),
    (["receipt", "get", "99"], FAULT, "99"),
    (["receipt", "verify", "none", "--vkey", "mumian-home/market/vkey"], FAULT, "none"),
    (["receipt", "verify", "binary", "--vkey", "mumian-home/market/vkey", "--leaf", "binary"], FAULT, "NOT PROVED"),
    (["receipt", "verify", "binary", "--vkey", "nonsense", "--leaf", "binary"], FAULT, ""),
    (["witness", "serve", "nowhere", "--trust", "nonsense"], FAULT, "make one with `mumian witness init`"),
    (["witness", "add", "http://127.0.0.1:1", "nonsense"], FAULT, ""),
    (["ticket", "job-99"], FAULT, "there is no job `job-99`"),
    (["ticket", "nonsense"], FAULT, "there is no job `nonsense`"),
    (["overview", "--home", "nowhere"], FAULT, "there is no market in `nowhere`"),
    (["nonsense"], FAULT, "nonsense"),
]


@pytest.mark.parametrize(("words", "code", "sentence"), WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_wrong_input_is_answered_by_a_sentence(
    mumian: Mumian, market: Path, tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "broken.json").write_text('{"type": ')
    (tmp_path / "number.json").write_text("[17]")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x9c")
    (tmp_path / "firm.json").write_text(json.dumps({**FIRM, "uscc": uscc(2)}))
    ran = mumian(*words)
    assert (ran.code, bool((ran.err or ran.out).strip())) == (code, True)
    assert sentence in ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err


def test_the_same_is_said_in_chinese(mumian: Mumian, market: Path, tmp_path: Path) -> None:
    def zh(*words: str | Path) -> Ran:
        return in_a_process("--lang", "zh", *words, cwd=tmp_path)

    (tmp_path / "firm.json").write_text(json.dumps(FIRM))
    assert "木棉：面向城市的开放数据要素市场" in zh("--help").out
    assert "没有 `colour`" in zh("show", "colour").err
    assert "条记录全部成立" in zh("fsck", "mumian-home").out
    refused = json.loads(zh("submit", "firm.json").out)["refusal"]
    assert re.search(r"[\u4e00-\u9fff]", refused["sentence"])
    assert "既不是市场文件夹也不是导出" in in_a_process("fsck", "nowhere", cwd=tmp_path, MUMIAN_LANG="zh_CN").err


def test_a_sealed_bid_opens_with_its_own_salt_and_for_its_bidder_alone(mumian: Mumian) -> None:
    said = json.loads(mumian("seal-bid", "auction-17", "party-4", "1500").out)
    hidden = {key: said["reveal"][key] for key in ("amount_fen", "auction", "salt")}
    sealed = Sealed(bidder=PartyId("party-4"), **hidden)
    assert commitment_of(sealed) == said["commit"]["commitment"]
    assert commitment_of(msgspec.structs.replace(sealed, bidder=PartyId("party-5"))) != said["commit"]["commitment"]
    again = json.loads(mumian("seal-bid", "auction-17", "party-4", "1500").out)
    assert again["reveal"]["salt"] != said["reveal"]["salt"]


def test_a_bodys_indicators_are_shown_and_a_stranger_has_none(mumian: Mumian, market: Path) -> None:
    shown = mumian("indicators", "party-1", "--json")
    assert (shown.code, json.loads(shown.out)["resources"]) == (0, 0)
    assert (mumian("indicators", "party-404").code, mumian("indicators", "party-404").out) == (FAULT, "")
