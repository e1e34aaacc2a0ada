"""What a vault keeps can be opened until it is erased, and then by nobody, from no file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from people import ANN, BEN, KID, resident_id

from mumian.kernel.ids import PartyId
from mumian.rooms.parties.identity import commit_identity
from mumian.vault.entries import CONTACT_CHARS_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX, Identity, TextKind, is_under
from mumian.vault.faults import NobodyThere, NotKept, VaultBusy, VaultDamaged, VaultFault
from mumian.vault.vault import Vault

TODAY = date(2026, 9, 21)
P7, P8 = PartyId("party-7"), PartyId("party-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault" / "persons.db"


@pytest.fixture
def vault(path: Path) -> Any:
    with Vault(path, busy_ms=20) as opened:
        yield opened


def admitted(vault: Vault, identity: Identity, party: PartyId) -> str:
    kept = vault.keep(identity, today=TODAY)
    vault.link(kept.commitment, party)
    return kept.commitment


def raw(path: Path) -> bytes:
    """Return the bytes of every file beside the vault and of the vault itself."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.rglob("*")) if file.is_file())


def traces(identity: Identity) -> list[bytes]:
    return [text.encode() for text in (identity.resident_id, identity.name, identity.contact) if text]


def test_who_is_kept_can_be_opened_by_its_commitment(vault: Vault) -> None:
    commitment = admitted(vault, ANN, P7)
    assert vault.identity_of(P7) == ANN
    vault.verify(P7, commitment=commitment)
    with pytest.raises(NotKept, match="stands for somebody else"):
        vault.verify(P7, commitment=commit_identity(ANN.resident_id, b"another salt of 16+"))


def test_two_vaults_make_two_commitments_of_one_person(vault: Vault, tmp_path: Path) -> None:
    with Vault(tmp_path / "other.db") as other:
        assert vault.keep(ANN, today=TODAY).commitment != other.keep(ANN, today=TODAY).commitment


def test_a_person_who_is_there_keeps_its_commitment_so_that_an_admission_can_go_on(path: Path) -> None:
    with Vault(path) as vault:
        first = vault.keep(ANN, today=TODAY)
    with Vault(path) as vault:
        again = vault.keep(replace(ANN, resident_id=f" {ANN.resident_id} "), today=TODAY)
        assert (again.commitment, again.party, again.is_new) == (first.commitment, None, False)
        vault.link(again.commitment, P7)
        vault.link(again.commitment, P7)
        assert vault.keep(ANN, today=TODAY).party == P7


def test_one_person_is_one_party(vault: Vault) -> None:
    commitment = admitted(vault, ANN, P7)
    with pytest.raises(NotKept, match="one person is one party"):
        vault.link(commitment, P8)
    other = vault.keep(BEN, today=TODAY).commitment
    with pytest.raises(NotKept, match="one person is one party"):
        vault.link(other, P7)
    with pytest.raises(NobodyThere, match="keep the person first"):
        vault.link("ab" * 32, P8)


def test_the_bytes_of_who_is_erased_are_in_no_file(path: Path) -> None:
    with Vault(path) as vault:
        admitted(vault, ANN, P7)
        commitment = admitted(vault, BEN, P8)
        request = "请删除我的行踪记录" * 40
        text = vault.keep_text(P8, TextKind.PETITION, request)
        salt = apsw.Connection(str(path)).execute("SELECT salt FROM people WHERE party = 'party-8'").fetchall()[0][0]
        before = raw(path)
        assert all(trace in before for trace in [*traces(ANN), *traces(BEN), request.encode()[:60], salt])
        vault.erase(P8, at=5)
        after = raw(path)
        assert all(trace not in after for trace in [*traces(BEN), request.encode()[:60], salt])
        assert all(trace in after for trace in traces(ANN))
        assert vault.erased_at(P8) == 5
        for opening in (
            lambda: vault.verify(P8, commitment=commitment),
            lambda: vault.identity_of(P8),
        ):
            with pytest.raises(NobodyThere, match="was erased"):
                opening()
        with pytest.raises(NobodyThere, match="or it was erased"):
            vault.text_of(text)
    assert all(trace not in raw(path) for trace in traces(BEN))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=8, unique=True))
