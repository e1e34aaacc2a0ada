"""Decision table of the domain: one line a case, every refusal reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from town import (
    AGGREGATE,
    AIRLINES,
    DECLARED,
    INSURER,
    INSURER_HEX,
    LATE,
    MARKET,
    RESOURCES,
    RULES,
    STRANGER,
    T0,
    VERIFICATION,
    Town,
    signed,
)

from mumian.domain import gate
from mumian.domain import messages as m
from mumian.domain.answering import EngineFailed
from mumian.domain.declaration import Bands, Declaration, PlanKind, TextColumn
from mumian.domain.gate import Answer, Row, refuse_answer
from mumian.domain.intake import Rejected, take_in
from mumian.domain.keys import DomainKeys, KeyCard
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.ruling import drafted
from mumian.engines.postgres_source import PostgresTable
from mumian.journal.note import Signer
from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.analysis import ColumnRule, Use
from mumian.rooms.cleanroom.plan import (
    Count,
    Filter,
    GroupKey,
    Op,
    Plan,
    SignedTicket,
    Sum,
    Units,
    VerificationPlan,
)

replace = msgspec.structs.replace
ROOT = AIRLINES[0]


def raw(town: Town, data: bytes) -> Any:
    reply = town.root.handle(data)
    return m.open_reply(reply, request=data, domain=ROOT, domain_key=town.root.public_hex)


def request(town: Town, **changed: Any) -> bytes:
    given = {"to": ROOT, "sender": INSURER_HEX, "nonce": "00" * 16, "at": town.clock.now, "body": m.ShowCard()}
    return m.seal_request(m.Request(**given | changed), INSURER)


def replayed(town: Town) -> Any:
    raw(town, request(town))
    return raw(town, request(town))


def run(plan: Plan = AGGREGATE, *, terms: dict[str, Any] | None = None, **changed: Any) -> Callable[[Town], Any]:
    """Run a job with these changes to its ticket, after these changes to the root's terms."""

    def case(town: Town) -> Any:
        town.root.allow(town.terms(ROOT, **terms or {}))
        return town.root.run(town.ticket(plan, **changed))

    return case


def run_with_source(**changed: Any) -> Callable[[Town], Any]:
    def case(town: Town) -> Any:
        others = [town.source(airline) for airline in AIRLINES[1:]]
        return town.root.run(town.ticket(sources=(replace(town.source(ROOT), **changed), *others)))

    return case


def aggregate(**changed: Any) -> Any:
    return replace(AGGREGATE, **changed)


def part(cards: Callable[[Town], tuple[KeyCard, ...]], **changed: Any) -> Callable[[Town], Any]:
    """Ask airline-b for its part as the root, with these cards."""

    def case(town: Town) -> Any:
        return town.ask(m.RunPart(town.ticket(**changed), cards(town)), of=AIRLINES[1], key=town.root_key())

    return case


def cards_of(town: Town) -> tuple[KeyCard, ...]:
    return tuple(town.ask(m.ShowCard(), of=airline).card for airline in AIRLINES)


def forged_card(town: Town) -> tuple[KeyCard, ...]:
    first, *others = cards_of(town)
    return (replace(first, mask_key="09" + "00" * 31), *others)


def small_order_card(town: Town) -> tuple[KeyCard, ...]:
    keys_card = KeyCard(ROOT, "00" * 32, "")
    return (replace(keys_card, signature=town.root_key().sign(keys_card.signed_bytes).hex()), *cards_of(town)[1:])


def twice(town: Town) -> Any:
    town.root.run(town.ticket())
    return town.root.run(town.ticket(seq=8))


def verification_twice(town: Town) -> Any:
    call(("1", "CAN", "1", "1"))(town)
    return call(("1", "CAN", "1", "1"), seq=8)(town)


def spent_up(town: Town) -> Any:
    for nth, rho_nano in enumerate((300_000_000, 300_000_000 - 1)):
        town.root.allow(town.terms(ROOT, rho_nano_max=500_000_000))
        answer = town.root.run(town.ticket(aggregate(rho_nano=rho_nano), job=JobId(f"job-{nth + 1}")))
    return answer


