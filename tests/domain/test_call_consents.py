"""A person is told of while it consents, and else is not there: the same bytes, the same meter, no refusal."""

from __future__ import annotations

import stat
import sys
from collections import Counter
from types import FrameType
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry import BANK, BY_ACCOUNT, IN_BANDS, OTHER_BANK, RESIDENTS, RESOURCE, ROWS, Registry, slow
from town import MARKET, T0

from mumian.domain import messages as m
from mumian.domain.consents import MARGIN_MS, consents_of, erase_person, keep_consents, persons_of, unit_id
from mumian.domain.faults import BadConsents
from mumian.domain.metering import Verdict
from mumian.journal.note import Signer
from mumian.kernel.ids import PartyId
from mumian.rooms.consent.listed import ANYBODY, SignedConsents, consents_bytes

KNOWN = [row["resident"] for row in ROWS if row["income"] != "NA"]
DAY_MS = 86_400_000


@pytest.fixture
def registry(registry: Registry) -> Registry:
    registry.allow(persons=True)
    return registry


def told(registry: Registry, residents: list[str]) -> list[Verdict]:
    return registry.answers([(each,) for each in residents])


def test_the_version_names_units_by_what_is_computed_here(registry: Registry) -> None:
    version = registry.domain.store.current("persons")
    assert version is not None
    ids = registry.domain.store.version("persons", version).table.unit_ids.tolist()
    assert set(ids) == {unit_id(each) for each in RESIDENTS}


def test_nobody_is_told_of_without_persons_or_consents(registry: Registry) -> None:
    asked = KNOWN[:5]
    assert set(told(registry, asked)) == {Verdict.UNKNOWN}
    registry.introduce(RESIDENTS)
    assert set(told(registry, asked)) == {Verdict.UNKNOWN}


def test_a_person_is_told_of_while_it_consents_and_no_other_is(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:10])
    calls = [(each,) for each in KNOWN[:20]]
    assert told(registry, KNOWN[:20]) == [slow(call) for call in calls[:10]] + [Verdict.UNKNOWN] * 10


@pytest.mark.parametrize(
    "changed", [{"recipient": OTHER_BANK}, {"purpose": "marketing"}], ids=["another's", "another purpose"]
)
def test_a_consent_is_to_one_recipient_for_one_purpose(registry: Registry, changed: dict[str, PartyId]) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:3], **changed)  # type: ignore[arg-type]
    assert set(told(registry, KNOWN[:3])) == {Verdict.UNKNOWN}


def test_where_the_law_asks_for_no_consent_everybody_but_who_refused_is_told_of(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:2], recipient=ANYBODY, needs_none=True)  # these two refused
    assert told(registry, KNOWN[:9]) == [Verdict.UNKNOWN] * 2 + [slow((each,)) for each in KNOWN[2:9]]


def test_a_consent_that_runs_out_within_a_minute_is_over(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:1], until=T0 + 3 * MARGIN_MS)
    assert told(registry, KNOWN[:1]) != [Verdict.UNKNOWN]
    registry.clock.now = T0 + 2 * MARGIN_MS
    assert told(registry, KNOWN[:1]) == [Verdict.UNKNOWN]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1, 10 * MARGIN_MS), min_size=1, max_size=8),
    st.lists(st.integers(0, 2 * MARGIN_MS), max_size=8),
)
def test_no_consent_is_used_at_or_after_its_end(registry: Registry, ends: list[int], waits: list[int]) -> None:
    registry.clock.now = T0
    registry.introduce(KNOWN[: len(ends)])
    listed = registry.consent([])
    persons = tuple(
        (PartyId(each.person), T0 + end) for each, end in zip(persons_of(registry.home, RESOURCE), ends, strict=True)
    )
    use = msgspec.structs.replace(listed.consents.uses[0], persons=persons)
    changed = msgspec.structs.replace(listed.consents, uses=(use,))
    sign = MARKET.sign(consents_bytes(changed).decode()).signature.hex()
    keep_consents(registry.home, SignedConsents(changed, sign), registry.domain.market)
    for wait in waits:
        registry.clock.now += wait
        for end, verdict in zip(ends, told(registry, KNOWN[: len(ends)]), strict=True):
            assert verdict is Verdict.UNKNOWN or registry.clock.now < T0 + end


def test_a_withdrawal_holds_from_the_next_list_on(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:2])
    assert Verdict.UNKNOWN not in told(registry, KNOWN[:2])
    registry.consent(KNOWN[:1], seq=101)
    assert told(registry, KNOWN[:2]) == [slow((KNOWN[0],)), Verdict.UNKNOWN]


def test_an_older_list_brings_nobody_back(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    before = registry.consent(KNOWN[:2])
    registry.consent(KNOWN[:1], seq=101)
    with pytest.raises(BadConsents, match="leaf 100"):
        keep_consents(registry.home, before, registry.domain.market)
    assert told(registry, KNOWN[1:2]) == [Verdict.UNKNOWN]


def test_a_list_that_is_too_old_counts_for_nothing(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:2])
    registry.clock.now += DAY_MS - 1
    assert Verdict.UNKNOWN not in told(registry, KNOWN[:2])
    registry.clock.now += 1
    assert set(told(registry, KNOWN[:2])) == {Verdict.UNKNOWN}