def test_whoever_is_erased_in_whatever_order_nobody_else_is(tmp_path_factory: Any, order: list[int]) -> None:
    path = tmp_path_factory.mktemp("vault") / "persons.db"
    people = [Identity(resident_id("19900101", nth + 1), f"姓名甲乙丙丁{nth}", f"地址{nth}" * 9) for nth in range(8)]
    with Vault(path) as vault:
        for nth, person in enumerate(people):
            admitted(vault, person, PartyId(f"party-{nth}"))
        for nth in order:
            vault.erase(PartyId(f"party-{nth}"), at=nth)
        found = raw(path)
        for nth, person in enumerate(people):
            assert all((trace in found) is (nth not in order) for trace in traces(person))


def test_while_another_reads_nothing_is_erased_for_good_and_that_is_said(path: Path) -> None:
    with Vault(path, busy_ms=20) as vault:
        admitted(vault, ANN, P7)
        reader = apsw.Connection(str(path))
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchall()
        with pytest.raises(VaultBusy, match="erase again"):
            vault.erase(P7, at=1)
        reader.execute("COMMIT")
        reader.close()
        vault.erase(P7, at=2)
        assert vault.erased_at(P7) == 1
        assert all(trace not in raw(path) for trace in traces(ANN))


def test_an_erasure_that_was_cut_short_is_finished_when_the_vault_is_opened(path: Path) -> None:
    with Vault(path) as vault:
        admitted(vault, ANN, P7)
    cut = apsw.Connection(str(path))  # deletes as a vault does, and stops before the log is emptied
    cut.execute("PRAGMA secure_delete = ON")
    cut.execute("PRAGMA wal_autocheckpoint = 0")
    cut.execute("DELETE FROM people")
    assert any(trace in raw(path) for trace in traces(ANN))
    with Vault(path):
        assert all(trace not in raw(path) for trace in traces(ANN))
    cut.close()


def test_a_text_is_opened_by_its_commitment_and_erased_by_itself(path: Path, vault: Vault) -> None:
    admitted(vault, ANN, P7)
    contact = vault.keep_text(PartyId("party-2"), TextKind.CONTACT_PERSON, "联系人：王某\n电话 020-0000")
    other = vault.keep_text(P7, TextKind.PETITION, "联系人：王某\n电话 020-0000")
    assert contact != other
    assert vault.text_of(contact).text.startswith("联系人")
    vault.erase_text(contact)
    with pytest.raises(NobodyThere):
        vault.erase_text(contact)
    assert vault.text_of(other).party == P7


def test_who_was_not_admitted_is_discarded_and_who_was_is_not(path: Path, vault: Vault) -> None:
    linked = admitted(vault, ANN, P7)
    waiting = vault.keep(BEN, today=TODAY).commitment
    vault.discard(waiting)
    vault.discard(linked)
    assert vault.identity_of(P7) == ANN
    assert all(trace not in raw(path) for trace in traces(BEN))


def test_the_vault_is_its_owners_alone(path: Path, vault: Vault) -> None:
    admitted(vault, ANN, P7)
    for file in (path.parent, *path.parent.iterdir()):
        assert file.stat().st_mode & 0o077 == 0, file


CARD = "copy it from the card"
WRONG: list[tuple[Identity, str]] = [
    (replace(ANN, resident_id=ANN.resident_id[:-1] + ("1" if ANN.resident_id[-1] != "1" else "2")), "check character"),
    (replace(ANN, resident_id=ANN.resident_id[:-1]), "17 digits"),
    (replace(ANN, resident_id=""), "17 digits"),
    (replace(ANN, resident_id="x" * 18), "17 digits"),
    (replace(ANN, resident_id=resident_id("20260922")), "after today, 2026-09-21"),
    (replace(ANN, resident_id=resident_id("20260230")), "calendar knows"),
    (replace(ANN, resident_id=resident_id("18960920")), "more than 130 years ago"),
    (replace(ANN, resident_id="000000" + resident_id("19910101")[6:]), "check character"),
    (replace(ANN, name=""), "a name has 1 to 100"),
    (replace(ANN, name="  "), "a name has 1 to 100"),
    (replace(ANN, name="木" * (NAME_CHARS_MAX + 1)), "a name has 1 to 100"),
    (replace(ANN, name="木\u202e棉"), "a name has 1 to 100"),
    (replace(ANN, contact="1" * (CONTACT_CHARS_MAX + 1)), "at most 200"),
    (replace(ANN, contact="a\u200bb"), "at most 200"),
    (replace(ANN, guardian="my mother"), "party id"),
]