def peer_without_a_way(town: Town) -> Any:
    del town.root.peers[AIRLINES[1]]
    return town.root.run(town.ticket())


def peer_that_says_no(town: Town) -> Any:
    town.domains[AIRLINES[1]].allow(town.terms(AIRLINES[1], purposes=()))
    return town.root.run(town.ticket())


def peer_with_a_short_part(town: Town) -> Any:
    keys, name = town.domains[AIRLINES[1]], AIRLINES[1]
    secret = bytes.fromhex((keys.folder / "identity.key").read_text())
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    def cheat(data: bytes) -> bytes:
        reply = m.open_reply(keys.handle(data), request=data, domain=name, domain_key=keys.public_hex)
        if isinstance(reply, m.PartMade):
            reply = m.PartMade(reply.job, reply.part[:-8])
        from mumian.kernel.canonical import sha256_hex

        answer = m.Reply(name, sha256_hex(data), town.clock.now, reply)
        return m.seal_reply(answer, Ed25519PrivateKey.from_private_bytes(secret))

    town.root.connect(name, m.LocalPort(cheat))
    return town.root.run(town.ticket())


def an_answer(town: Town) -> Answer:
    town.root.run(town.ticket())
    given = town.ask(m.CollectAnswer(JobId("job-1")))
    assert refuse_answer(AGGREGATE, given.answer) is None
    answer: Answer = given.answer
    return answer


def at_the_gate(**changed: Any) -> Callable[[Town], Any]:
    """Bring an answer to the gate whose cells were changed so."""

    def case(town: Town) -> Any:
        answer = an_answer(town)
        cells = {name: change(answer.cells) for name, change in changed.items()}
        return refuse_answer(AGGREGATE, replace(answer, cells=replace(answer.cells, **cells)))

    return case


def wrong_columns(town: Town) -> Any:
    return refuse_answer(AGGREGATE, replace(an_answer(town), columns=("tail", "month")))


def too_large(town: Town) -> Any:
    answer, limit = an_answer(town), gate.ANSWER_BYTES_MAX
    try:
        gate.ANSWER_BYTES_MAX = 100
        return refuse_answer(AGGREGATE, answer)
    finally:
        gate.ANSWER_BYTES_MAX = limit


def call(
    *calls: tuple[str, ...], plan: VerificationPlan = VERIFICATION, sender: str = INSURER_HEX, **changed: Any
) -> Callable[[Town], Any]:
    return lambda town: town.root.verify_many(town.ticket(plan, **changed), calls, sender=sender)


def wide(town: Town) -> Any:
    """Nine key columns of 2^8 values and more: they would not fit into 62 bits."""
    columns = tuple(f"k{n}" for n in range(9))
    declared = Declaration("", tuple(map(TextColumn, [*columns, "tail"])), Level.GENERAL_1)
    declared = replace(declared, columns=(*declared.columns, DECLARED.columns[7]))
    file = town.home / "wide.csv"
    lines = [",".join([*columns, "tail", "delay"])]
    lines += [",".join([str(n)] * 9 + ["x", "1"]) for n in range(150)]
    file.write_text("\n".join(lines) + "\n")
    taken = town.root.add(file, "wide", declared)
    assert not isinstance(taken, Rejected)
    resource = ResourceId("resource-9")
    town.root.allow(town.terms(ROOT, resource=resource, name="wide", rules=drafted(declared, "wide")))
    source = replace(town.source(ROOT), resource=resource, version_digest=taken.version)
    plan = VerificationPlan(columns, LATE, 5)
    return town.root.verify_many(town.ticket(plan, sources=(source,)), [("1",) * 9], sender=INSURER_HEX)


IN_BANDS = replace(VERIFICATION, predicate=Filter("delay", Op.PRESENT), bands=(0, 60))


