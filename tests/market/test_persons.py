"""Consent in the market: it ends in the leaf that ends it, time ends it too, and a person can be erased beneath it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bare import Bare
from msgspec.structs import replace
from stdnum.cn import ric

from mumian.journal.sqlite import SqliteStore
from mumian.journal.tree import Frontier, leaf_hashes
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import MARKET, OPERATOR, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role, SourceType
from mumian.kernel.time import DAY_MS, start_of
from mumian.market.audit import Audit, Claim, audit
from mumian.market.leaf import leaf_bytes
from mumian.market.trial import ORIGIN
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import Quality, SpatialScope
from mumian.rooms.catalog.factors import Depth, Factors, Group, Importance, Precision, Sector
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.clocks import views as clocks
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent import views
from mumian.rooms.consent.events import ConsentExpired, ConsentWithdrawn, PetitionOverdue, PetitionReceived
from mumian.rooms.consent.vocabulary import (
    Act,
    Activity,
    Age,
    Asked,
    Circumstances,
    Conclusion,
    ConsentId,
    Content,
    EntrustmentId,
    Finding,
    InfoKind,
    LegalBasis,
    Manner,
    NoticeId,
    PetitionId,
    PetitionState,
    PipiaForm,
    Sensitive,
    Telling,
    Term,
    Told,
)
from mumian.rooms.parties.identity import commit_identity
from mumian.rooms.parties.model import AdmitParty, ExitParty, PartyKind, RelateParties, Relation
from mumian.rooms.rights.model import ConsentVoided
from mumian.vault.entries import Identity, TextKind
from mumian.vault.faults import NobodyThere
from mumian.vault.vault import Vault

D = sha256_hex(b"document")
KINDS = (InfoKind.BASIC,)
FACTORS = Factors(
    sector=Sector.HEALTH,
    group=Group.PERSONS,
    region=SpatialScope.CITY,
    precision=Precision.EXACT,
    persons=9,
    organisations=0,
    depth=Depth.OBSERVED,
    coverage_permille=1,
    importance=Importance.ORDINARY,
)
NOTHING = Circumstances((), False, False, False)


class City(Bare):
    """A clinic with data about persons, a merchant, a broker, and Ann."""

    def __init__(self, now: int = start_of(date(2026, 9, 21))) -> None:
        super().__init__(now)
        self.clinic = self.admit(PartyKind.LEGAL, Role.SUPPLIER)
        self.merchant = self.admit(PartyKind.LEGAL, Role.DATA_MERCHANT)
        self.broker = self.admit(PartyKind.LEGAL, Role.BROKER)
        self.ann = self.person()
        self.data = self.graded()

    def person(self) -> PartyId:
        return self.admit(PartyKind.NATURAL, Role.INDIVIDUAL)

    def graded(self) -> ResourceId:
        resource = self.resource(self.clinic, DataKind.ENTERPRISE, SourceType.SELF_GENERATED)
        impacts = (Impact(Affected.ORGANISATION, Degree.GENERAL), Impact(Affected.PERSON, Degree.GENERAL))
        self.say(self.clinic, catalog.ClassifyResource(resource, impacts, True, "cdo", factors=FACTORS))
        self.version(resource, b"first")
        return resource

    def version(self, resource: ResourceId, content: bytes) -> str:
        self.say(self.clinic, catalog.PublishVersion(resource, sha256_hex(content), 9, 9, Quality()))
        return sha256_hex(content)

    def notice(self, **changes: Any) -> consent.PublishNotice:
        told = consent.PublishNotice(
            (self.data,), ("care", "risk"), (Manner.USE,), KINDS, (), (), (self.merchant,), 365, tuple(Told), D
        )
        return replace(told, **changes)

    def told(self, **changes: Any) -> NoticeId:
        notice = NoticeId(self.made(self.clinic, self.notice(**changes), "notice"))
        basis = consent.DeclareBasis(self.data, "care", LegalBasis.CONSENT, KINDS, NOTHING, (), D, notice)
        self.say(self.clinic, basis)
        return notice

    def consent(self, notice: NoticeId, **changes: Any) -> consent.GiveConsent:
        said = consent.GiveConsent(
            self.ann, notice, (self.data,), ("care",), KINDS, (), (), self.now + 100 * DAY_MS, D, Age.FROM_14
        )
        return replace(said, **changes)

    def consented(self, **changes: Any) -> ConsentId:
        return ConsentId(self.made(self.ann, self.consent(self.told(), **changes), "consent"))

    def may(self) -> str:
        """Return whether the clinic may process its data, or why not."""
        answer = views.may_process(
            self.states.consent, resource=self.data, holder=self.clinic, recipient=self.clinic, purpose="care",
            now=self.now, rulebook="",
        )  # fmt: skip
        return answer.refusal.name if isinstance(answer, Refused) else "lawful"


@pytest.fixture
def city() -> City:
    return City()


def test_a_withdrawal_voids_what_was_granted_on_it_and_opens_a_deletion_in_the_same_leaf(city: City) -> None:
    given = city.consented()
    assert city.may() == "lawful"
    leaf = city.say(city.ann, consent.WithdrawConsent(given))
    kinds = [type(event) for event in leaf.events]
    assert kinds[:2] == [ConsentWithdrawn, PetitionReceived]
    assert ConsentVoided in kinds
    assert city.may() == "WITHDRAWALS_PENDING"
    assert clocks.clock(city.states.clocks, given, "consent.term") is None
    (owed,) = clocks.owed_by(city.states.clocks, city.clinic)
    assert (owed.kind, owed.rule) == ("consent.answer", "S7-50")


def test_the_holder_goes_on_once_a_newer_version_is_without_the_person(city: City) -> None:
    given = city.consented()
    ben = city.person()
    city.say(ben, city.consent(NoticeId(next(iter(dict(city.states.consent.notices.under())))), person=ben))
    city.say(city.ann, consent.WithdrawConsent(given))
    old = city.ask(city.clinic, consent.ConfirmExclusion(city.data, 1, sha256_hex(b"first")))
    assert old.refused == "consent.VERSION_TOO_OLD"
    city.wait(city.now + 1)
    without = city.version(city.data, b"without Ann")
    city.say(city.clinic, consent.ConfirmExclusion(city.data, 1, without))
    assert city.may() == "lawful"


@pytest.mark.parametrize(("wait", "may"), [(100 * DAY_MS - 1, "lawful"), (100 * DAY_MS, "WITHDRAWALS_PENDING")])
def test_a_consent_holds_to_its_last_millisecond_and_not_beyond(city: City, wait: int, may: str) -> None:
    city.consented()
    city.wait(city.now + wait)
    assert city.may() == may
    ended = [event for leaf in city.leaves for event in leaf.events if type(event) is ConsentExpired]
    assert bool(ended) is (may != "lawful")
    assert all(leaf.actor == MARKET for leaf in city.leaves for event in leaf.events if type(event) is ConsentExpired)


@pytest.mark.parametrize("first", ["withdrawal", "clock"])
def test_a_withdrawal_and_the_end_of_the_term_in_both_orders_end_a_consent_once(city: City, first: str) -> None:
    given = city.consented()
    if first == "withdrawal":
        city.wait(city.now + 100 * DAY_MS - 1)
        city.say(city.ann, consent.WithdrawConsent(given))
        city.wait(city.now + 1)
    else:
        city.wait(city.now + 100 * DAY_MS)
        assert city.ask(city.ann, consent.WithdrawConsent(given)).refused == "consent.ENDED"
    exclusion = city.states.consent.exclusions[city.data]
    assert (exclusion.withdrawn, exclusion.confirmed) == (1, 0)


def test_a_petition_is_overdue_fifteen_work_days_on_over_the_holidays(city: City) -> None:
    petition = consent.SubmitPetition(city.ann, city.clinic, Asked.ACCESS, (city.data,), D)
    made = PetitionId(city.made(city.ann, petition, "petition"))
    # after Monday 09-21: three days, Mid-Autumn, three days, National Day to 10-07, two, the make-up day 10-10, six more
    last = date(2026, 10, 19)
    city.wait(start_of(last) + DAY_MS - 1)
    assert not city.states.consent.petitions[made].is_overdue
    city.wait(city.now + 1)
    assert city.states.consent.petitions[made].is_overdue
    (event,) = [event for leaf in city.leaves for event in leaf.events if type(event) is PetitionOverdue]
    assert event.rules == ("S7-50",)


def test_an_answered_petition_is_never_overdue(city: City) -> None:
    petition = consent.SubmitPetition(city.ann, city.clinic, Asked.DELETE, (city.data,), D, cause="unlawful")  # type: ignore[arg-type]
    made = PetitionId(city.made(city.ann, petition, "petition"))
    city.say(city.clinic, consent.VerifyPetitioner(made, D))
    city.say(city.clinic, consent.FulfilPetition(made, D, stored_only=True))
    city.wait(city.now + 400 * DAY_MS)
    record = city.states.consent.petitions[made]
    assert (record.state, record.is_overdue) == (PetitionState.STORED_ONLY, False)


def test_an_agent_that_is_related_to_the_processor_stands_on_both_sides(city: City) -> None:
    notice = city.told()
    mandate = consent.GiveMandate(city.ann, city.broker, tuple(Act), (), city.now + DAY_MS, D)
    given = city.made(city.ann, mandate, "mandate")
    city.say(OPERATOR, RelateParties(city.broker, city.clinic, Relation.AFFILIATED))
    leaf = city.ask(city.broker, city.consent(notice, mandate=given))
    assert (leaf.refused, leaf.detail["path"]) == ("consent.BOTH_SIDES", f"{city.broker} → {city.clinic}")


def test_a_mandate_ends_with_its_term(city: City) -> None:
    notice = city.told()
    mandate = consent.GiveMandate(city.ann, city.broker, tuple(Act), (), city.now + DAY_MS, D)
    given = city.made(city.ann, mandate, "mandate")
    city.wait(city.now + DAY_MS)
    assert city.ask(city.broker, city.consent(notice, mandate=given)).refused == "consent.ENDED"


def assessment(resource: ResourceId, form: PipiaForm = PipiaForm.FULL) -> consent.RecordPipia:
    findings = tuple(Finding(content, D) for content in Content) if form is PipiaForm.FULL else ()
    return consent.RecordPipia(resource, tuple(Activity), form, findings, Conclusion.ACCEPTABLE, "dpo", D)


def test_the_same_assessment_is_refused_on_one_day_and_recorded_on_the_next() -> None:
    city = City(start_of(date(2026, 9, 1)) - 1)
    city.say(city.clinic, consent.StateScale(99_999, D))
    simplified = assessment(city.data, PipiaForm.SIMPLIFIED)
    assert city.ask(city.clinic, simplified).refused == "consent.SIMPLIFIED_NOT_YET"
    city.wait(city.now + 1)
    assert city.ask(city.clinic, simplified).refused == ""
    assert audited(city).fault is None  # a replay gives both answers again


def test_an_entrusted_hand_is_stopped_by_its_term(city: City) -> None:
    city.consented()
    city.say(city.clinic, assessment(city.data))
    terms = (("care",), KINDS, tuple(Term), city.now + DAY_MS, D)
    hand = EntrustmentId(
        city.made(city.clinic, consent.EntrustProcessing(city.data, city.merchant, *terms), "entrustment")
    )
    city.wait(city.now + DAY_MS)
    assert city.states.consent.entrustments[hand].ended_at == city.now


def audited(city: Bare) -> Audit:
    entries = [leaf_bytes(leaf) for leaf in city.leaves]
    frontier = Frontier()
    frontier.extend(leaf_hashes(entries))
    scratch = SqliteStore(":memory:")
    claim = Claim(ORIGIN, len(entries), frontier.root().hex())
    found = audit(entries, None, claim, body=lambda _: None, scratch=scratch)
    scratch.close()
    return found


def test_a_person_is_erased_and_the_journal_still_holds_and_says_nothing_of_it(tmp_path: Path) -> None:
    city, path = City(), tmp_path / "persons.db"
    stem = "36042619910101007"
    number = stem + str(ric.calc_check_digit(stem + "0"))
    with Vault(path) as vault:
        kept = vault.keep(Identity(number, "欧阳安娜", "139 0000 0000"), today=date(2026, 9, 21))
        admission = AdmitParty(PartyKind.NATURAL, "", None, kept.commitment, (Role.INDIVIDUAL,))
        city.ann = PartyId(city.made(OPERATOR, admission, "party"))
        vault.link(kept.commitment, city.ann)
        details = vault.keep_text(city.ann, TextKind.PETITION, "请告知我的信息被谁使用")
        given = city.consented()
        city.say(city.ann, consent.SubmitPetition(city.ann, city.clinic, Asked.KNOW, (), details))
        city.say(city.ann, consent.WithdrawConsent(given))
        before = city.leaves.copy()
        commitment = city.states.parties.parties[city.ann].identity_commitment
        vault.verify(city.ann, commitment=commitment)  # while it is there, the commitment opens
        assert vault.text_of(details).text == "请告知我的信息被谁使用"

        vault.erase(city.ann, at=city.now)

        with pytest.raises(NobodyThere):
            vault.verify(city.ann, commitment=commitment)
        with pytest.raises(NobodyThere):
            vault.text_of(details)
    assert city.leaves == before
    assert audited(city).fault is None
    journal = b"".join(leaf_bytes(leaf) for leaf in city.leaves)
    for trace in (number, "欧阳安娜", "139 0000 0000", "请告知我的信息被谁使用"):
        assert trace.encode() not in journal
        assert trace.encode() not in path.read_bytes()
    assert commit_identity(number, b"any other salt will not do") != commitment


Says = tuple[str, Any]


def too_many_uses(city: City) -> Says:
    purposes = tuple(f"p{nth}" for nth in range(16))
    recipients = tuple(city.admit(PartyKind.LEGAL, Role.DATA_MERCHANT) for _ in range(16))
    notice = city.made(city.clinic, city.notice(purposes=purposes, recipients=recipients), "notice")
    return city.ann, city.consent(NoticeId(notice), purposes=purposes, recipients=recipients)


def too_deep(city: City) -> Says:
    city.consented()
    city.say(city.clinic, assessment(city.data))
    terms = (("care",), KINDS, tuple(Term), city.now + DAY_MS, D)
    giver: PartyId = city.merchant
    hand = EntrustmentId(city.made(city.clinic, consent.EntrustProcessing(city.data, giver, *terms), "entrustment"))
    for _ in range(7):
        to = city.admit(PartyKind.LEGAL, Role.SERVICE_PROVIDER)
        city.say(city.clinic, consent.AllowReentrusting(hand, to))
        hand = EntrustmentId(city.made(giver, consent.ReentrustProcessing(hand, to, *terms), "entrustment"))
        giver = to
    to = city.admit(PartyKind.LEGAL, Role.SERVICE_PROVIDER)
    city.say(city.clinic, consent.AllowReentrusting(hand, to))
    return giver, consent.ReentrustProcessing(hand, to, *terms)


def fee_undue(city: City) -> Says:
    from mumian.rooms.consent.vocabulary import PortCondition, PortStated

    asked = consent.SubmitPetition(city.ann, city.clinic, Asked.PORT, (city.data,), D, to=city.merchant)
    made = PetitionId(city.made(city.ann, asked, "petition"))
    city.say(city.clinic, consent.VerifyPetitioner(made, D))
    met = tuple(PortStated(each, True) for each in PortCondition)
    return city.clinic, consent.FulfilPetition(made, D, met, fee_fen=1)


def both_sides(city: City) -> Says:
    mandate = consent.GiveMandate(city.ann, city.clinic, tuple(Act), (), city.now + DAY_MS, D)
    return city.clinic, city.consent(city.told(), mandate=city.made(city.ann, mandate, "mandate"))


def telling_each(city: City) -> Says:
    city.say(city.clinic, consent.StateScale(1, D))
    return city.clinic, city.notice(recipients=(), activities=(Activity.EXPORT,), telling=Telling.PUBLISHED)


def sensitivity_not_told(city: City) -> Says:
    items = tuple(item for item in Told if item is not Told.EFFECT)
    return city.clinic, city.notice(sensitive=(Sensitive.TRACKS,), items=items)


def recipients_not_told(city: City) -> Says:
    return city.clinic, city.notice(items=tuple(item for item in Told if item is not Told.RECIPIENTS))


SCRIPTS: list[tuple[str, Callable[[City], Says]]] = [
    ("consent.RECIPIENTS_NOT_TOLD", recipients_not_told),
    ("consent.TOO_MANY_USES", too_many_uses),
    ("consent.TOO_DEEP", too_deep),
    ("consent.FEE_UNDUE", fee_undue),
    ("consent.BOTH_SIDES", both_sides),
    ("consent.TELLING_EACH", telling_each),
    ("consent.SENSITIVITY_NOT_TOLD", sensitivity_not_told),
]
"""Refusals that a random walk meets seldom or never."""

EARLIER: list[tuple[str, int, Callable[[City], Says]]] = [
    (
        "consent.RULE_NOT_IN_FORCE",
        start_of(date(2024, 12, 31)),
        lambda c: (c.ann, consent.SubmitPetition(c.ann, c.clinic, Asked.PORT, (c.data,), D, to=c.merchant)),
    ),
    (
        "consent.SIMPLIFIED_NOT_YET",
        start_of(date(2026, 8, 31)),
        lambda c: (c.clinic, assessment(c.data, PipiaForm.SIMPLIFIED)),
    ),
]
"""Refusals of days before the ones that a simulation lives in."""


@pytest.mark.parametrize(("refusal", "script"), SCRIPTS, ids=[name for name, _ in SCRIPTS])
def test_a_short_script_reaches_the_refusal(city: City, refusal: str, script: Callable[[City], Says]) -> None:
    assert city.ask(*script(city)).refused == refusal


@pytest.mark.parametrize(("refusal", "now", "script"), EARLIER, ids=[name for name, _, _ in EARLIER])
def test_a_day_on_which_the_rule_was_not_there_yet_refuses(
    refusal: str, now: int, script: Callable[[City], Says]
) -> None:
    city = City(now)
    assert city.ask(*script(city)).refused == refusal


def test_who_leaves_the_market_has_withdrawn_every_consent_in_the_same_leaf(city: City) -> None:
    first = city.consented()
    second = city.consented(purposes=("risk",))
    leaf = city.say(city.ann, ExitParty(city.ann))
    withdrawn = [event.consent for event in leaf.events if isinstance(event, ConsentWithdrawn)]
    assert withdrawn == [first, second]
    assert city.may() == "WITHDRAWALS_PENDING"
    assert [event.consent for event in leaf.events if isinstance(event, ConsentVoided)] == [first, second]


def test_who_consented_to_nothing_leaves_without_a_word_about_consent(city: City) -> None:
    city.consented()
    leaf = city.say(city.merchant, ExitParty(city.merchant))
    assert [event for event in leaf.events if isinstance(event, ConsentWithdrawn)] == []
