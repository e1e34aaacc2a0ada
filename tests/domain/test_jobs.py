"""A job over three domains: the right sums, one noise, one answer, and nothing else leaves."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from town import (
    AGGREGATE,
    AIRLINES,
    DECLARED,
    MONTHS,
    OPEN,
    ROUTES,
    STRANGER,
    VERIFICATION,
    Town,
    copy_home,
    rows_of,
    served,
    write_csv,
)

from mumian.domain import messages as m
from mumian.domain.faults import BadSignature
from mumian.domain.gate import Answer
from mumian.domain.intake import Taken
from mumian.domain.keys import verify
from mumian.domain.refusals import DomainRefusal as R
from mumian.kernel.canonical import canonical, digest
from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.methods.dp import discrete_gaussian
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Filter,
    Op,
    SignedRelease,
    SignedTicket,
    SourceTicket,
    plan_digest,
    release_bytes,
    ticket_digest,
)


def expected(*, keep_sha: bool = True) -> list[tuple[int, int]]:
    """Count and clamped sum of delays by route and month, over all airlines' rows that have a tail; in plain Python."""
    cells = {(route, month): [0, 0] for route in ROUTES for month in MONTHS}
    for row in (row for airline in AIRLINES for row in rows_of(airline)):
        cell = cells.get((f"{row['origin']}-{row['dest']}", row["month"]))
        if cell is not None and row["tail"] != "NA" and row["delay"] != "NA" and (keep_sha or row["dest"] != "SHA"):
            cell[0] += 1
            cell[1] += min(max(int(row["delay"]), -30), 120)
    return [(count, total) for count, total in cells.values()]


def values_of(answer: Answer) -> list[tuple[int, ...]]:
    return [row.values for row in answer.cells.rows]


def released(answer: object) -> SignedRelease:
    assert isinstance(answer, SignedRelease), answer
    return answer


def collected(town: Town, job: str = "job-1") -> m.AnswerGiven:
    given = town.ask(m.CollectAnswer(JobId(job)))
    assert isinstance(given, m.AnswerGiven), given
    return given


@pytest.fixture(params=["in one process", "over http"])
def town_either_way(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Town]:
    """The town, its domains speaking to each other in one process, or each behind a server of its own."""
    town = Town(copy_home(template, tmp_path / "home"))
    with ExitStack() as servers:
        if request.param == "over http":
            for airline in AIRLINES[1:]:
                town.root.connect(airline, servers.enter_context(served(town.domains[airline])))
        yield town


def test_a_job_gives_the_same_answer_in_one_process_and_over_http(town_either_way: Town) -> None:
    town = town_either_way
    release = released(town.root.run(town.ticket())).release
    given = collected(town)
    assert values_of(given.answer) == expected()
    # the digest is frozen: either way, on every machine, these are the bytes
    assert release.digest == digest(given.answer)
    assert digest(given.answer.cells) == "b82a7e6c3663c6b2eb256a05f25a07516d8882c74864cae418975f2acbcb4f26"


def test_the_consumer_is_answered_over_http_as_well(town: Town) -> None:
    with served(town.root) as port:
        ran = town.ask(m.RunJob(town.ticket()), port=port)
        given = town.ask(m.CollectAnswer(JobId("job-1")), port=port)
    assert isinstance(ran, m.JobReleased)
    assert values_of(given.answer) == expected()
    assert given.release == ran.release


def test_a_filter_of_the_plan_holds_in_every_domain(town: Town) -> None:
    plan = msgspec.structs.replace(AGGREGATE, where=(Filter("dest", Op.NE, "SHA"), Filter("delay", Op.GE, -1_000)))
    released(town.root.run(town.ticket(plan)))
    assert values_of(collected(town).answer) == expected(keep_sha=False)


def test_the_release_says_what_left_and_is_the_roots_word(town: Town) -> None:
    ticket = town.ticket()
    signed = released(town.root.run(ticket))
    answer, release = collected(town).answer, signed.release
    assert (release.rows, release.size_bytes) == (9, len(canonical(answer)))
    assert (release.ticket_digest, release.plan_digest) == (ticket_digest(ticket.ticket), plan_digest(AGGREGATE))
    verify(town.root.public_hex, signed.signature, release_bytes(release))
    for changed in (msgspec.structs.replace(release, digest="0" * 64), msgspec.structs.replace(release, rows=8)):
        with pytest.raises(BadSignature):
            verify(town.root.public_hex, signed.signature, release_bytes(changed))