def with_terms(case: Callable[[Town], Any], **changed: Any) -> Callable[[Town], Any]:
    """Let the root's owner change its terms first."""

    def changed_case(town: Town) -> Any:
        town.root.allow(town.terms(ROOT, **changed))
        return case(town)

    return changed_case


def bands_of_a_text(town: Town) -> Any:
    plan = replace(IN_BANDS, predicate=Filter("dest", Op.PRESENT))
    return with_terms(call(plan=plan), bands=(Bands("dest", (0, 60)),))(town)


def keys_in_order(town: Town) -> Any:
    calls = [(str(flight), "CAN", "1", "1") for flight in range(100, 300)]
    return call(*calls, plan=replace(VERIFICATION, calls_max=1_000))(town)


def too_many_calls(town: Town) -> Any:
    few = replace(VERIFICATION, calls_max=3)
    call(*[("1", "CAN", "1", "1")] * 2, plan=few)(town)
    return call(*[("1", "CAN", "1", "1")] * 2, plan=few)(town)


def proof_of(number: int, *, sender: str = INSURER_HEX) -> Callable[[Town], Any]:
    def case(town: Town) -> Any:
        call(("1", "CAN", "1", "1"))(town)
        return town.root.calls.prove(JobId("job-1"), number, sender=sender)

    return case


def acknowledged_unseen(town: Town) -> Any:
    call(("1", "CAN", "1", "1"))(town)
    return town.root.calls.acknowledge(JobId("job-1"), 0, "00" * 32, sender=INSURER_HEX, said=b"{}")


def add(text: str, name: str = "goods", declared: Declaration = DECLARED) -> Callable[[Town], Any]:
    def case(town: Town) -> Any:
        file = Path(town.home / "f.csv")
        file.write_text(text)
        answer = town.root.add(file, name, declared)
        assert isinstance(answer, Rejected)
        return answer.refused

    return case


def no_such_table(town: Town) -> Any:
    keys, source = DomainKeys.load(town.root.folder / "identity.key"), PostgresTable("postgresql://", "too.many.names")
    answer = take_in(town.root.store, keys, source, "goods", DECLARED)
    assert isinstance(answer, Rejected)
    return answer.refused


HEAD = "tail,flight,origin,dest,month,day,delay\n"
OTHER_MARKET = Signer("market.example", b"\x0a" * 32)
STRANGER_HEX = STRANGER.public_key().public_bytes_raw().hex()

