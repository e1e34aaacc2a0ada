"""What merchants and owners say of products: gates, distribution, listings, offers."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.kernel.ids import OPERATOR, ListingId, PartyId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS
from mumian.market.gathering.lawful import unlawful
from mumian.market.simulation.data import PURPOSES, SCENARIOS
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE, policy_of
from mumian.policy.model import Duty, Policy, Rule
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import ProductState
from mumian.rooms.exchange.terms import SuspendReason, Verdict
from mumian.rooms.revenue import model as revenue

SHAPES: tuple[tuple[goods.ProductType, goods.DeliveryForm], ...] = (
    (goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX),
    (goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX),
    (goods.ProductType.VERIFY, goods.DeliveryForm.VERIFY_QA),
    (goods.ProductType.VERIFY, goods.DeliveryForm.VERIFY_QA),
    (goods.ProductType.DATASET, goods.DeliveryForm.FILE),
    (goods.ProductType.API, goods.DeliveryForm.API),
)


def register_product(s: Scene) -> Said | None:
    """Make a product of a grant, and of what else its grantee was granted lately; or of one's own right."""
    source = _source(s)
    given = s.states.rights.grants.get(source)
    own = s.states.rights.rights.get(source)
    if (given is None and own is None) or not s.stands(source):
        return None
    seller = own.holder if given is None else given.grantee
    more = [each for each in dict.fromkeys(s.made["grant"][-30:]) if each != source and _is_of(s, each, seller)]
    sources = tuple(map(goods.SourceId, (source, *more[:2]) if s.chance(500) else (source,)))
    kind, form = s.one(SHAPES)
    scenario = goods.Scenario(
        s.one(SCENARIOS), "航班延误保险定价", s.one((goods.FieldOfUse.INDUSTRY, *goods.FieldOfUse))
    )
    purposes = (PURPOSE,) if s.chance(800) else PURPOSES
    if _is_unlawful(s, sources, purposes) and s.chance(980):
        return None
    return Said(seller, exchange.RegisterProduct("延误", kind, form, sources, purposes, scenario))


def _source(s: Scene) -> str:
    """Return a grant or right to stand on, one that persons in it do not forbid if a few tries find it."""
    for _ in range(8):
        source = s.pick("grant") if s.chance(900) else s.pick("right")
        if not _is_unlawful(s, (source,), (PURPOSE,)):
            break
    return source


def _is_unlawful(s: Scene, sources: tuple[str, ...], purposes: tuple[str, ...]) -> bool:
    """Tell whether persons in one of the sources gave no basis for it."""
    for source in sources:
        record = s.states.rights.grants.get(source) or s.states.rights.rights.get(source)
        if record is not None:
            resource = ResourceId(record.resource)
            holder = s.states.catalog.resources[resource].holder
            if unlawful(s.states, resource, recipient=holder, purposes=purposes, now=s.now):
                return True
    return False


def _is_of(s: Scene, grant: str, party: str) -> bool:
    record = s.states.rights.grants.get(grant)
    return record is not None and record.grantee == party and s.stands(grant)


def advance_product(s: Scene) -> Said | None:
    """Say what is next on a product's way to the shelf."""
    key = ProductId(s.pick("product"))
    product = s.states.exchange.products.get(key)
    if product is None:
        return None
    rule = s.states.revenue.rules.get(key)
    if rule is None and product.state is ProductState.COMPLIANT and s.chance(100):
        return Said(product.seller, exchange.ListProduct(key, _price(s, product)))
    if rule is None or s.chance(100):
        return Said(product.seller, agreeing(s, key, product))
    if rule.waiting:
        return Said(rule.waiting[0], revenue.ConsentToDistribution(key, rule.version))
    is_weighed = not rule.terms.owners or s.states.revenue.latest.get(key) is not None
    if s.chance(50 if is_weighed else 700):
        return Said(product.seller, _contribution(s, key, len(rule.terms.owners)))
    if not all(map(s.stands, product.sources)):
        return None
    if product.state is ProductState.COMPLIANT:
        return Said(product.seller, exchange.ListProduct(key, _price(s, product)))
    if product.state is ProductState.LISTED:
        return Said(product.seller, _offer(s, key)) if not s.offers_of[key] or s.chance(100) else None
    verdict = Verdict.PASSED if s.chance(850) else s.one(tuple(Verdict))
    return Said(s.one((OPERATOR, s.who(Role.SERVICE_PROVIDER))), exchange.ReviewCompliance(key, verdict, s.digest()))


def agreeing(s: Scene, key: ProductId, product: exchange.Product) -> revenue.AgreeDistribution:
    owners: dict[PartyId, None] = {}
    for source in product.sources:
        record = s.states.rights.grants.get(source) or s.states.rights.rights.get(source)
        resource = s.states.catalog.resources.get(record.resource)
        if s.states.catalog.descriptions[record.resource].data_kind is not DataKind.PUBLIC:
            owners[resource.holder] = None
    fees = [revenue.FeeLine(PartyId(OPERATOR), revenue.FeeKind.EXCHANGE_FEE, rate_bp=250)]
    if s.chance(200):
        fees.append(revenue.FeeLine(PartyId(s.pick("party")), revenue.FeeKind.BROKER, amount_fen=s.one((1, 60_000))))
    method = s.one(METHODS)
    is_fixed = method is revenue.Method.FIXED and owners
    parts = (10_000 - len(owners) + 1, *(1,) * (len(owners) - 1)) if is_fixed else ()
    merchant_bp = 3_000 if owners else 10_000
    floor_fen = s.one((0, 0, 500))
    return revenue.AgreeDistribution(key, tuple(fees), tuple(owners), method, merchant_bp, parts, floor_fen)


