"""What buyers, sellers and domains say in a deal: orders, agreements, jobs, calls."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, AgreementId, BudgetId, JobId, ListingId, OrderId, ProductId, ResourceId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.data import PURPOSES, UNIT
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, Filter, GroupKey, Op, Plan, Sum, VerificationPlan
from mumian.rooms.cleanroom.records import JobStatus, Usage
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.product import ProductType, Unit
from mumian.rooms.exchange.states import DealState, ListingState
from mumian.rooms.exchange.terms import DisputeOutcome, Evaluation, RejectReason


def order(s: Scene) -> Said | None:
    key = ListingId(s.pick("listing"))
    listing = s.states.exchange.listings.get(key)
    if listing is None or (listing.state is not ListingState.OPEN and s.chance(900)):
        return None
    if not all(map(s.stands, s.states.exchange.products[listing.product].sources)):
        return None
    quantity = s.one((10, 1_000, 10**9)) if listing.price.unit is Unit.CALL else s.one((1, 1, 12))
    buyer = s.who(Role.BUYER)
    return Said(buyer, exchange.PlaceOrder(key, quantity, s.after(300), s.one((10**12, 10**12, 60_000))))


def advance_order(s: Scene) -> Said | None:
    """Say what is next in a deal, as one of its sides would."""
    key = OrderId(s.pick("order"))
    deal = s.states.exchange.orders.get(key)
    if deal is None:
        return None
    if s.now >= deal.expires_at and deal.state in (DealState.ORDERED, DealState.SIGNED) and s.chance(900):
        return Said(s.pick("party"), exchange.ExpireOrder(key)) if not deal.agreement or not deal.metered else None
    match deal.state:
        case DealState.ORDERED:
            return _sign(s, key, deal)
        case DealState.SIGNED | DealState.IN_USE:
            return _meter(s, key, deal) if deal.metered else _deliver(s, key, deal)
        case DealState.DELIVERED:
            return _inspect(s, key, deal)
        case DealState.DISPUTED:
            outcome = s.one(tuple(DisputeOutcome))
            gives_in = deal.buyer if outcome is DisputeOutcome.SETTLE else deal.seller
            return Said(s.one((OPERATOR, gives_in)), exchange.ResolveDispute(key, outcome))
        case DealState.SETTLED:
            return Said(OPERATOR, exchange.FileDeal(key, s.one((None, Evaluation(5, s.digest())))))
        case _:
            return Said(deal.buyer, exchange.AcceptDelivery(key)) if s.chance(20) else None


def _sign(s: Scene, key: OrderId, deal: exchange.Order) -> Said | None:
    """Sign an offer of the product, then bind the agreement to the order."""
    agreement = s.agreement_of.get((deal.product, deal.buyer))
    if agreement is not None:
        return Said(s.one((deal.buyer, deal.seller)), exchange.SignDeal(key, AgreementId(agreement)))
    offers = s.offers_of[deal.product]
    if not offers:
        return None
    name = contracts.OfferId(s.fresh(offers))
    offer = s.states.contracts.offers[name]
    if (s.now >= offer.valid_until or offer.status is not contracts.OfferStatus.OPEN) and s.chance(950):
        again = contracts.MakeOffer(offer.target, offer.policy, None, s.now + 400 * DAY_MS)
        return Said(offer.assigner, again)
    return Said(offer.assignee or deal.buyer, contracts.SignAgreement(name, offer.policy_digest))


def _deliver(s: Scene, key: OrderId, deal: exchange.Order) -> Said:
    product = s.states.exchange.products[deal.product]
    if product.product_type not in (ProductType.INDICATOR, ProductType.VERIFY):
        return Said(deal.seller, exchange.RecordDelivery(key, s.digest()))
    return _compute(s, deal)


def _compute(s: Scene, deal: exchange.Order) -> Said:
    """Ask for a job under the deal, or release the one that was asked for."""
    name = JobId(s.job_of.get(deal.agreement, ""))
    job = s.states.cleanroom.jobs.get(name)
    if job is None or job.status is not JobStatus.ISSUED:
        return _request(s, deal)
    if s.chance(60):
        return Said(s.one(job.sources).domain, cleanroom.RefuseAtDomain(name, "too-fine"))
    if s.now >= job.expires_at:
        return Said(s.pick("party"), cleanroom.ExpireJob(name))
    replayed = s.states.cleanroom.releases.get(job.replays) if job.replays else None
    digest = s.digest() if replayed is None or s.chance(200) else replayed.digest
    return Said(job.root, cleanroom.RecordRelease(name, digest, s.one((0, 1, job.answers_max)), 200))


def _request(s: Scene, deal: exchange.Order) -> Said:
    product = s.states.exchange.products[deal.product]
    is_checks = product.product_type is ProductType.VERIFY
    purpose = PURPOSE if s.chance(950) else s.one(PURPOSES)
    plan = _checks(s) if is_checks else _figures(s)
    nonce = f"n{s.rng.randrange(1_000)}"
    return Said(deal.buyer, cleanroom.RequestJob(AgreementId(deal.agreement), deal.product, purpose, plan, nonce))


def _checks(s: Scene) -> Plan:
    return VerificationPlan(("flight", "day"), Filter("delay", Op.GT, 60), s.one((1, 100, 5_000)))


def _figures(s: Scene) -> Plan:
    """One of a few plans, so that the same question is asked twice."""
    rho_nano = s.one((1_000_000, 10_000_000, 40_000_000))
    group_by = s.one(((), (GroupKey("origin", ("EWR", "JFK")),)))
    return AggregatePlan(group_by, (), (Count(), Sum("delay", -60, 240)), UNIT, 2, 4, rho_nano)


def _meter(s: Scene, key: OrderId, deal: exchange.Order) -> Said:
    """Calls are covered by tickets, recorded by a domain, billed by the seller; one day the deal is closed."""
    agreement = AgreementId(deal.agreement)
    usage = s.states.cleanroom.usage.get(f"{agreement}/{deal.product}") or Usage()
    if usage.calls > deal.calls and s.chance(500):
        return Said(deal.seller, exchange.SettleUsage(agreement))
    if s.now >= deal.expires_at or s.chance(50):
        return Said(deal.seller, exchange.CloseUsage(key))
    left = usage.covered_calls - usage.calls
    if not left or s.chance(100):
        return _compute(s, deal)
    sources = s.states.exchange.products[deal.product].sources
    grant = s.states.rights.grants.get(sources[0]) or s.states.rights.rights.get(sources[0])
    holder = s.states.catalog.resources[grant.resource].holder
    calls = s.one((1, left, max(1, left // 2)))
    return Said(holder, cleanroom.RecordUsage(agreement, deal.product, s.digest(), usage.calls, calls))


def _inspect(s: Scene, key: OrderId, deal: exchange.Order) -> Said:
    if s.chance(150) and deal.agreement and not deal.metered:
        return _compute(s, deal)  # the same question again
    if s.chance(150):
        return Said(deal.buyer, exchange.RejectDelivery(key, s.one(tuple(RejectReason))))
    return Said(s.one((deal.buyer, deal.buyer, deal.seller)), exchange.AcceptDelivery(key))


def call_off(s: Scene) -> Said | None:
    key = OrderId(s.pick("order"))
    deal = s.states.exchange.orders.get(key)
    if deal is None:
        return None
    if s.now >= deal.expires_at:
        return Said(s.pick("party"), exchange.ExpireOrder(key))
    return Said(s.one((deal.buyer, deal.seller)), s.one((exchange.CancelOrder(key), exchange.ExpireOrder(key))))


def end_agreement(s: Scene) -> Said | None:
    key = AgreementId(s.pick("agreement"))
    found = s.states.contracts.agreements.get(key)
    if found is None:
        return None
    actor = s.one((found.assigner, found.assignee, s.who(Role.REGULATOR)))
    return Said(actor, contracts.TerminateAgreement(key, s.one(tuple(contracts.TerminationReason))))


def fulfil(s: Scene) -> Said | None:
    key = AgreementId(s.pick("agreement"))
    found = s.states.contracts.agreements.get(key)
    return None if found is None else Said(found.assigner, contracts.FulfilDuty(key, "duty-pay"))


def count_by_hand(s: Scene) -> Said:
    agreement = AgreementId(s.pick("agreement"))
    binding = contracts.BindOrder(agreement, OrderId(s.pick("order")))
    return Said(s.pick("party"), s.one((contracts.CountUse(agreement, 1), binding)))


def open_budget(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    until = s.now + s.one((20, 300, 1_000)) * DAY_MS
    total_nano = s.one((60_000_000, 500_000_000))
    return Said(record.holder, cleanroom.OpenBudget(resource, UNIT, total_nano, total_nano // 2, until))


def refresh_budget(s: Scene) -> Said | None:
    key = BudgetId(s.pick("budget"))
    budget = s.states.cleanroom.budgets.get(key)
    if budget is None:
        return None
    until = s.one((None, s.after(400)))
    return Said(budget.holder, cleanroom.RefreshBudget(key, 50_000_000, "minutes-7", 10_000_000, until))


def end_job(s: Scene) -> Said | None:
    key = JobId(s.pick("job"))
    job = s.states.cleanroom.jobs.get(key)
    if job is None:
        return None
    release = cleanroom.RecordRelease(key, s.digest(), 1, 200)
    return s.one((Said(s.pick("party"), cleanroom.ExpireJob(key)), Said(job.root, release)))


def ask_for_free(s: Scene) -> Said | None:
    """Ask for a job under any agreement, whatever became of its order."""
    key = AgreementId(s.pick("agreement"))
    found = s.states.contracts.agreements.get(key)
    if found is None:
        return None
    plan = s.one((_checks(s), _figures(s)))
    return Said(found.assignee, cleanroom.RequestJob(key, ProductId(found.target), PURPOSE, plan, "n1"))


HABITS: tuple[tuple[int, Habit], ...] = (
    (70, order),
    (260, advance_order),
    (8, call_off),
    (2, end_agreement),
    (5, fulfil),
    (1, count_by_hand),
    (20, open_budget),
    (5, refresh_budget),
    (5, end_job),
    (6, ask_for_free),
)