CASES: list[tuple[str, R, Callable[[Town], Any]]] = [
    ("no JSON", R.MESSAGE_MALFORMED, lambda town: raw(town, b"{")),
    ("unknown kind", R.MESSAGE_MALFORMED, lambda town: raw(town, request(town).replace(b"ShowCard", b"ShowCode"))),
    ("changed", R.MESSAGE_SIGNATURE_BAD, lambda town: raw(town, request(town).replace(b"airline-a", b"airline-b"))),
    ("not the sender's", R.MESSAGE_SIGNATURE_BAD, lambda town: raw(town, request(town, sender=STRANGER_HEX))),
    ("for another", R.MESSAGE_FOR_ANOTHER, lambda town: raw(town, request(town, to=AIRLINES[1]))),
    ("too old", R.MESSAGE_STALE, lambda town: raw(town, request(town, at=T0 - 300_001))),
    ("from before the start", R.MESSAGE_STALE, lambda town: raw(town, request(town, at=T0 - 1))),
    ("from the future", R.MESSAGE_STALE, lambda town: raw(town, request(town, at=T0 + 300_001))),
    ("said twice", R.MESSAGE_REPLAYED, replayed),
    ("another ticket for a job", R.JOB_DIFFERS, twice),
    ("another ticket for calls", R.JOB_DIFFERS, verification_twice),
    ("another key", R.TICKET_SIGNER_UNKNOWN, lambda town: town.root.run(town.ticket(signer=OTHER_MARKET))),
    ("another market", R.TICKET_SIGNER_UNKNOWN, run(market="elsewhere.example")),
    ("no signature", R.TICKET_SIGNER_UNKNOWN, lambda t: t.root.run(SignedTicket(t.ticket().ticket, "zz"))),
    ("changed ticket", R.TICKET_SIGNER_UNKNOWN,
     lambda t: t.root.run(SignedTicket(replace(t.ticket().ticket, expires_at=T0 + 10**10), t.ticket().signature))),
    ("not yet", R.TICKET_NOT_YET_VALID, run(issued_at=T0 + 1)),
    ("expired", R.TICKET_EXPIRED, run(expires_at=T0)),
    ("not named", R.DOMAIN_NOT_NAMED, lambda t: t.root.run(t.ticket(sources=(t.source(AIRLINES[1]),)))),
    ("named with another key", R.DOMAIN_NOT_NAMED, run_with_source(domain_key=INSURER_HEX)),
    ("not opened", R.RESOURCE_UNKNOWN, run_with_source(resource=ResourceId("resource-77"))),
    ("no such holding", R.RESOURCE_UNKNOWN, run(terms={"name": "nothing"})),
    ("a job id that is a path", R.RESOURCE_UNKNOWN, run(job=JobId("../../job-1"))),
    ("another version", R.VERSION_CHANGED, run_with_source(version_digest="0" * 64)),
    ("consumer", R.OWNER_REFUSES_CONSUMER, run(terms={"refused_consumers": (PartyId("insurer"),)})),
    ("purpose", R.OWNER_REFUSES_PURPOSE, run(purpose="marketing")),
    ("kind", R.OWNER_REFUSES_KIND, run(terms={"kinds": (PlanKind.VERIFICATION,)})),
    ("predicate", R.OWNER_REFUSES_PREDICATE, call(plan=replace(VERIFICATION, predicate=Filter("delay", Op.GT, 61)))),
    ("no band", R.OWNER_REFUSES_BANDS, call(plan=IN_BANDS)),
    ("bands of a text", R.PLAN_OUTSIDE_DECLARATION, bands_of_a_text),
    ("bands of others", R.OWNER_REFUSES_BANDS, with_terms(call(plan=IN_BANDS), bands=(Bands("delay", (0, 61)),))),
    ("key column", R.OWNER_REFUSES_KEYS, with_terms(call(), key_columns=("flight", "origin", "month"))),
    ("what is asked as a key", R.OWNER_REFUSES_KEYS, call(plan=replace(VERIFICATION, key_columns=("flight", "delay")))),
    ("no measure", R.PLAN_FAULTY, run(aggregate(measures=()))),
    ("a job of calls", R.PLAN_FAULTY, run(VERIFICATION)),
    ("calls of a job", R.PLAN_FAULTY, lambda t: t.root.verify_many(t.ticket(), [], sender=INSURER_HEX)),
    ("unit", R.UNIT_DIFFERS, run(aggregate(unit="flight"))),
    ("undeclared measure", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(measures=(Sum("fare", 0, 9),)))),
    ("sum of text", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(measures=(Sum("dest", 0, 9),)))),
    ("undeclared filter", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(where=(Filter("fare", Op.GT, 1),)))),
    ("text as number", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(where=(Filter("dest", Op.EQ, 1),)))),
    ("number as text", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(where=(Filter("day", Op.EQ, "1"),)))),
    ("text off the list", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(where=(Filter("dest", Op.EQ, "NKG"),)))),
    ("unit as a filter", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(where=(Filter("tail", Op.EQ, "B-a1"),)))),
    ("group off the list", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(group_by=(GroupKey("month", ("4",)),)))),
    ("group without a list", R.PLAN_OUTSIDE_DECLARATION, run(aggregate(group_by=(GroupKey("tail", ("B-a1",)),)))),
    ("undeclared key", R.PLAN_OUTSIDE_DECLARATION, call(plan=replace(VERIFICATION, key_columns=("seat",)))),
    ("lower", R.BOUNDS_DIFFER, run(aggregate(measures=(Sum("delay", -61, 9),)))),
    ("upper", R.BOUNDS_DIFFER, run(aggregate(measures=(Sum("delay", 0, 601),)))),
    ("another root", R.NOT_THE_ROOT, run(root=AIRLINES[1])),
    ("a part for the consumer", R.NOT_THE_ROOT,
     lambda town: town.ask(m.RunPart(town.ticket(), cards_of(town)), of=AIRLINES[1])),
    ("no card", R.CARD_BAD, part(lambda town: cards_of(town)[1:])),
    ("forged card", R.CARD_BAD, part(forged_card)),
    ("weak card", R.CARD_BAD, part(small_order_card)),
    ("not charged", R.RHO_NOT_CHARGED, run_with_source(rho_nano=499_999_999)),
    ("over the terms", R.RHO_OVER_TERMS, run(terms={"rho_nano_max": 499_999_999})),
    ("spent up", R.RHO_OVER_TERMS, spent_up),
    ("no way", R.PEER_FAILED, peer_without_a_way),
    ("peer's no", R.PEER_FAILED, peer_that_says_no),
    ("short part", R.PEER_FAILED, peer_with_a_short_part),
    ("a key too few", R.GATE_SHAPE, at_the_gate(rows=lambda cells: cells.rows[1:])),
    ("a private key", R.GATE_SHAPE, at_the_gate(rows=lambda c: (Row(("B-a1", "1"), c.rows[0].values), *c.rows[1:]))),
    ("a value too many", R.GATE_SHAPE, at_the_gate(rows=lambda c: (Row(c.rows[0].keys, (1, 2, 3)), *c.rows[1:]))),
    ("a huge value", R.GATE_SHAPE, at_the_gate(rows=lambda c: (Row(c.rows[0].keys, (1, 2**53)), *c.rows[1:]))),
    ("no interval", R.GATE_SHAPE, at_the_gate(half_widths=lambda cells: cells.half_widths[1:])),
    ("other columns", R.GATE_SHAPE, wrong_columns),
    ("too large", R.GATE_SIZE, too_large),
    ("no such job", R.JOB_UNKNOWN, lambda town: town.ask(m.CollectAnswer(JobId("job-9")))),
    ("a path for a job", R.JOB_UNKNOWN, lambda town: town.ask(m.CollectAnswer(JobId("../domain")))),
    ("no such calls", R.JOB_UNKNOWN, lambda town: town.root.calls.close(JobId("job-9"))),
    ("no such proof", R.JOB_UNKNOWN, lambda t: t.root.calls.prove(JobId("job-9"), 0, sender=INSURER_HEX)),
    ("another's call", R.NOT_THE_CONSUMER, call(("1", "CAN", "1", "1"), sender=STRANGER_HEX)),
    ("another's proof", R.NOT_THE_CONSUMER, proof_of(0, sender=STRANGER_HEX)),
    ("a narrow call", R.CALL_MALFORMED, call(("1", "CAN", "1", "1"), ("1", "CAN"))),
    ("wide keys", R.KEY_TOO_WIDE, wide),
    ("keys in order", R.PROBING_SUSPECTED, keys_in_order),
    ("too fast", R.RATE_EXCEEDED, with_terms(call(*[("1", "CAN", "1", "1")] * 2), calls_per_minute_max=1)),
    ("too many calls", R.CALLS_EXHAUSTED, too_many_calls),
    ("a batch that is not there is acknowledged", R.BATCH_DIFFERS, acknowledged_unseen),
    ("in no closed batch", R.CALL_UNKNOWN, proof_of(0)),
    ("name", R.NAME_UNFIT, add(HEAD, name="No Name")),
    ("declaration", R.DECLARATION_FAULTY, add(HEAD, declared=replace(DECLARED, unit="seat"))),
    ("columns", R.FILE_UNREADABLE, add("tail\n")),
    ("table", R.TABLE_UNREADABLE, no_such_table),
    ("lines", R.LINES_BROKEN, add(HEAD + "B-1,x,CAN,PEK,1,1,1\n")),
    ("key", R.KEY_REPEATS, add(HEAD + "B-1,1,CAN,PEK,1,1,1\n" * 2, declared=replace(DECLARED, key=("tail",)))),
    ("overflow", R.SUM_MAY_OVERFLOW, lambda town: overflow(town)),
    ("delta", R.DELTA_OVER_TERMS, lambda town: found_keys(town, (ROOT,))),
    ("several domains", R.WITHIN_ONE_DOMAIN, lambda town: found_keys(town, AIRLINES)),
    ("rules of other data", R.RULES_UNFIT, lambda town: unfit(town)),
    ("looked at first", R.HELD_FOR_REVIEW, lambda town: held(town)),
    ("no engine", R.ENGINE_FAILED, lambda town: without_engine(town)),
]  # fmt: skip


