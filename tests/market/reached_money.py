"""Short ways to refusals of clean room, ledger and revenue that a random walk meets seldom or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stage import UNTIL, Stage
from test_persons import FACTORS

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId, JobId, ListingId, OrderId, PartyId, ProductId, TransferId
from mumian.kernel.roles import DataKind, Right
from mumian.kernel.time import DAY_MS
from mumian.market.reactions.money import hold_of
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.policy.model import Constraint, Policy, PolicyType, Rule
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import SourceType
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, Filter, Op, VerificationPlan
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.ledger import model as ledger
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights.vocabulary import SourceType as RightSource

Says = tuple[str, Any]
COST = 1_000
CHECK = VerificationPlan(("flight",), Filter("delay", Op.GT, 60), 2)
PLAN = AggregatePlan((), (), (Count(),), "tailnum", 1, 1, COST)


# clean room


def version_missing(s: Stage) -> Says:
    owner = s.world.owners[0]
    resource = s.resource(owner, DataKind.ENTERPRISE, SourceType.SELF_GENERATED, published=False)
    s.register(resource, owner, Right.OPERATE, RightSource.SELF_GENERATED)
    use = s.register(resource, owner, Right.USE, RightSource.SELF_GENERATED)
    product = s.product(s.grant(owner, use, s.world.merchant).events[0].grant)
    return s.world.insurer, cleanroom.RequestJob(s.agree(product), product, PURPOSE, PLAN, "n1")


def bought(s: Stage, *, rho_nano: int, share_rho_nano: int) -> AgreementId:
    """Open the owners' budgets and buy the report."""
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.OpenBudget(resource, "tailnum", rho_nano, share_rho_nano, UNTIL))
    agreement = s.agree(s.world.report)
    s.say(s.world.insurer, exchange.SignDeal(s.order(), agreement))
    return agreement


def asked(s: Stage, agreement: AgreementId, product: ProductId, plan: Any, nonce: str) -> JobId:
    leaf = s.say(s.world.insurer, cleanroom.RequestJob(agreement, product, PURPOSE, plan, nonce))
    return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))


def job_dearer_than(*, rho_nano: int, share_rho_nano: int) -> Callable[[Stage], Says]:
    def said(s: Stage) -> Says:
        agreement = bought(s, rho_nano=rho_nano, share_rho_nano=share_rho_nano)
        return s.world.insurer, cleanroom.RequestJob(agreement, s.world.report, PURPOSE, PLAN, "n1")

    return said


def release_differs(s: Stage) -> Says:
    agreement = bought(s, rho_nano=10 * COST, share_rho_nano=10 * COST)
    first = asked(s, agreement, s.world.report, PLAN, "n1")
    s.say(s.world.owners[0], cleanroom.RecordRelease(first, sha256_hex(b"one"), 1, 1))
    again = asked(s, agreement, s.world.report, PLAN, "n2")
    return s.world.owners[0], cleanroom.RecordRelease(again, sha256_hex(b"two"), 1, 1)


def refused_by_a_stranger(s: Stage) -> Says:
    agreement = bought(s, rho_nano=10 * COST, share_rho_nano=10 * COST)
    job = asked(s, agreement, s.world.report, PLAN, "n1")
    return s.world.regulator, cleanroom.RefuseAtDomain(job, "too-fine")


def job_against_a_standing_policy(s: Stage) -> Says:
    """Let the holder permit another purpose: what is not permitted is denied."""
    owner, resource = s.world.owners[0], s.world.resources[0]
    other = Constraint("purpose", "eq", "research")
    standing = Policy("policy-1", PolicyType.SET, permission=(Rule("p", "verify", resource, constraints=(other,)),))
    s.say(owner, contracts.AttachPolicy(resource, standing))
    return s.world.insurer, checking(s)


