"""The property register in the market: its clocks on the real calendar, its rights in the room of rights, whole lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bare import Bare
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.kernel.roles import DataKind, Right, Role, SourceType
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.market.registered import LAWS as BETWEEN
from mumian.market.registering import EVIDENCE, initial_form, register_rights
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.clocks import views as clocks
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register import limits
from mumian.rooms.property_register import model as words
from mumian.rooms.property_register.forms import CancellationForm, Form, InitialForm, RenewalForm, TransferForm
from mumian.rooms.property_register.laws import LAWS
from mumian.rooms.property_register.vocabulary import (
    Applicant,
    ApplicationId,
    CancelReason,
    CertificateNo,
    Findings,
    Ground,
    NoteKind,
    ObjectionId,
    ObjectionState,
    Outcome,
    Part,
    Restrictions,
    RevokeReason,
    Stage,
)
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.chain import Break, stop
from mumian.rooms.rights.laws import LAWS as RIGHTS_LAWS
from mumian.rooms.rights.vocabulary import EndReason, FreezeReason
from mumian.rulebook.calendar import carried

HELD = Findings(Outcome.HOLDS, Outcome.HOLDS, Outcome.HOLDS, EVIDENCE)
S = SourceType


def on(day: str, hour: int = 9) -> Instant:
    return start_of(date.fromisoformat(day)) + hour * 3_600_000


class Agency(Bare):
    """A bare market with a registry, a regulator, two firms and one who objects."""

    def __init__(self, day: str = "2026-09-21", *, firms: int = 2) -> None:
        super().__init__(on(day))
        self.registry = self.admit(PartyKind.LEGAL, Role.REGISTRY)
        self.regulator = self.admit(PartyKind.PUBLIC_BODY, Role.REGULATOR)
        self.firms = [self.admit(PartyKind.LEGAL, Role.SUPPLIER) for _ in range(firms)]
        self.objector = self.admit(PartyKind.LEGAL, Role.BUYER)
        self.data = [self.resource(firm, DataKind.ENTERPRISE, S.SELF_GENERATED) for firm in self.firms]

    def wait(self, until: Instant, *, asleep: bool = False) -> None:
        """Let time pass and meet each limit at its moment; or, having been asleep, all of them at the end."""
        while not asleep and (due := clocks.next_due(self.states.clocks)) is not None and due <= until:
            super().wait(due)
        super().wait(until)

    @property
    def register(self) -> words.State:
        state: words.State = self.states.property_register
        return state

    def form(self, *these: Right, nth: int = 0, waive: bool = False, until: Instant | None = None) -> InitialForm:
        firm, data = self.firms[nth], self.data[nth]
        return initial_form(firm, data, S.SELF_GENERATED, these or Right, waive_publicity=waive, until=until)

    def submitted(self, form: Form, *, actor: str = "") -> ApplicationId:
        command = words.SubmitApplication(self.registry, form)
        return ApplicationId(self.made(actor or form.applicants[0].party, command, "application"))

    def accepted(self, form: Form) -> ApplicationId:
        key = self.submitted(form)
        self.say(self.registry, words.AcceptApplication(key))
        return key

    def conclude(self, key: ApplicationId, *, waive: bool = False) -> words.ConcludeReview:
        form = self.register.forms[key]
        found = form.statements if isinstance(form, InitialForm) else ()
        return words.ConcludeReview(key, HELD, found, waive=waive)

    def certified(self, form: Form) -> CertificateNo:
        """Register at once, without publicity where the form has one."""
        key = self.accepted(form)
        self.say(self.registry, self.conclude(key, waive=getattr(form, "waive_publicity", False)))
        return self.register.applications[key].certificate

    def right(self, number: str, line: int) -> tuple[str, rights.Registration]:
        """Return the registered right of one line of a certificate."""
        lines = self.register.certificates[number].lines
        for _, key in self.states.rights.by_certificate.under(f"{number}/"):
            record = self.states.rights.rights[key]
            if (record.holder, record.right) == (lines[line].holder, lines[line].right):
                return key, record
        raise AssertionError(f"no right of line {line} of {number}")

    def stage(self, key: ApplicationId) -> Stage:
        return self.register.applications[key].stage

    def happened(self, kind: type) -> list[Any]:
        return [event for leaf in self.leaves for event in leaf.events if isinstance(event, kind)]

    def day_of_event(self, kind: type) -> str:
        (leaf,) = (leaf for leaf in self.leaves if any(isinstance(event, kind) for event in leaf.events))
        return day_of(leaf.at).isoformat()

    def last_day(self, about: str, kind: str) -> str:
        """Return the last day of a running limit; empty if none runs."""
        found = clocks.clock(self.states.clocks, about, kind)
        return "" if found is None or found.is_suspended else day_of(found.due_at - 1).isoformat()


def broken(s: States) -> list[str]:
    found = [place for law in LAWS for place in law(s.property_register)]
    found += [place for law in RIGHTS_LAWS for place in law(s.rights)]
    return [*found, *(place for law in BETWEEN for place in law(s, 0))]


# whole lives


def test_rights_are_registered_in_three_words_for_trials() -> None:
    agency = Agency()
    firm, data = agency.firms[0], agency.data[0]
    ids = register_rights(agency.script, agency.registry, firm, data, S.SELF_GENERATED, Right)
    assert set(ids) == set(Right)
    record = agency.states.rights.rights[ids[Right.USE]]
    assert (record.certificate, record.rules[0], record.holder) == ("SJ4412026090001", "S1-21-R1", firm)
    assert broken(agency.states) == []


def test_silence_over_the_national_holiday_accepts_on_the_first_work_day_after_it() -> None:
    agency = Agency("2026-09-28")
    key = agency.submitted(agency.form())
    assert agency.last_day(key, limits.ACCEPTANCE) == "2026-10-08"  # 29th, 30th, then seven days off
    agency.wait(on("2026-10-20"))
    record = agency.register.applications[key]
    assert (record.deemed, record.accepted_on) == (True, date(2026, 10, 9))
    assert agency.last_day(key, limits.REVIEW) == "2026-10-22"  # the 10th, a Saturday, is made up


def test_nobody_acts_and_every_limit_is_met_until_the_regulator_hears_of_it() -> None:
    agency = Agency()
    key = agency.submitted(agency.form())
    agency.wait(on("2026-12-31"))
    assert agency.stage(key) is Stage.REVIEWING
    assert len(agency.happened(said.ReviewEscalated)) > 1
    agency.say(agency.regulator, agency.conclude(key))
    agency.wait(on("2027-01-31"))
    assert agency.register.applications[key].certificate == "SJ4412027010001"
    assert broken(agency.states) == []


def test_a_life_from_return_to_certificate_with_a_suspended_review_and_an_objection_that_falls() -> None:
    agency = Agency("2026-11-02")  # a Monday
    form = agency.form()
    key = agency.submitted(form)
    agency.say(agency.registry, words.ReturnApplication(key, (Part.SAMPLE,)))
    agency.wait(on("2026-11-03"))
    agency.say(agency.firms[0], words.SupplementApplication(key, form))
    agency.say(agency.registry, words.AcceptApplication(key))
    assert agency.last_day(key, limits.REVIEW) == "2026-11-17"
    agency.wait(on("2026-11-05"))
    agency.say(agency.registry, words.RequestEvidence(key, (Part.ACQUISITION,)))
    agency.wait(on("2026-11-10"))
    agency.say(agency.firms[0], words.ProvideEvidence(key, (EVIDENCE,)))
    assert agency.last_day(key, limits.REVIEW) == "2026-11-20"  # the 5th, 6th and 9th do not count
    agency.say(agency.registry, agency.conclude(key))
    assert agency.last_day(key, limits.PUBLICITY) == "2026-11-17"
    agency.wait(on("2026-11-12"))
    objection = agency.made(agency.objector, words.RaiseObjection(key, Ground.OPEN_DISPUTE, EVIDENCE), "objection")
    agency.wait(on("2026-11-16"))
    agency.say(agency.registry, words.DecideObjection(ObjectionId(objection), upheld=False, report_digest=EVIDENCE))
    assert agency.last_day(key, limits.PUBLICITY) == "2026-11-19"  # the 12th and 13th do not count
    agency.wait(on("2026-11-20"))
    assert agency.register.applications[key].certificate == "SJ4412026110001"
    assert agency.day_of_event(said.CertificateIssued) == "2026-11-20"
    assert broken(agency.states) == []


def test_an_objection_upheld_ends_the_application_and_brings_no_right() -> None:
    agency = Agency()
    key = agency.accepted(agency.form())
    agency.say(agency.registry, agency.conclude(key))
    objection = agency.made(agency.objector, words.RaiseObjection(key, Ground.UNLAWFUL_SOURCE, EVIDENCE), "objection")
    agency.say(agency.registry, words.DecideObjection(ObjectionId(objection), upheld=True, report_digest=EVIDENCE))
    assert agency.stage(key) is Stage.REJECTED
    agency.wait(on("2027-01-01"))
    assert agency.happened(rights.RightRegistered) == []
    assert broken(agency.states) == []


def test_an_objection_after_the_window_is_refused() -> None:
    agency = Agency()
    key = agency.accepted(agency.form())
    agency.say(agency.registry, agency.conclude(key))
    last = agency.last_day(key, limits.PUBLICITY)
    agency.wait(on(last, 23))
    inside = words.RaiseObjection(key, Ground.OTHER, EVIDENCE)
    assert agency.ask(agency.objector, inside).refused == ""
    other = Agency()
    key = other.accepted(other.form())
    other.say(other.registry, other.conclude(key))
    other.now = start_of(date.fromisoformat(last)) + DAY_MS
    assert other.ask(other.objector, inside).refused == "property_register.PUBLICITY_CLOSED"
    assert other.stage(key) is Stage.CERTIFIED


def test_a_registry_that_investigates_nothing_is_reported_and_the_publicity_still_waits() -> None:
    agency = Agency()
    key = agency.accepted(agency.form())
    agency.say(agency.registry, agency.conclude(key))
    objection = ObjectionId(
        agency.made(agency.objector, words.RaiseObjection(key, Ground.OTHER, EVIDENCE), "objection")
    )
    agency.wait(on("2026-12-01"))
    assert agency.happened(said.ObjectionEscalated)
    assert agency.stage(key) is Stage.OBJECTED
    agency.say(agency.regulator, words.DecideObjection(objection, upheld=False, report_digest=EVIDENCE))
    agency.wait(on("2026-12-15"))
    assert agency.stage(key) is Stage.CERTIFIED


@pytest.mark.parametrize("meanwhile", ["withdrawn", "gone", "registered"])
def test_what_no_longer_holds_when_the_clock_attests_is_rejected_and_the_market_goes_on(meanwhile: str) -> None:
    agency = Agency()
    key = agency.accepted(agency.form())
    agency.say(agency.registry, agency.conclude(key))
    firm, data = agency.firms[0], agency.data[0]
    match meanwhile:
        case "withdrawn":
            agency.say(firm, catalog.WithdrawResource(data))
        case "gone":
            agency.say(firm, parties.ExitParty(firm))
        case _:
            agency.certified(agency.form(Right.USE, waive=True))
    agency.wait(on("2026-11-01"))
    causes = {"withdrawn": "RESOURCE_WITHDRAWN", "gone": "NOT_ADMITTED", "registered": "ALREADY_REGISTERED"}
    record = agency.register.applications[key]
    assert (record.stage, record.cause) == (Stage.REJECTED, causes[meanwhile])
    assert broken(agency.states) == []


def test_a_transfer_ends_what_was_granted_from_the_transferors_right() -> None:
    agency = Agency()
    number = agency.certified(agency.form(waive=True))
    (use, _), (operate, _) = agency.right(number, 1), agency.right(number, 2)
    grant = rights.GrantRight(
        use, agency.objector, Right.USE, ("risk",), (), (), agency.now, agency.now + DAY_MS, False, EVIDENCE
    )
    agency.say(agency.firms[0], grant)
    transferee = Applicant(agency.firms[1], EVIDENCE)
    applying = (Applicant(agency.firms[0], EVIDENCE),)
    form = TransferForm(applying, number, (1,), transferee, EVIDENCE, Restrictions(), waive_publicity=True)
    new = agency.certified(form)
    assert new == "SJ4412026090002"
    assert agency.states.rights.rights[use].ended is EndReason.TRANSFERRED
    assert agency.states.rights.rights[operate].ended is None
    assert agency.right(new, 0)[1].holder == agency.firms[1]
    assert broken(agency.states) == []


def test_a_right_that_is_transferred_twice_still_names_what_gave_it() -> None:
    agency = Agency(firms=3)
    data = agency.resource(agency.firms[0], DataKind.ENTERPRISE, S.ENTRUSTED)
    number = agency.certified(initial_form(agency.firms[0], data, S.ENTRUSTED, [Right.USE]))
    for giver, taker in pairwise(agency.firms):
        applying, transferee = (Applicant(giver, EVIDENCE),), Applicant(taker, EVIDENCE)
        form = TransferForm(applying, number, (0,), transferee, EVIDENCE, Restrictions(), waive_publicity=True)
        number = agency.certified(form)
        assert agency.right(number, 0)[1].rules == ("S1-KINDS", "S1-21-R7", "S1-26", "S1-A6")
    assert broken(agency.states) == []


def test_renewal_prolongs_the_right_and_without_it_the_right_expires_by_itself() -> None:
    agency = Agency()
    number = agency.certified(agency.form(Right.HOLD, Right.USE, waive=True))
    agency.wait(on("2031-06-01"))
    agency.certified(RenewalForm((Applicant(agency.firms[0], EVIDENCE),), number, (0,)))
    agency.wait(on("2031-09-22"))
    (hold, held), (_, used) = agency.right(number, 0), agency.right(number, 1)
    assert day_of(held.valid_to) == date(2036, 6, 2)
    assert used.ended is EndReason.EXPIRED
    assert stop(held, agency.now) is None
    agency.wait(on("2036-06-02"))
    assert agency.states.rights.rights[hold].ended is EndReason.EXPIRED
    assert broken(agency.states) == []


def test_cancelled_and_revoked_rights_end_in_the_room_of_rights() -> None:
    agency = Agency()
    number = agency.certified(agency.form(waive=True))
    agency.certified(CancellationForm((Applicant(agency.firms[0], EVIDENCE),), number, (0,), CancelReason.DATA_LOST))
    agency.say(agency.regulator, words.RevokeRights(number, (1,), RevokeReason.FALSE_MATERIAL, EVIDENCE))
    ends = [agency.right(number, line)[1].ended for line in range(3)]
    assert ends == [EndReason.DATA_LOST, EndReason.FALSE_MATERIAL, None]
    assert broken(agency.states) == []


@pytest.mark.parametrize(
    ("kind", "frozen"),
    [(NoteKind.JUDICIAL_SEIZURE, True), (NoteKind.ADMINISTRATIVE_CONTROL, True), (NoteKind.TERMS, False)],
)
def test_a_note_freezes_just_the_rights_that_it_names(kind: NoteKind, frozen: bool) -> None:
    agency = Agency()
    number = agency.certified(agency.form(waive=True))
    note = agency.made(agency.registry, words.MakeNote(number, (1,), kind, EVIDENCE), "note")
    standing = [stop(agency.right(number, line)[1], agency.now) for line in range(3)]
    assert standing == [None, Break.FROZEN if frozen else None, None]
    agency.say(agency.registry, words.RemoveNote(words.NoteId(note), EVIDENCE))
    assert stop(agency.right(number, 1)[1], agency.now) is None


def test_striking_a_note_leaves_a_freeze_of_the_regulators_own() -> None:
    agency = Agency()
    number = agency.certified(agency.form(waive=True))
    use, _ = agency.right(number, 1)
    agency.say(agency.regulator, rights.Freeze(use, FreezeReason.JUDICIAL_SEIZURE))
    seizure = words.MakeNote(number, (1,), NoteKind.JUDICIAL_SEIZURE, EVIDENCE)
    note = words.NoteId(agency.made(agency.registry, seizure, "note"))
    agency.say(agency.registry, words.RemoveNote(note, EVIDENCE))
    assert stop(agency.right(number, 1)[1], agency.now) is Break.FROZEN
    cancel = CancellationForm((Applicant(agency.firms[0], EVIDENCE),), number, (1,), CancelReason.GIVEN_UP)
    asked = agency.ask(agency.firms[0], words.SubmitApplication(agency.registry, cancel))
    assert asked.refused == "property_register.RIGHT_FROZEN"


def test_an_objection_after_registration_goes_to_the_holder_and_then_to_court() -> None:
    agency = Agency()
    number = agency.certified(agency.form(waive=True))
    raised = words.ObjectToCertificate(number, (1,), Ground.OPEN_DISPUTE, EVIDENCE)
    objection = ObjectionId(agency.made(agency.objector, raised, "objection"))
    agency.wait(on("2026-10-09"))
    assert len(agency.happened(said.ObjectionEscalated)) == 1  # 5 work days of silence: 22nd to 29th of September
    agency.say(agency.registry, words.NotifyHolder(objection))
    dispute = words.MakeNote(number, (1,), NoteKind.OWNERSHIP_DISPUTE, EVIDENCE, objection)
    agency.say(agency.registry, dispute)
    assert stop(agency.right(number, 1)[1], agency.now) is Break.FROZEN
    agency.wait(on("2026-10-30"))
    assert agency.register.objections[objection].state is ObjectionState.DENIED
    leaf = agency.say(agency.registry, words.DecideObjection(objection, upheld=False, report_digest=EVIDENCE))
    assert leaf.events[0].onward
    assert stop(agency.right(number, 1)[1], agency.now) is None
    assert broken(agency.states) == []


def test_a_certificate_brings_rights_in_entrusted_data_only_by_law_or_contract() -> None:
    agency = Agency()
    data = agency.resource(agency.firms[0], DataKind.ENTERPRISE, S.ENTRUSTED)
    register_rights(agency.script, agency.registry, agency.firms[0], data, S.ENTRUSTED, [Right.USE])
    assert [place for law in BETWEEN for place in law(agency.states, 0)] == []


# no schedule


@dataclass
class Day:
    """What the parties do on one day, as drawn."""

    pause: int
    action: int
    which: int


OFTEN = (0, 1, 2, 2, 2, 3, 4, 5, 6, 7, 7, 7, 7, 8, 8, 8, 9, 9, 10, 11)
"""Which of the words in `Schedule.said`, those that go on with a life more often than those that begin one."""

days = st.lists(
    st.builds(Day, st.sampled_from((0, 0, 1, 1, 2, 3, 5, 12, 40)), st.sampled_from(OFTEN), st.integers(0, 7)),
    min_size=5,
    max_size=40,
)


class Schedule:
    """Plays drawn days: words that may be refused, never a fault."""

    def __init__(self) -> None:
        self.agency = Agency(firms=3)
        self.keys: list[ApplicationId] = []

    def play(self, day: Day) -> None:
        agency = self.agency
        agency.wait(agency.now + day.pause * DAY_MS, asleep=day.which % 2 == 1)
        key = self.keys[-1 - day.which % min(len(self.keys), 3)] if self.keys else ApplicationId("application-999")
        numbers = [number for number, _ in agency.register.certificates.under()]
        number = CertificateNo(numbers[day.which % len(numbers)] if numbers else "SJ4412026090001")
        actor, command = self.said(day, key, number)
        leaf = agency.ask(actor, command)
        self.keys += [event.application for event in leaf.events if isinstance(event, said.ApplicationSubmitted)]

    def said(self, day: Day, key: ApplicationId, number: CertificateNo) -> tuple[str, Any]:
        agency, nth = self.agency, day.which % 3
        form, firm = agency.register.forms.get(key), agency.firms[nth]
        holder = form.applicants[0].party if form else firm
        objections = [each for _, each in agency.register.objections_to.under(f"{key}/")]
        objection = objections[-1] if objections else ObjectionId("objection-999")
        lines = agency.register.certificates.get(number)
        owner = lines.lines[0].holder if lines else firm
        applying = (Applicant(owner, EVIDENCE),)
        to = Applicant(firm, EVIDENCE)
        apply = words.SubmitApplication
        short = agency.now + 60 * DAY_MS
        return [
            (firm, apply(agency.registry, agency.form(nth=nth, waive=day.which > 3))),
            (firm, apply(agency.registry, agency.form(tuple(Right)[nth], nth=nth, waive=True, until=short))),
            (agency.registry, words.AcceptApplication(key)),
            (agency.registry, words.ReturnApplication(key, (Part.SAMPLE,))),
            (holder, words.SupplementApplication(key, form or agency.form())),
            (agency.registry, words.RequestEvidence(key, (Part.SAMPLE,))),
            (holder, words.ProvideEvidence(key, (EVIDENCE,))),
            (agency.registry, words.ConcludeReview(key, HELD, getattr(form, "statements", ()), waive=day.which > 3)),
            (agency.objector, words.RaiseObjection(key, Ground.OTHER, EVIDENCE)),
            (agency.registry, words.DecideObjection(objection, day.which == 7, EVIDENCE)),
            (owner, apply(agency.registry, TransferForm(applying, number, (0,), to, EVIDENCE, Restrictions(), waive_publicity=True))),
            (owner, apply(agency.registry, CancellationForm(applying, number, (0,), CancelReason.GIVEN_UP))),
        ][day.action]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(days)
def test_no_schedule_makes_two_certificates_with_one_number_or_a_gap(drawn: list[Day]) -> None:
    schedule = Schedule()
    for day in drawn:
        schedule.play(day)
        assert broken(schedule.agency.states) == []
    issued = [event.certificate for event in schedule.agency.happened(said.CertificateIssued)]
    assert len(issued) == len(set(issued))
    by_month: dict[str, list[int]] = {}
    for number in issued:
        by_month.setdefault(number[:-4], []).append(int(number[-4:]))
    for serials in by_month.values():
        assert serials == list(range(1, len(serials) + 1))


PAUSES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6)
"""How many days the review runs, then how many it stands still, again and again."""


def counted(ran: set[date], start: date, work_days: int) -> date:
    """Walk day by day and return the last of the work days on which a limit ran: the slow obvious way."""
    day, left = start, work_days
    while left:
        day += timedelta(days=1)
        left -= day in ran and carried().is_work_day(day)
    return day


@settings(max_examples=60, deadline=None)
@given(PAUSES, st.integers(0, 10), st.integers(0, 40))
def test_stopping_and_resuming_the_review_in_any_order_never_loses_a_day(
    pauses: list[tuple[int, int]], extension: int, shift: int
) -> None:
    agency = Agency()
    agency.wait(agency.now + shift * DAY_MS)
    key = agency.accepted(agency.form())
    accepted = day = day_of(agency.now)
    if extension:
        agency.say(agency.registry, words.ExtendReview(key, extension))
    still = set[date]()
    for runs, stands in pauses:
        agency.wait(agency.now + runs * DAY_MS)
        if agency.happened(said.ReviewEscalated):
            break
        agency.say(agency.registry, words.RequestEvidence(key, (Part.SAMPLE,)))
        stopped = day_of(agency.now)
        agency.wait(agency.now + stands * DAY_MS)
        agency.say(agency.firms[0], words.ProvideEvidence(key, (EVIDENCE,)))
        still |= {stopped + timedelta(days=n) for n in range((day_of(agency.now) - stopped).days)}
    agency.wait(agency.now + 60 * DAY_MS)
    ran = {accepted + timedelta(days=n) for n in range(400)} - still
    expected = counted(ran, day, 10 + extension)
    first = next(leaf for leaf in agency.leaves if any(isinstance(e, said.ReviewEscalated) for e in leaf.events))
    (reached,) = (e for e in first.events if getattr(e, "kind", "") == limits.REVIEW and hasattr(e, "due_at"))
    assert day_of(reached.due_at - 1) == expected


@settings(max_examples=60, deadline=None)
@given(PAUSES, st.integers(0, 40))
def test_objections_in_any_order_never_cost_the_publicity_a_day(pauses: list[tuple[int, int]], shift: int) -> None:
    agency = Agency()
    agency.wait(agency.now + shift * DAY_MS)
    key = agency.accepted(agency.form())
    agency.say(agency.registry, agency.conclude(key))
    published = day_of(agency.now)
    still = set[date]()
    for runs, stands in pauses:
        agency.wait(agency.now + runs * DAY_MS)
        if agency.stage(key) is not Stage.PUBLICITY:
            break
        objection = agency.made(agency.objector, words.RaiseObjection(key, Ground.OTHER, EVIDENCE), "objection")
        stopped = day_of(agency.now)
        agency.wait(agency.now + stands * DAY_MS)
        fallen = words.DecideObjection(ObjectionId(objection), upheld=False, report_digest=EVIDENCE)
        agency.say(agency.registry, fallen)
        still |= {stopped + timedelta(days=n) for n in range((day_of(agency.now) - stopped).days)}
    agency.wait(agency.now + 30 * DAY_MS)
    ran = {published + timedelta(days=n) for n in range(400)} - still
    (attested,) = agency.happened(said.ApplicationAttested)
    assert agency.stage(key) is Stage.CERTIFIED
    (reached,) = (
        event
        for leaf in agency.leaves
        for event in leaf.events
        if getattr(event, "kind", "") == limits.PUBLICITY and hasattr(event, "due_at")
    )
    assert day_of(reached.due_at - 1) == counted(ran, published, 5)
    assert attested.at >= reached.due_at


@pytest.mark.parametrize(
    ("law", "plant"),
    [
        (0, lambda s: s.clocks.clocks.__delitem__(f"application-8/{limits.PUBLICITY}")),
        (0, lambda s: s.clocks.clocks.__setitem__("application-12/x", s.clocks.clocks[f"application-8/{limits.PUBLICITY}"])),
        (1, lambda s: s.clocks.clocks.__delitem__(f"objection-11/{limits.OBJECTION}")),
        (2, lambda s: s.clocks.clocks.__delitem__(f"SJ4412026090001/{limits.EXPIRY}")),
        (3, lambda s: s.rights.rights.__setitem__("right-99", next(s.rights.rights.under())[1])),
        (3, lambda s: s.property_register.certificates.__delitem__("SJ4412026090001")),
    ],
)  # fmt: skip
def test_a_law_between_the_rooms_sees_its_defect(law: int, plant: Any) -> None:
    agency = Agency()
    key = agency.accepted(agency.form())
    agency.say(agency.registry, agency.conclude(key))
    agency.say(agency.objector, words.RaiseObjection(key, Ground.OTHER, EVIDENCE))
    agency.certified(agency.form(nth=1, waive=True))
    assert broken(agency.states) == []
    plant(agency.states)
    assert list(BETWEEN[law](agency.states, 0))
