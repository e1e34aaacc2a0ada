"""What buyers, sellers and domains say in a deal: orders, agreements, jobs, calls."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, AgreementId, BudgetId, JobId, ListingId, OrderId, PartyId, ProductId, ResourceId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS, months_from
from mumian.market.simulation.analysis import allow_exactly, checks, exactly, figures, publish, review
from mumian.market.simulation.data import PURPOSES, UNIT
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Plan
from mumian.rooms.cleanroom.records import Job, JobStatus, Usage
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.product import UNPOSTED, ProductType, Unit
from mumian.rooms.exchange.states import DealState, ListingState, Payment
from mumian.rooms.exchange.terms import DisputeOutcome, Evaluation, RejectReason
from mumian.rooms.exchange.views import unit_of

UNDER_WAY = frozenset({DealState.ORDERED, DealState.SIGNED, DealState.DELIVERED, DealState.IN_USE, DealState.DISPUTED})


QUANTITIES = {Unit.CALL: (10, 1_000, 10**9), Unit.PRECISION: (2_000, 50_000, 200_000), Unit.COVERAGE: (1, 150, 400)}


def order(s: Scene) -> Said | None:
    key = ListingId(s.pick("listing"))
    listing = s.states.exchange.listings.get(key)
    if listing is None or (listing.state is not ListingState.OPEN and s.chance(900)):
        return None
    if not all(map(s.stands, s.states.exchange.products[listing.product].sources)):
        return None
    if listing.price.mode in UNPOSTED and s.chance(950):
        return None
    quantity = s.one(QUANTITIES.get(listing.price.unit, (1, 1, 12)))
    buyer = s.who(Role.BUYER)
    return Said(buyer, exchange.PlaceOrder(key, quantity, s.after(300), s.one((10**12, 10**12, 60_000))))


def advance_order(s: Scene) -> Said | None:
    """Say what is next in a deal, as one of its sides would: mostly in a recent one that goes on."""
    newest = [key for key in s.made["order"][-40:] if s.states.exchange.orders[key].state in UNDER_WAY]
    key = OrderId(s.one(newest) if newest and s.chance(800) else s.pick("order"))
    deal = s.states.exchange.orders.get(key)
    if deal is None:
        return None
    agreed = s.states.contracts.agreements.get(deal.agreement)
    if agreed is not None and agreed.ended_at is not None and s.chance(900):
        return Said(deal.seller, exchange.CloseUsage(key)) if deal.payment is not Payment.ONCE else None
    if s.now >= deal.expires_at and deal.state in (DealState.ORDERED, DealState.SIGNED) and s.chance(900):
        return Said(s.pick("party"), exchange.ExpireOrder(key)) if not deal.agreement or not deal.metered else None
    match deal.state:
        case DealState.ORDERED:
            return _sign(s, key, deal)
        case DealState.SIGNED | DealState.IN_USE:
            return ADVANCE[deal.payment](s, key, deal)
        case DealState.DELIVERED:
            return _report(s, key, deal) if deal.is_shared else _inspect(s, key, deal)
        case DealState.DISPUTED:
            outcome = s.one(tuple(DisputeOutcome))
            gives_in = deal.buyer if outcome is DisputeOutcome.SETTLE else deal.seller
            units = None if s.chance(700) else s.one((1, deal.quantity))
            return Said(s.one((OPERATOR, gives_in)), exchange.ResolveDispute(key, outcome, units))
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
        units = None if s.chance(600) else s.one((1, deal.quantity, deal.quantity + 1))
        return Said(deal.seller, exchange.RecordDelivery(key, s.digest(), units))
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
    if job.reviewers and s.chance(950):
        said = review(s, name, job)
        if said is not None:
            return said
    return Said(job.root, _release(s, name, job))


def _release(s: Scene, name: JobId, job: Job) -> cleanroom.RecordRelease:
    """Return what a root says of an answer: as it was given or reviewed before, mostly."""
    replayed = s.states.cleanroom.releases.get(job.replays) if job.replays else None
    known = s.states.cleanroom.reviews.get(name) or replayed
    if known is None or s.chance(200):
        return cleanroom.RecordRelease(name, s.digest(), s.one((0, 1, job.answers_max)), 200)
    return cleanroom.RecordRelease(name, known.digest, known.rows, known.size_bytes)


def _request(s: Scene, deal: exchange.Order) -> Said:
    product = s.states.exchange.products[deal.product]
    is_checks = product.product_type is ProductType.VERIFY
    purpose = PURPOSE if s.chance(950) else s.one(PURPOSES)
    nonce = f"n{s.rng.randrange(1_000)}"
    if unit_of(s.states.exchange, deal) is Unit.COVERAGE and s.chance(900):
        return _request_exactly(s, deal, product.sources, nonce)
    wanting = _wanting(s, product.sources, is_checks=is_checks)
    if wanting is not None and s.chance(850):
        return wanting
    agreement = AgreementId(deal.agreement)
    if is_checks:
        return Said(deal.buyer, cleanroom.RequestJob(agreement, deal.product, purpose, checks(s), nonce))
    return Said(deal.buyer, cleanroom.RequestJob(agreement, deal.product, purpose, *_asked(s, nonce)))


def _request_exactly(s: Scene, deal: exchange.Order, sources: tuple[str, ...], nonce: str) -> Said:
    """What is priced by coverage is asked exactly, once its holder lets it."""
    for source in sources:
        record = s.states.rights.grants.get(source) or s.states.rights.rights.get(source)
        if record is not None:
            resource = ResourceId(record.resource)
            allowing = allow_exactly(s, resource, s.states.catalog.resources[resource].holder)
            if allowing is not None:
                return allowing
    asked = cleanroom.RequestJob(AgreementId(deal.agreement), deal.product, PURPOSE, exactly(s), nonce)
    return Said(deal.buyer, asked)


def _asked(s: Scene, nonce: str) -> tuple[AggregatePlan, str, str, dict[str, int | str]]:
    plan, template, arguments = figures(s)
    return plan, nonce, template, arguments


def _wanting(s: Scene, sources: tuple[str, ...], *, is_checks: bool) -> Said | None:
    """Return what a holder says before anything can be asked of its data: rules, a budget for figures, its renewal."""
    for source in sources:
        record = s.states.rights.grants.get(source) or s.states.rights.rights.get(source)
        if record is None:
            continue
        resource = ResourceId(record.resource)
        holder = s.states.catalog.resources[resource].holder
        if resource not in s.states.cleanroom.rules or s.chance(60):
            return publish(s, resource, holder)
        budget = s.states.cleanroom.by_lineage.get(f"{resource}/{UNIT}")
        if not is_checks and budget is None:
            return open_of(s, resource, holder)
        if not is_checks and s.states.cleanroom.budgets[budget].until <= s.now:
            until = s.now + 300 * DAY_MS
            return Said(holder, cleanroom.RefreshBudget(budget, 50_000_000, "minutes-7", 10_000_000, until))
    return None


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


def _report(s: Scene, key: OrderId, deal: exchange.Order) -> Said | None:
    """Turnover is reported month by month, now and then again, out of turn or by another; one day the deal is closed."""
    if deal.state is DealState.SIGNED:
        return _deliver(s, key, deal)
    if s.chance(400):
        return None  # whoever reports late misses a month
    if s.chance(80):
        return Said(s.one((deal.buyer, deal.seller)), exchange.CloseUsage(key))
    month = months_from(deal.owed_month, 0 if s.chance(850) else s.one((-1, 1)))
    said_fen = s.states.exchange.turnover.get(f"{key}/{month}") or 0
    turnover_fen = max(0, said_fen + s.one((0, 1, 9_999, 80_000, -1)))
    actor = s.one((deal.buyer, deal.buyer, deal.buyer, OPERATOR, deal.seller))
    return Said(actor, exchange.ReportTurnover(key, month, turnover_fen, s.digest()))


ADVANCE = {Payment.ONCE: _deliver, Payment.METERED: _meter, Payment.SHARED: _report}


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
    return None if record is None else open_of(s, resource, record.holder)


def open_of(s: Scene, resource: ResourceId, holder: PartyId) -> Said:
    until = s.now + s.one((20, 300, 1_000)) * DAY_MS
    total_nano = s.one((60_000_000, 500_000_000))
    delta_femto = s.one((0, 1_000_000, 5_000_000))
    return Said(holder, cleanroom.OpenBudget(resource, UNIT, total_nano, total_nano // 2, until, delta_femto))


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
    plan: Plan = checks(s) if s.chance(500) else figures(s)[0]
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