def job_on_persons_without_a_basis(s: Stage) -> Says:
    impacts = (Impact(Affected.ORGANISATION, Degree.SERIOUS), Impact(Affected.PERSON, Degree.GENERAL))
    grading = catalog.ClassifyResource(s.world.resources[0], impacts, True, "cdo", factors=FACTORS)
    s.say(s.world.owners[0], grading)
    return s.world.insurer, checking(s)


def checking(s: Stage) -> cleanroom.RequestJob:
    return cleanroom.RequestJob(s.world.checks_agreement, s.world.checks, PURPOSE, CHECK, "n1")


def jobs_stopped_by_an_owner(s: Stage) -> Says:
    return s.world.owners[0], cleanroom.StopJobs((s.world.grants[0],), "case-1")


# ledger


def more_than_held(s: Stage) -> Says:
    cash = [s.states.ledger.by_owner[f"{party}/cash"] for party in (s.world.insurer, s.world.merchant)]
    leaf = s.say(s.world.insurer, ledger.HoldTransfers((ledger.Leg(cash[0], cash[1], 10),), s.now + DAY_MS))
    return s.world.insurer, ledger.PostPending(TransferId(leaf.events[0].transfers[0]), 11)


def own_escrow_posted(s: Stage) -> Says:
    return s.world.insurer, ledger.PostPending(hold_of(s.order()))


# revenue


def agreeing(product: str, *owners: PartyId, **changes: Any) -> revenue.AgreeDistribution:
    terms = {"fees": (), "method": revenue.Method.COVERAGE_SHAPLEY, "merchant_bp": 3_000, **changes}
    return revenue.AgreeDistribution(ProductId(product), owners=owners, **terms)


def fee(payee: str, **amount: int) -> revenue.FeeLine:
    return revenue.FeeLine(PartyId(payee), revenue.FeeKind.BROKER, **amount)


def distribution(*more: str, **changes: Any) -> Callable[[Stage], Says]:
    """A proposal for a new product of the trial's owners. more: who else of the trial is named as an owner."""

    def said(s: Stage) -> Says:
        others = (getattr(s.world, name) for name in more)
        return s.world.merchant, agreeing(s.product(), *s.world.owners, *others, **changes)

    return said


def owner_repeated(s: Stage) -> Says:
    return s.world.merchant, agreeing(s.product(), *s.world.owners, s.world.owners[0])


def public_distribution(*, paid: str, merchant_bp: int = 10_000) -> Callable[[Stage], Says]:
    def said(s: Stage) -> Says:
        public = s.public()
        fees = (fee(getattr(public, paid), rate_bp=1),) if paid else ()
        return s.world.merchant, agreeing(s.product(public.grant), fees=fees, merchant_bp=merchant_bp)

    return said


def shared(s: Stage, *fees: revenue.FeeLine) -> ProductId:
    """A product whose distribution all owners have agreed to; nobody has said yet who contributed what."""
    product = s.product()
    s.say(s.world.merchant, agreeing(product, *s.world.owners, fees=fees))
    for owner in s.world.owners:
        s.say(owner, revenue.ConsentToDistribution(product, 1))
    return product


def contribution_missing(s: Stage) -> Says:
    return accepting(s, shared(s))


def fees_exceed_gross(s: Stage) -> Says:
    product = shared(s, fee(OPERATOR, amount_fen=101))
    s.say(s.world.merchant, revenue.RecordContribution(product, "first", (revenue.Cell(1, 1),), EVIDENCE))
    return accepting(s, product)


def accepting(s: Stage, product: ProductId) -> Says:
    """Sell a product at 100 fen and deliver it: what its buyer says to accept it."""
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    price = goods.Price(goods.PriceMode.FIXED, 100, goods.Unit.PRODUCT)
    listing = ListingId(s.made(s.world.merchant, exchange.ListProduct(product, price), "listing"))
    order = s.order(listing)
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(product)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, EVIDENCE))
    return s.world.insurer, exchange.AcceptDelivery(order)


def contribution_empty(s: Stage) -> Says:
    return s.world.merchant, revenue.RecordContribution(shared(s), "first", (revenue.Cell(1, 0),), EVIDENCE)