def test_noise_is_added_once_to_the_merged_sums_and_once_for_each_scale(template: Path, tmp_path: Path) -> None:
    asked: list[tuple[list[int], float]] = []

    def noted(values: object, sigma: float) -> list[int]:
        exact = list(values)  # type: ignore[call-overload]
        asked.append((exact, sigma))
        return [value + 7 for value in exact]

    town = Town(copy_home(template, tmp_path / "home"), noise=noted)
    released(town.root.run(town.ticket()))
    counts, sums = zip(*expected(), strict=True)
    assert [values for values, _ in asked] == [list(counts), list(sums)]
    # sigma = sqrt(l0) linf row / sqrt(2 rho), rho = 0.25 for each measure
    assert [round(sigma, 6) for _, sigma in asked] == [round(3_000 / 0.5**0.5, 6), round(360_000 / 0.5**0.5, 6)]
    assert values_of(collected(town).answer) == [(count + 7, total + 7) for count, total in expected()]


def test_with_real_noise_the_intervals_hold_what_they_say(template: Path, tmp_path: Path) -> None:
    plan = msgspec.structs.replace(AGGREGATE, linf_rows=1, l0=1)
    exact_town = Town(copy_home(template, tmp_path / "exact"))
    noisy_town = Town(copy_home(template, tmp_path / "noisy"), noise=discrete_gaussian)
    for town in (exact_town, noisy_town):
        released(town.root.run(town.ticket(plan)))
    truth, noisy = collected(exact_town).answer, collected(noisy_town).answer
    assert noisy.cells.half_widths == truth.cells.half_widths == (3, 333)
    assert values_of(noisy) != values_of(truth)
    for row, other in zip(values_of(noisy), values_of(truth), strict=True):
        for value, exact, width in zip(row, other, noisy.cells.half_widths, strict=True):
            assert abs(value - exact) <= 5 * width  # ten sigmas: never


def test_the_same_job_gives_the_same_answer_whatever_came_between(town: Town) -> None:
    ticket = town.ticket()
    first = released(town.root.run(ticket))
    for airline in AIRLINES:
        town.domains[airline].allow(town.terms(airline, purposes=()))
    town.clock.now += 10**9
    assert town.root.run(ticket) == first
    assert town.reopen(AIRLINES[0]).run(ticket) == first


def test_the_same_question_gets_the_same_noise_and_costs_once(template: Path, tmp_path: Path) -> None:
    town = Town(copy_home(template, tmp_path / "home"), noise=discrete_gaussian)
    released(town.root.run(town.ticket()))
    spent = [domain.jobs.charges.spent_nano("flights") for domain in town.domains.values()]
    free = tuple(msgspec.structs.replace(town.source(airline), rho_nano=0) for airline in AIRLINES)
    released(town.root.run(town.ticket(job=JobId("job-2"), seq=8, sources=free)))
    one, two = collected(town).answer, collected(town, "job-2").answer
    assert one.cells == two.cells
    assert one.salt != two.salt
    assert spent == [500_000_000] * 3
    for airline in AIRLINES:
        assert town.reopen(airline).jobs.charges.spent_nano("flights") == 500_000_000


def test_an_owner_who_says_no_stops_the_question_also_where_its_answer_is_known(town: Town) -> None:
    released(town.root.run(town.ticket()))
    town.domains[AIRLINES[2]].allow(town.terms(AIRLINES[2], refused_consumers=(PartyId("insurer"),)))
    refused = town.root.run(town.ticket(job=JobId("job-2")))
    assert isinstance(refused, Refused)
    assert refused.refusal is R.PEER_FAILED
    assert "does not serve `insurer`" in str(refused.detail["reason"])


def test_the_loss_is_booked_before_the_part_is_made_and_a_failure_gives_nothing_back(town: Town) -> None:
    del town.root.peers[AIRLINES[2]]
    refused = town.root.run(town.ticket())
    assert isinstance(refused, Refused)
    assert refused.refusal is R.PEER_FAILED
    assert not list((town.root.folder / "answers").iterdir())
    spent = [town.domains[airline].jobs.charges.spent_nano("flights") for airline in AIRLINES]
    assert spent == [0, 0, 0]  # the missing way was found before anything ran

    broken = town.domains[AIRLINES[2]].handle
    town.root.connect(AIRLINES[2], m.LocalPort(lambda data: b"" if b"RunPart" in data else broken(data)))
    assert isinstance(town.root.run(town.ticket()), Refused)
    spent = [town.domains[airline].jobs.charges.spent_nano("flights") for airline in AIRLINES]
    assert spent == [500_000_000, 500_000_000, 0]