def found_keys(town: Town, airlines: Sequence[PartyId]) -> Any:
    """Group by what the data have, where `dest` has no list; no delta is allowed."""
    plan = aggregate(group_by=(GroupKey("dest"),), measures=(Count(), Units()), delta_femto=10**9)
    declared = replace(
        DECLARED, columns=tuple(replace(c, keys=()) if c.name == "dest" else c for c in DECLARED.columns)
    )
    rules = drafted(declared, "flights")
    open_rules = tuple(r for r in rules.rules if r.column != "dest"), ColumnRule("dest", (Use.GROUP, Use.OUTPUT))
    for airline in airlines:
        town.domains[airline].add(town.home / f"{airline}.csv", "flights", declared)
        town.domains[airline].allow(town.terms(airline, rules=replace(rules, rules=(*open_rules[0], open_rules[1]))))
    sources = tuple(replace(town.source(airline), delta_femto=10**9) for airline in airlines)
    return town.root.run(town.ticket(plan, sources=sources))


def unfit(town: Town) -> Any:
    delay = replace(RULES.columns[7], upper=601)
    town.root.allow(town.terms(ROOT, rules=replace(RULES, columns=(*RULES.columns[:7], delay))))
    return town.root.run(town.ticket())


def held(town: Town) -> Any:
    town.root.allow(town.terms(ROOT, rules=replace(RULES, review=True)))
    assert not isinstance(town.root.run(town.ticket()), Refused)
    return town.ask(m.CollectAnswer(JobId("job-1")))