def holder_not_named(s: Stage) -> Says:
    return s.world.merchant, agreeing(s.product(), s.world.owners[0])


def version_mismatch(s: Stage) -> Says:
    product = s.product()
    s.say(s.world.merchant, agreeing(product, *s.world.owners))
    return s.world.owners[0], revenue.ConsentToDistribution(product, 2)


def not_in_force(s: Stage) -> Says:
    product = s.product()
    s.say(s.world.merchant, agreeing(product, *s.world.owners))
    return s.world.merchant, revenue.RecordContribution(product, "first", (revenue.Cell(1, 1),), EVIDENCE)


def shared_out_by_a_seller(s: Stage) -> Says:
    return s.world.merchant, revenue.Distribute("order-1", s.world.report, 1)


def signed_too_late(s: Stage) -> Says:
    placed = exchange.PlaceOrder(s.world.report_listing, 1, s.now + DAY_MS, 10**12)
    order, agreement = OrderId(s.made(s.world.insurer, placed, "order")), s.agree(s.world.report)
    s.wait(s.now + 2 * DAY_MS)
    return s.world.insurer, exchange.SignDeal(order, agreement)


BEFORE_INSPECTION: dict[str, Callable[[Stage], Says]] = {"exchange.ORDER_OVERDUE": signed_too_late}
"""Under a rulebook without the market's own limits of orders."""

STAGED: dict[str, Callable[[Stage], Says]] = {
    "cleanroom.ONLY_THE_MARKET": jobs_stopped_by_an_owner,
    "cleanroom.POLICY_DENIES": job_against_a_standing_policy,
    "cleanroom.NOT_LAWFUL": job_on_persons_without_a_basis,
    "cleanroom.VERSION_MISSING": version_missing,
    "cleanroom.NOT_A_DOMAIN_OF_JOB": refused_by_a_stranger,
    "cleanroom.BUDGET_EXHAUSTED": job_dearer_than(rho_nano=COST - 1, share_rho_nano=COST - 1),
    "cleanroom.CONSUMER_SHARE_EXHAUSTED": job_dearer_than(rho_nano=COST, share_rho_nano=COST - 1),
    "cleanroom.RELEASE_DIFFERS": release_differs,
    "ledger.ESCROW_IS_THE_MARKETS": own_escrow_posted,
    "ledger.MORE_THAN_HELD": more_than_held,
    "revenue.NOT_THE_MARKET": shared_out_by_a_seller,
    "revenue.RATE_MISSING": distribution(fees=(fee(OPERATOR),)),
    "revenue.RATES_TOO_HIGH": distribution(fees=(fee(OPERATOR, rate_bp=6_000),) * 2),
    "revenue.TOO_MANY_LINES": distribution(fees=(fee(OPERATOR, amount_fen=1),) * 33),
    "revenue.PAYEE_UNKNOWN": distribution(fees=(fee("party-404", rate_bp=1),)),
    "revenue.OWNER_REPEATED": owner_repeated,
    "revenue.HOLDER_NOT_NAMED": holder_not_named,
    "revenue.NOT_A_HOLDER": distribution("insurer"),
    "revenue.PUBLIC_BODY_PAID": public_distribution(paid="body"),
    "revenue.OPERATOR_ONLY_SERVICE_FEE": public_distribution(paid="operator"),
    "revenue.NOBODY_SHARES": public_distribution(paid="", merchant_bp=9_999),
    "revenue.FIXED_SHARES_MISMATCH": distribution(method=revenue.Method.FIXED, owner_bp=(10_000,)),
    "revenue.VERSION_MISMATCH": version_mismatch,
    "revenue.NOT_IN_FORCE": not_in_force,
    "revenue.CONTRIBUTION_EMPTY": contribution_empty,
    "revenue.CONTRIBUTION_MISSING": contribution_missing,
    "revenue.FEES_EXCEED_GROSS": fees_exceed_gross,
}
