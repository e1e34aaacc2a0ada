"""Bands, key columns and comparisons as the owner lists them; an owner's change is heard at the next message."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import ABOVE, BANDS, BY_RESIDENT, IN_BANDS, RESIDENTS, RESOURCE, ROWS, Registry, slow
from town import INSURER_HEX

from mumian.domain import messages as m
from mumian.domain.declaration import Bands
from mumian.domain.listening import listening
from mumian.domain.metering import Verdict
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Dictionary
from mumian.domain.verification import VERDICTS, Lookup
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan

replace = msgspec.structs.replace
CALLS = [(each,) for each in RESIDENTS[:400]]


def refusal(answer: object) -> object:
    return answer.refusal if isinstance(answer, Refused) else answer


def test_a_band_is_told_as_a_slow_reader_would_tell_it(registry: Registry) -> None:
    told = registry.answers(CALLS, registry.ticket(IN_BANDS))
    assert told == [slow(call, IN_BANDS) for call in CALLS]
    assert set(told) == {Verdict.UNKNOWN, Verdict.BAND_0, Verdict.BAND_1, Verdict.BAND_2, Verdict.BAND_3}


def test_the_edge_of_a_band_belongs_to_the_upper_one(registry: Registry) -> None:
    incomes = {row["resident"]: int(row["income"]) for row in ROWS if row["income"] != "NA"}
    who, income = next(iter(incomes.items()))
    for edge, band in ((income, 1), (income + 1, 0)):
        registry.allow(bands=(Bands("income", (edge,)),))
        told = registry.answers([(who,)], registry.ticket(replace(IN_BANDS, bands=(edge,)), job=f"job-{band}"))
        assert told == [VERDICTS[3 + band]]


@pytest.mark.parametrize("edges", [(5_000, 20_000), (5_000, 20_000, 50_001), (4_999, 20_000, 50_000), (1,)])
def test_bands_are_those_that_the_owner_listed_edge_by_edge(registry: Registry, edges: tuple[int, ...]) -> None:
    answer = registry.ask(CALLS[:1], registry.ticket(replace(IN_BANDS, bands=edges)))
    assert refusal(answer) is R.OWNER_REFUSES_BANDS


def test_that_a_column_is_there_is_not_told_in_place_of_a_band(registry: Registry) -> None:
    asks = Filter("income", Op.PRESENT)
    plan = replace(BY_RESIDENT, predicate=asks)
    assert refusal(registry.ask(CALLS[:1], registry.ticket(plan))) is R.OWNER_REFUSES_PREDICATE
    registry.allow(predicates=(*ABOVE, asks))
    assert refusal(registry.ask(CALLS[:1], registry.ticket(plan))) is R.PLAN_OUTSIDE_DECLARATION


def test_the_asked_column_is_no_key_by_which_its_value_would_be_found(registry: Registry) -> None:
    plan = replace(BY_RESIDENT, key_columns=("resident", "income"))
    assert refusal(registry.ask([(RESIDENTS[0], "1")], registry.ticket(plan))) is R.OWNER_REFUSES_KEYS


def test_an_owner_names_the_key_columns(registry: Registry) -> None:
    registry.allow(key_columns=("resident", "city"))
    assert isinstance(registry.ask(CALLS[:1]), m.CallsAnswered)
    plan = replace(BY_RESIDENT, key_columns=("account",))
    assert refusal(registry.ask([("100000",)], registry.ticket(plan, job="job-2"))) is R.OWNER_REFUSES_KEYS


LISTS = st.lists(st.integers(-10, 100_010), min_size=1, max_size=6, unique=True).map(tuple)
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from([Op.IN, Op.NOT_IN]), LISTS),
    st.tuples(st.just(Op.BETWEEN), st.tuples(st.integers(-10, 60_000), st.integers(40_000, 100_010))),
    st.tuples(st.sampled_from([Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE]), st.integers(-10, 100_010)),
)


@settings(max_examples=40, deadline=None)
@given(OPERATIONS, st.integers(0, 2_900))
def test_every_comparison_is_answered_as_a_slow_reader_would(
    registry_lookup: Registry, asked: tuple[Op, int | tuple[int, ...]], at: int
) -> None:
    op, value = asked
    domain = registry_lookup.domain
    version = domain.store.version("persons", domain.store.current("persons") or "")
    rows = ROWS[at : at + 50]
    some = int(rows[0]["income"]) if rows[0]["income"] != "NA" else 1
    given_value = (some, *value) if op in (Op.IN, Op.NOT_IN) and isinstance(value, tuple) else value
    plan = VerificationPlan(("resident",), Filter("income", op, given_value), 1)
    codes = Lookup(version, plan).ask([(row["resident"],) for row in rows])
    assert [VERDICTS[code] for code in codes] == [compared(row["income"], op, given_value) for row in rows]


def compared(income: str, op: Op, value: int | tuple[int, ...]) -> Verdict:
    if income == "NA":
        return Verdict.UNKNOWN
    found, values = int(income), value if isinstance(value, tuple) else (value,)
    holds = {
        Op.EQ: found == values[0],
        Op.NE: found != values[0],
        Op.LT: found < values[0],
        Op.LE: found <= values[0],
        Op.GT: found > values[0],
        Op.GE: found >= values[0],
        Op.IN: found in values,
        Op.NOT_IN: found not in values,
        Op.BETWEEN: values[0] <= found <= values[-1],
    }[op]
    return Verdict.YES if holds else Verdict.NO


@pytest.fixture(scope="module")
def registry_lookup(registry_home: object) -> Registry:
    """A register that is only read."""
    return Registry(registry_home)  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=5), unique=True, max_size=40), st.text(max_size=5))
def test_a_dictionary_finds_each_of_its_texts_and_no_other(texts: list[str], other: str) -> None:
    coded = sorted((text.encode("utf-8", "surrogatepass"), text) for text in texts)
    blob = np.frombuffer(b"".join(data for data, _ in coded), np.uint8)
    ends = np.cumsum([0, *(len(data) for data, _ in coded)])
    dictionary = Dictionary(blob, ends)
    assert [dictionary.code_of(text) for _, text in coded] == list(range(len(coded)))
    assert (dictionary.code_of(other) == -1) == (other not in texts)


# -- an owner's change is heard at the next message


def heard(registry: Registry, handle: object, nonce: int) -> str:
    message = registry.message(CALLS[0], registry.ticket(), nonce=nonce)
    reply = handle(message)  # type: ignore[operator]
    key = registry.domain.public_hex
    told = m.open_reply(reply, request=message, domain=registry.domain.name, domain_key=key)
    return told.refusal if isinstance(told, m.NotDone) else type(told).__name__


def test_terms_that_change_on_disk_hold_from_the_next_message_on(registry: Registry) -> None:
    handle, path = listening(registry.domain), registry.home / "terms" / f"{RESOURCE}.json"
    allowed = path.read_bytes()
    assert heard(registry, handle, 1) == "CallsAnswered"
    path.write_bytes(allowed.replace(b'"refused_consumers":[]', b'"refused_consumers":["insurer"]'))
    assert heard(registry, handle, 2) == "domain.OWNER_REFUSES_CONSUMER"
    path.write_bytes(allowed)
    assert heard(registry, handle, 3) == "CallsAnswered"


@pytest.mark.parametrize("content", [b"{", None], ids=["damaged", "gone"])
def test_of_terms_that_cannot_be_read_nothing_is_allowed(registry: Registry, content: bytes | None) -> None:
    handle, path = listening(registry.domain), registry.home / "terms" / f"{RESOURCE}.json"
    assert heard(registry, handle, 1) == "CallsAnswered"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert heard(registry, handle, 2) == "domain.RESOURCE_UNKNOWN"


def test_a_ticket_that_was_honoured_is_looked_at_again_when_terms_or_time_change(registry: Registry) -> None:
    ticket = registry.ticket()
    assert isinstance(registry.ask(CALLS[:1], ticket), m.CallsAnswered)
    registry.allow(purposes=("other",))
    assert refusal(registry.ask(CALLS[:1], ticket)) is R.OWNER_REFUSES_PURPOSE
    registry.allow()
    registry.clock.now = ticket.ticket.expires_at
    assert refusal(registry.ask(CALLS[:1], ticket)) is R.TICKET_EXPIRED


def test_a_ticket_that_was_honoured_lends_its_signature_to_no_other(registry: Registry) -> None:
    ticket = registry.ticket()
    registry.ask(CALLS[:1], ticket)
    wider = replace(ticket, ticket=replace(ticket.ticket, plan=replace(BY_RESIDENT, calls_max=10_000_000), job="job-2"))
    assert refusal(registry.ask(CALLS[:1], wider)) is R.TICKET_SIGNER_UNKNOWN
    assert BANDS.edges == IN_BANDS.bands
    assert ticket.ticket.consumer_key == INSURER_HEX