@pytest.mark.parametrize(("identity", "says"), WRONG)
def test_what_is_wrong_is_not_kept_and_the_fault_repeats_none_of_it(
    path: Path, vault: Vault, identity: Identity, says: str
) -> None:
    with pytest.raises(NotKept, match=says) as caught:
        vault.keep(identity, today=TODAY)
    assert ANN.resident_id[:14] not in str(caught.value)
    assert identity.name.strip() not in str(caught.value) or not identity.name.strip()
    assert ANN.name.encode() not in raw(path)


def test_a_place_that_never_was_is_not_kept(vault: Vault) -> None:
    from stdnum.cn import ric

    stem = "99" + ANN.resident_id[2:17]
    with pytest.raises(NotKept, match="no place"):
        vault.keep(replace(ANN, resident_id=stem + str(ric.calc_check_digit(stem + "0"))), today=TODAY)


@pytest.mark.parametrize(
    "identity",
    [
        replace(ANN, resident_id=resident_id("20260921")),
        replace(ANN, name="木" * NAME_CHARS_MAX, contact="1" * CONTACT_CHARS_MAX),
        KID,
    ],
)
def test_the_boundaries_are_kept(vault: Vault, identity: Identity) -> None:
    assert vault.keep(identity, today=TODAY).is_new


@pytest.mark.parametrize("text", ["", " ", "x" * (TEXT_CHARS_MAX + 1), "a\u2066b", "\ud800"])
def test_a_text_that_hides_something_or_has_no_end_is_not_kept(vault: Vault, text: str) -> None:
    with pytest.raises(NotKept, match="a text has"):
        vault.keep_text(P7, TextKind.PETITION, text)


@pytest.mark.parametrize(
    ("born", "today", "under"),
    [
        ("20120921", date(2026, 9, 20), True),
        ("20120921", date(2026, 9, 21), False),
        ("20120229", date(2026, 2, 27), True),
        ("20120229", date(2026, 2, 28), False),  # a day that the year has not is the month's last (民法典第202条)
        ("20120922", date(2026, 9, 21), True),
    ],
)
def test_fourteen_is_reached_on_the_birthday(born: str, today: date, under: bool) -> None:
    assert is_under(resident_id(born), 14, today=today) is under


def test_nobody_is_told_of_as_nobody_and_the_erased_as_erased(vault: Vault) -> None:
    with pytest.raises(NobodyThere, match="holds nobody who is `party-8`"):
        vault.identity_of(P8)
    with pytest.raises(NobodyThere, match="holds nobody"):
        vault.erase(P8, at=1)
    assert vault.erased_at(P8) is None


def test_a_file_that_is_no_vault_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    database = apsw.Connection(str(other))
    database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(VaultDamaged, match="no vault"):
        Vault(other)
    text = tmp_path / "text.db"
    text.write_bytes(b"not a database at all " * 100)
    with pytest.raises(VaultFault, match="cannot be used"):
        Vault(text)
    newer = tmp_path / "newer.db"
    Vault(newer).close()
    later = apsw.Connection(str(newer))
    later.execute("PRAGMA user_version = 9")
    later.close()
    with pytest.raises(VaultDamaged, match="has format `9`"):
        Vault(newer)


def test_a_text_that_was_changed_behind_the_vaults_back_is_found_out(path: Path) -> None:
    with Vault(path) as vault:
        commitment = vault.keep_text(P7, TextKind.PETITION, "mine")
    changed = apsw.Connection(str(path))
    changed.execute("UPDATE texts SET text = 'yours'")
    changed.close()
    with Vault(path) as vault, pytest.raises(VaultDamaged, match="was changed"):
        vault.text_of(commitment)


def test_nothing_of_a_person_is_in_what_the_program_prints_of_it() -> None:
    assert repr(ANN) == "Identity(…)"
    assert ANN.name not in f"{[ANN]}"