def test_a_source_without_privacy_units_agrees_and_adds_nothing(town: Town, tmp_path: Path) -> None:
    weather = write_csv(tmp_path / "weather.csv", [{"station": "CAN", "wind": "12"}])
    taken = town.root.add(weather, "weather", OPEN)
    assert isinstance(taken, Taken)
    resource = ResourceId("resource-9")
    source = SourceTicket(resource, AIRLINES[0], town.root.public_hex, taken.version, 0)
    ticket = town.ticket(sources=(*town.ticket().ticket.sources, source))
    refused = town.root.run(ticket)
    assert isinstance(refused, Refused)
    assert refused.refusal is R.RESOURCE_UNKNOWN
    town.root.allow(town.terms(AIRLINES[0], resource=resource, name="weather", rho_nano_max=0))
    released(town.root.run(ticket))
    assert values_of(collected(town).answer) == expected()
    assert town.root.jobs.charges.spent_nano("weather") == 0


def test_two_resources_of_one_domain_are_one_part(town: Town, tmp_path: Path) -> None:
    taken = town.root.add(write_csv(tmp_path / "more.csv", rows_of(AIRLINES[0])), "more", DECLARED)
    assert isinstance(taken, Taken)
    resource = ResourceId("resource-8")
    town.root.allow(town.terms(AIRLINES[0], resource=resource, name="more"))
    source = SourceTicket(resource, AIRLINES[0], town.root.public_hex, taken.version, 500_000_000)
    released(town.root.run(town.ticket(sources=(town.source(AIRLINES[0]), source))))
    one = Town(copy_home(town.home, tmp_path / "one"))
    released(one.root.run(one.ticket(job=JobId("job-5"), sources=(one.source(AIRLINES[0]),))))
    once = values_of(collected(one, "job-5").answer)
    assert values_of(collected(town).answer) == [(2 * count, 2 * total) for count, total in once]


def test_a_part_is_for_the_root_alone_and_says_nothing_by_itself(town: Town) -> None:
    heard: list[bytes] = []
    for airline in AIRLINES[1:]:
        handle = town.domains[airline].handle

        def listen(data: bytes, handle: object = handle) -> bytes:
            reply: bytes = handle(data)  # type: ignore[operator]
            heard.append(reply)
            return reply

        town.root.connect(airline, m.LocalPort(listen))
    released(town.root.run(town.ticket()))
    parts = [msgspec.json.decode(reply)["message"]["body"]["part"] for reply in heard if b"PartMade" in reply]
    assert len(parts) == 2
    for part in map(base64.b64decode, parts):
        words = [int.from_bytes(part[at : at + 8], "little", signed=True) for at in range(0, len(part), 8)]
        assert len(words) == 18
        assert min(map(abs, words)) > 10**6  # counts below 100 and sums below 10,000 under 64 random bits


def test_nothing_that_the_market_hears_holds_a_value_of_the_source_or_of_the_answer(town: Town) -> None:
    """The market, which signed the ticket, may ask for the job and its release, and for the batches of calls."""
    market_hears = b""
    for body in (m.RunJob(town.ticket()), m.CollectAnswer(JobId("job-1")), m.CloseBatch(JobId("job-1")), m.ShowCard()):
        market_hears += canonical(town.ask(body, key=STRANGER))
    assert b"reply.JobReleased" in market_hears
    assert b"NOT_THE_CONSUMER" in market_hears
    rows = [row for airline in AIRLINES for row in rows_of(airline)]
    for value in {row["tail"] for row in rows} - {"NA"} | {row["origin"] for row in rows} | set(ROUTES):
        assert value.encode() not in market_hears
    answer = collected(town).answer
    for row in answer.cells.rows:
        assert canonical(row.values) not in market_hears


def test_a_verification_is_no_job_and_a_job_no_verification(town: Town) -> None:
    ticket = town.ticket(VERIFICATION)
    card = town.ask(m.ShowCard()).card
    assert town.ask(m.RunJob(ticket)).refusal == "domain.PLAN_FAULTY"
    assert town.ask(m.RunPart(ticket, (card,)), key=town.root_key()).refusal == "domain.PLAN_FAULTY"
    assert town.ask(m.VerifyCalls(town.ticket(), ())).refusal == "domain.PLAN_FAULTY"


def test_a_ticket_of_another_shape_does_not_pass_for_the_signed_one(town: Town) -> None:
    ticket = town.ticket()
    other = msgspec.structs.replace(ticket.ticket, purpose="insurance-risk-2")
    refused = town.root.run(SignedTicket(other, ticket.signature))
    assert isinstance(refused, Refused)
    assert refused.refusal is R.TICKET_SIGNER_UNKNOWN


def test_an_aggregate_without_groups_is_one_row(town: Town) -> None:
    plan: AggregatePlan = msgspec.structs.replace(AGGREGATE, group_by=(), measures=AGGREGATE.measures[:1])
    released(town.root.run(town.ticket(plan)))
    with_tail = [r for a in AIRLINES for r in rows_of(a) if r["tail"] != "NA" and r["delay"] != "NA"]
    assert values_of(collected(town).answer) == [(len(with_tail),)]