def test_an_honest_caller_is_not_suspected_because_the_list_is_old(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN, taken_at=T0 - 2 * DAY_MS)
    assert set(told(registry, KNOWN)) == {Verdict.UNKNOWN}  # many keys, all of them there, none answered
    registry.consent(KNOWN, seq=101)
    assert told(registry, KNOWN[:1]) == [slow((KNOWN[0],))]


def test_a_list_by_another_market_is_not_kept_and_a_planted_one_counts_for_nothing(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    with pytest.raises(BadConsents):
        registry.consent(KNOWN[:2], signer=Signer("market.example", b"\x01" * 32))
    good = registry.consent(KNOWN[:1])
    listed = good.consents.uses[0]
    more = msgspec.structs.replace(listed, persons=(*listed.persons, (PartyId("party-10001"), T0 + DAY_MS)))
    planted = msgspec.structs.replace(good, consents=msgspec.structs.replace(good.consents, uses=(more,)))
    (registry.home / "consents" / f"{RESOURCE}.json").write_bytes(msgspec.json.encode(planted))
    assert set(told(registry, KNOWN[:2])) == {Verdict.UNKNOWN}
    (registry.home / "consents" / f"{RESOURCE}.json").write_bytes(b"{")
    assert set(told(registry, KNOWN[:2])) == {Verdict.UNKNOWN}


def test_a_person_without_consent_and_a_key_that_is_not_there_are_answered_in_the_same_bytes(
    registry: Registry,
) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:1])
    ticket, replies, records = registry.ticket(), [], []
    for nth, call in enumerate([(KNOWN[1],), ("110101999999999",)]):
        reply = registry.heard(registry.message(call, ticket, nonce=nth))
        assert isinstance(reply, m.CallsAnswered)
        replies.append(msgspec.structs.replace(reply, first=0))
        line = (registry.home / "meter" / "job-1" / "open.jsonl").read_bytes().splitlines()[nth]
        records.append(
            {key: value for key, value in msgspec.json.decode(line).items() if key not in ("call", "question", "salt")}
        )
    assert replies[0] == replies[1]
    assert records[0] == records[1]
    assert registry.domain.calls.figures.shown().without_consent == 1


def test_a_person_without_consent_and_a_key_that_is_not_there_take_the_same_steps(registry: Registry) -> None:
    """Every line that runs for the one runs as often for the other: what they take differs by no branch of ours."""
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:1])
    assert "110101000000007" not in RESIDENTS

    def steps(resident: str, job: str) -> Counter[tuple[str, int]]:
        lines, ticket = Counter[tuple[str, int]](), registry.ticket(job=job)
        registry.answers([("warm up",)], ticket)

        def trace(frame: FrameType, event: str, _: object) -> Any:
            if "mumian" not in frame.f_code.co_filename:
                return None
            lines[frame.f_code.co_filename, frame.f_lineno] += event == "line"
            return trace

        sys.settrace(trace)
        try:
            registry.answers([(resident,)], ticket)
        finally:
            sys.settrace(None)
        return lines

    absent, unwilling = steps("110101000000007", "job-2"), steps(KNOWN[2], "job-3")
    assert sum(absent.values()) > 100
    assert absent == unwilling


def test_of_two_persons_under_one_key_only_the_willing_one_is_told_of(registry: Registry) -> None:
    city = [row for row in ROWS if row["city"] == ROWS[0]["city"] and row["income"] != "NA"]
    low = next(row for row in city if int(row["income"]) < 10_000)
    plan = msgspec.structs.replace(BY_ACCOUNT, key_columns=("city",))
    registry.introduce(RESIDENTS)
    registry.consent([low["resident"]])
    assert registry.answers([(low["city"],)], registry.ticket(plan)) == [Verdict.NO]


def test_who_is_erased_is_told_of_no_more_and_in_no_file(registry: Registry) -> None:
    registry.introduce(KNOWN[:3])
    registry.consent(KNOWN[:3])
    path = registry.home / "persons" / f"{RESOURCE}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    held = path.open("rb")  # the old file's bytes, whatever name they had
    assert erase_person(registry.home, RESOURCE, PartyId(persons_of(registry.home, RESOURCE)[0].person)) == 1
    assert KNOWN[0].encode() not in held.read() + path.read_bytes()
    held.close()
    assert told(registry, KNOWN[:3]) == [Verdict.UNKNOWN, *(slow((each,)) for each in KNOWN[1:3])]


def test_the_lists_name_no_unit(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:5])
    kept = consents_of(registry.home, RESOURCE, registry.domain.market)
    assert kept is not None
    assert kept.uses[0].recipient == BANK
    assert not any(each.encode() in (registry.home / "consents" / f"{RESOURCE}.json").read_bytes() for each in KNOWN)


def test_bands_are_told_of_those_who_consent(registry: Registry) -> None:
    registry.introduce(RESIDENTS)
    registry.consent(KNOWN[:50])
    expected = [slow((each,), IN_BANDS) for each in KNOWN[:50]] + [Verdict.UNKNOWN] * 5
    assert registry.answers([(each,) for each in KNOWN[:55]], registry.ticket(IN_BANDS)) == expected
    assert len(set(expected)) == 5