class Gone:
    """An engine that is not there."""

    def totals(self, *_: Any, **__: Any) -> Any:
        raise EngineFailed("there is no Java; install it")


def without_engine(town: Town) -> Any:
    town.root.jobs.engine = Gone()
    return town.root.run(town.ticket())


def overflow(town: Town) -> Any:
    """Bounds so wide that even 240 rows might leave the integers."""
    delay = replace(DECLARED.columns[7], lower=-(2**52), upper=2**52)
    declared = replace(DECLARED, columns=(*DECLARED.columns[:7], delay))
    taken = town.root.add(town.home / f"{ROOT}.csv", "flights", declared)
    assert not isinstance(taken, Rejected)
    town.root.allow(town.terms(ROOT, rules=drafted(declared, "flights")))
    plan = aggregate(measures=(Count(), Sum("delay", -(2**52), 2**52)))
    return town.root.run(town.ticket(plan, sources=(town.source(ROOT),)))


@pytest.mark.parametrize(("refusal", "case"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_domain_refuses_by_name(town: Town, refusal: R, case: Callable[[Town], Any]) -> None:
    answer = case(town)
    if isinstance(answer, m.NotDone):
        assert answer.refusal == refusal.full_name
        said = answer.en + answer.zh
    else:
        assert isinstance(answer, Refused), answer
        assert answer.refusal is refusal
        said = answer.say("en") + answer.say("zh")
    assert "{" not in said.replace("{`", "")


def test_every_refusal_of_the_domain_has_a_case() -> None:
    assert {refusal for _, refusal, _ in CASES} == set(R)


def test_the_town_s_own_ticket_is_honoured(town: Town) -> None:
    """The table's cases differ from what is allowed by what they are named for."""
    assert not isinstance(town.root.run(town.ticket()), Refused)
    assert signed(town.ticket().ticket, MARKET) == town.ticket()
    assert RESOURCES[ROOT] in town.root.terms
