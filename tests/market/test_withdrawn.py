"""A consent that is withdrawn and a job that reads the data, in both orders: nothing is answered after the withdrawal."""

from __future__ import annotations

import pytest
from stage import UNTIL, Stage
from test_persons import FACTORS, KINDS, NOTHING, D

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, JobId, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Right, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.leaf import Leaf
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Count
from mumian.rooms.cleanroom.records import JobStatus
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent.vocabulary import Age, LegalBasis, Manner, NoticeId, Told
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.parties.model import PartyKind

COST = 1_000_000


class Clinic(Stage):
    """Data about two persons who consented, offered through the trial's merchant and bought by its insurer."""

    def __init__(self) -> None:
        super().__init__()
        self.holder = self.admit(PartyKind.LEGAL, Role.SUPPLIER)
        self.ann, self.ben = (self.admit(PartyKind.NATURAL, Role.INDIVIDUAL) for _ in range(2))
        self.data = self.personal()
        self.consents = [self.consented(person) for person in (self.ann, self.ben)]
        self.register(self.data, self.holder, Right.OPERATE, SourceType.SELF_GENERATED)
        use = self.register(self.data, self.holder, Right.USE, SourceType.SELF_GENERATED)
        self.granted = self.grant(self.holder, use, self.world.merchant).events[0].grant
        self.figures = self.product(self.granted)
        self.say(OPERATOR, exchange.ReviewCompliance(self.figures, Verdict.PASSED, EVIDENCE))
        free = goods.Price(goods.PriceMode.FREE, 0, goods.Unit.PRODUCT)
        listing = exchange.ListingId(
            self.made(self.world.merchant, exchange.ListProduct(self.figures, free), "listing")
        )
        self.agreement = self.agree(self.figures)
        self.say(self.world.insurer, exchange.SignDeal(self.order(listing), self.agreement))
        self.say(self.holder, cleanroom.OpenBudget(self.data, "tailnum", 10 * COST, 10 * COST, UNTIL))

    def personal(self) -> ResourceId:
        resource = self.resource(self.holder, DataKind.ENTERPRISE, SourceType.SELF_GENERATED)
        impacts = (Impact(Affected.ORGANISATION, Degree.GENERAL), Impact(Affected.PERSON, Degree.GENERAL))
        graded = catalog.ClassifyResource(
            resource, impacts, True, "cdo", catalog.RegradeReason.CONTENT, factors=FACTORS
        )
        self.say(self.holder, graded)
        told = (Manner.USE,), KINDS, (), (), (), 365, tuple(Told), D
        notice = NoticeId(self.made(self.holder, consent.PublishNotice((resource,), (PURPOSE,), *told), "notice"))
        basis = LegalBasis.CONSENT, KINDS, NOTHING, (), D, notice
        self.say(self.holder, consent.DeclareBasis(resource, PURPOSE, *basis))
        self.notice = notice
        return resource

    def consented(self, person: PartyId) -> str:
        said = consent.GiveConsent(
            person, self.notice, (self.data,), (PURPOSE,), KINDS, (), (), self.now + 300 * DAY_MS, D, Age.FROM_14
        )
        return self.made(person, said, "consent")

    def request(self, nonce: str) -> Leaf:
        plan = AggregatePlan((), (), (Count(),), "tailnum", 1, 1, COST)
        return self.ask(self.world.insurer, cleanroom.RequestJob(self.agreement, self.figures, PURPOSE, plan, nonce))

    def withdraw(self, nth: int = 0) -> Leaf:
        person = (self.ann, self.ben)[nth]
        return self.say(person, consent.WithdrawConsent(consent.ConsentId(self.consents[nth])))

    def release(self, job: JobId) -> str:
        return self.ask(self.holder, cleanroom.RecordRelease(job, sha256_hex(b"answer"), 1, 1)).refused


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def job_of(leaf: Leaf) -> JobId:
    assert leaf.refused == "", (leaf.refused, leaf.detail)
    return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))


def test_a_job_that_waits_when_a_person_withdraws_stops_in_the_same_leaf_and_answers_nothing(clinic: Clinic) -> None:
    job = job_of(clinic.request("n1"))
    leaf = clinic.withdraw()
    assert [event.jobs for event in leaf.events if isinstance(event, cleanroom.JobsStopped)] == [(job,)]
    assert clinic.release(job) == "cleanroom.JOB_CLOSED"
    assert [place for law in laws.LAWS for place in law(clinic.states, clinic.now)] == []


def test_a_job_that_is_asked_for_after_the_withdrawal_is_refused_until_the_person_is_left_out(clinic: Clinic) -> None:
    clinic.withdraw()
    refused = clinic.request("n1")
    assert (refused.refused, refused.detail["why"]) == ("cleanroom.NOT_LAWFUL", "consent.WITHDRAWALS_PENDING")
    clinic.wait(clinic.now + 1)
    version = sha256_hex(b"without ann")
    clinic.say(clinic.holder, catalog.PublishVersion(clinic.data, version, 9, 9, catalog.Quality()))
    clinic.say(clinic.holder, consent.ConfirmExclusion(clinic.data, 1, version))
    assert clinic.request("n2").refused == ""


def test_what_was_answered_before_the_withdrawal_stays_as_it_was(clinic: Clinic) -> None:
    job = job_of(clinic.request("n1"))
    assert clinic.release(job) == ""
    clinic.withdraw()
    assert clinic.states.cleanroom.jobs[job].status is JobStatus.RELEASED


def test_once_everybody_has_withdrawn_nothing_may_be_asked_offered_or_delivered(clinic: Clinic) -> None:
    clinic.withdraw(0)
    clinic.withdraw(1)
    assert clinic.request("n1").refused == "cleanroom.NOT_LAWFUL"