METHODS = (revenue.Method.COVERAGE_SHAPLEY, revenue.Method.EQUAL_JOIN, revenue.Method.FIXED)


def _contribution(s: Scene, key: ProductId, owners: int) -> revenue.RecordContribution:
    masks = [1 << nth for nth in range(owners)] + [(1 << owners) - 1] * (owners > 1)
    cells = tuple(revenue.Cell(mask, s.rng.randrange(1_000)) for mask in masks) or (revenue.Cell(1, 1),)
    return revenue.RecordContribution(key, f"basis-{s.rng.randrange(50)}", cells, s.digest())


def record_for_job(s: Scene) -> Said | None:
    """The domain that merged a job's parts says what each contributed."""
    name = s.pick("job")
    job = s.states.cleanroom.jobs.get(name)
    rule = s.states.revenue.rules.get(job.product) if job else None
    if job is None or rule is None:
        return None
    count = _contribution(s, job.product, len(rule.terms.owners))
    return Said(job.root, revenue.RecordContribution(job.product, name, count.cells, count.evidence_digest))


def _price(s: Scene, product: exchange.Product) -> goods.Price:
    modes, units = goods.PriceMode, goods.Unit
    if s.chance(100):
        return goods.Price(modes.FREE, 0, s.one(FREE_UNITS))
    is_checks = product.product_type is goods.ProductType.VERIFY
    if product.data_kind is DataKind.PUBLIC:
        return goods.Price(modes.GOV_CAP, s.one((90, 50_000, 70_000)), units.CALL if is_checks else units.PRODUCT)
    if is_checks and s.chance(900):
        return goods.Price(modes.PER_CALL, s.one((1, 2, 300)), units.CALL)
    if s.chance(400):
        return s.one(RARER)
    return s.one((goods.Price(modes.FIXED, 50_000, units.PRODUCT), goods.Price(modes.SUBSCRIPTION, 7_001, units.MONTH)))


def _tiered(*tiers: tuple[int, int], unit: goods.Unit = goods.Unit.RECORD) -> goods.Price:
    """Return a price by the unit of (up to, fen a unit)."""
    made = tuple(goods.Tier(*tier) for tier in tiers)
    return goods.Price(goods.PriceMode.TIERED, made[0].unit_fen, unit, made)


SUPPORT = goods.Support((goods.Axis("origin", ("EWR", "JFK", "LGA")), goods.Axis("delay", lower=-60, upper=240)), 200)

RARER = (
    _tiered((5, 9_000), (20, 7_000)),
    _tiered((1, 9_000), (11, 8_000)),
    _tiered((5, 100), (20, 101)),
    goods.Price(goods.PriceMode.PER_RECORD, 333, goods.Unit.RECORD),
    goods.Price(goods.PriceMode.NEGOTIATED, 0, goods.Unit.PRODUCT),
    goods.Price(goods.PriceMode.FIXED, 40_000, goods.Unit.PRODUCT, trial_units=2),
    goods.Price(goods.PriceMode.REV_SHARE, 1_250, goods.Unit.TURNOVER),
    _tiered((5_000, 3), (200_000, 1), unit=goods.Unit.PRECISION),
    replace(_tiered((90, 30), (200_000, 7), unit=goods.Unit.COVERAGE), support=SUPPORT),
)
"""Prices in tiers, one of which rises, by the record, unposted, with something to try, as a share, by precision, by coverage."""

FREE_UNITS = tuple(unit for unit in goods.Unit if unit in goods.UNITS_OF[goods.PriceMode.FREE])


def _offer(s: Scene, key: ProductId) -> contracts.MakeOffer:
    assignee = PartyId(s.who(Role.BUYER)) if s.chance(150) else None
    return contracts.MakeOffer(key, _policy(s, key), assignee, s.now + s.one((1, 90, 2_000)) * DAY_MS)


def _policy(s: Scene, key: ProductId) -> Policy:
    """The trial's policy, now and then with a duty that must be fulfilled before the permission counts."""
    policy = policy_of(key)
    if not s.chance(150):
        return policy
    first, *others = policy.permission
    due = Rule(first.uid, first.action, key, constraints=first.constraints, duties=(Duty("duty-pay", "compensate"),))
    return Policy(policy.uid, policy.type, (due, *others), policy.prohibition)


def new_price(s: Scene) -> Said | None:
    key = ProductId(s.pick("product"))
    product = s.states.exchange.products.get(key)
    return None if product is None else Said(product.seller, exchange.ListProduct(key, _price(s, product)))


def take_off(s: Scene) -> Said | None:
    key = ProductId(s.pick("product"))
    product = s.states.exchange.products.get(key)
    return None if product is None else Said(s.one((product.seller, OPERATOR)), exchange.DelistProduct(key))


def suspend_listing(s: Scene) -> Said:
    actor = s.one((OPERATOR, s.who(Role.REGULATOR)))
    return Said(actor, exchange.SuspendListing(ListingId(s.pick("listing")), s.one(tuple(SuspendReason))))


def withdraw_offer(s: Scene) -> Said | None:
    key = contracts.OfferId(s.pick("offer"))
    offer = s.states.contracts.offers.get(key)
    return None if offer is None else Said(offer.assigner, contracts.WithdrawOffer(key))


def distribute_by_hand(s: Scene) -> Said:
    return Said(s.pick("party"), revenue.Distribute(s.pick("order"), ProductId(s.pick("product")), 100))


HABITS: tuple[tuple[int, Habit], ...] = (
    (80, register_product),
    (160, advance_product),
    (8, record_for_job),
    (6, new_price),
    (3, take_off),
    (2, suspend_listing),
    (2, withdraw_offer),
    (1, distribute_by_hand),
)
