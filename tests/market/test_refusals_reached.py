"""Every refusal that a leaf may name is reached through the market: by the simulator, or by a short script here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from stage import SCENARIO, UNTIL, Stage
from test_simulator import SMALL_SEEDS, large, small

from mumian.journal.sqlite import SqliteStore
from mumian.kernel.canonical import INT53_MAX, sha256_hex
from mumian.kernel.ids import OPERATOR, JobId, ListingId, OrderId, PartyId, ProductId, TransferId
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS
from mumian.market.envelope import Envelope
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import States
from mumian.market.step import step
from mumian.market.trial import EVIDENCE, PURPOSE, uscc
from mumian.policy.model import Duty, Policy, PolicyType, Rule
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import Measure, Quality, SourceType
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, Filter, Op, VerificationPlan
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.ledger import model as ledger
from mumian.rooms.oversight.model import AdoptRulebook
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind, Relation
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import CHAIN_LINKS_MAX, Basis, BasisKind, Mode
from mumian.rooms.rights.vocabulary import SourceType as RightSource

UNREACHABLE = {
    "parties.OPERATOR_ADMITTED": "only opening the market admits the exchange, and a market is opened once",
    "rights.OPERATOR_IS_MERCHANT": "the room of parties gives nobody both roles",
    "rights.NOT_THE_HOLDER": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.RIGHT_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.PURPOSE_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.TERRITORY_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.FIELD_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "contracts.ORDER_BOUND": "the exchange binds no agreement twice: `exchange.AGREEMENT_TAKEN` comes first",
    "cleanroom.NO_SOURCE": "the exchange registers no product without a source",
    "revenue.DISTRIBUTED_ALREADY": "orders settle once, bills are numbered: no sale is shared out twice",
}
"""Guards that hold a room to its word even if another room failed, and answers that are no leaf's."""

Says = tuple[str, Any]
KEYS = tuple(f"{nth:02d}" + "A" * 41 + "=" for nth in range(10))


def key_revoked(s: Stage) -> Says:
    party = s.admit(PartyKind.LEGAL, Role.BUYER, key=KEYS[0])
    s.say(OPERATOR, parties.RegisterKey(party, KEYS[1]))
    s.say(OPERATOR, parties.RevokeKey(party, KEYS[0]))
    return OPERATOR, parties.RegisterKey(party, KEYS[0])


def keys_too_many(s: Stage) -> Says:
    party = s.admit(PartyKind.LEGAL, Role.BUYER, key=KEYS[0])
    for key in KEYS[1 : parties.KEYS_MAX]:
        s.say(OPERATOR, parties.RegisterKey(party, key))
    return OPERATOR, parties.RegisterKey(party, KEYS[9])


def group_too_large(s: Stage) -> Says:
    """Relate pairs, then pairs of pairs: a group of the largest size, and one more who would join it."""
    people = [s.admit(PartyKind.NATURAL, Role.BUYER) for _ in range(parties.GROUP_MAX + 1)]
    width = 1
    while width < parties.GROUP_MAX:
        for nth in range(0, parties.GROUP_MAX, 2 * width):
            s.say(OPERATOR, parties.RelateParties(people[nth], people[nth + width], Relation.AFFILIATED))
        width *= 2
    return OPERATOR, parties.RelateParties(people[0], people[-1], Relation.AFFILIATED)


def commitment_taken(s: Stage) -> Says:
    person = s.states.parties.parties[s.admit(PartyKind.NATURAL, Role.BUYER)]
    command = parties.AdmitParty(PartyKind.NATURAL, "", None, person.identity_commitment, (Role.BUYER,))
    return OPERATOR, command


def applicant(kind: PartyKind, *roles: Role) -> Callable[[Stage], Says]:
    name, number = ("", None) if kind is PartyKind.NATURAL else ("公司", uscc(999))
    commitment = sha256_hex(b"someone") if kind is PartyKind.NATURAL else None
    return lambda _: (OPERATOR, parties.AdmitParty(kind, name, number, commitment, roles))


def related_by_the_same_word(s: Stage) -> Says:
    command = parties.RelateParties(s.world.merchant, s.world.insurer, Relation.CONTROLS)
    s.say(OPERATOR, command)
    return OPERATOR, command


def digest_repeated(s: Stage) -> Says:
    command = catalog.PublishVersion(s.world.resources[0], sha256_hex(b"again"), 1, 1, Quality())
    s.say(s.world.owners[0], command)
    return s.world.owners[0], command


def quality_impossible(s: Stage) -> Says:
    quality = Quality(accuracy=Measure(2, 1))
    return s.world.owners[0], catalog.PublishVersion(s.world.resources[0], sha256_hex(b"x"), 1, 1, quality)


def described(**changes: Any) -> Callable[[Stage], Says]:
    """The trial's description with something else in it."""

    def said(s: Stage) -> Says:
        like = s.states.catalog.descriptions[s.world.resources[0]]
        fields = {name: getattr(like, name) for name in like.__struct_fields__}
        return s.world.owners[0], catalog.DescribeResource(type(like)(**{**fields, **changes}))

    return said


def duty_data_is_public(s: Stage) -> Says:
    _, command = described(source_type=SourceType.GOV_DUTY)(s)
    return s.admit(PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY), command


def serials_used_up(s: Stage) -> Says:
    """Register the shortest of rights again and again within one month."""
    basis = Basis(BasisKind.COLLECTION, EVIDENCE)
    resource = s.resource(s.world.owners[0], DataKind.ENTERPRISE, SourceType.SELF_GENERATED)

    def registration() -> rights.RegisterRight:
        s.market.scene.now += 1
        term, source = (s.now, s.now + 1), RightSource.SELF_GENERATED
        return rights.RegisterRight(resource, Right.HOLD, s.world.owners[0], source, basis, (), *term)

    for _ in range(9_999 - 3 * len(s.world.owners)):
        s.say(s.world.registry, registration())
    return s.world.registry, registration()


def onward(s: Stage, *, links: int) -> tuple[str, list[PartyId]]:
    """Grant a right down a line of people; return the last grant and who stands above it."""
    holders, grant = [s.world.owners[0]], str(s.right(0, "use"))
    for _ in range(links):
        taker = s.admit(PartyKind.NATURAL, Role.BUYER)
        leaf = s.grant(holders[-1], grant, taker, onward=True)
        assert leaf.refused == ""
        grant = leaf.events[0].grant
        holders.append(taker)
    return grant, holders


def granted(grant: str, actor: str, taker: str, s: Stage) -> Says:
    command = rights.GrantRight(grant, PartyId(taker), Right.USE, (PURPOSE,), (), (), s.now, UNTIL, False, EVIDENCE)
    return actor, command


def circle(s: Stage) -> Says:
    grant, holders = onward(s, links=2)
    return granted(grant, holders[-1], holders[0], s)


def chain_too_long(s: Stage) -> Says:
    grant, holders = onward(s, links=CHAIN_LINKS_MAX)
    return granted(grant, holders[-1], s.world.insurer, s)


def authorizing(s: Stage, *, by: str = "", resources: int = 1, years: int = 2) -> Says:
    public = s.public()
    command = rights.AuthorizeOperation(
        public.operator,
        (public.resource,) * resources,
        Mode.WHOLE,
        "",
        None,
        s.now,
        s.now + years * 366 * DAY_MS,
        EVIDENCE,
    )
    return by or public.body, command


def owner_consent_missing(s: Stage) -> Says:
    return authorizing(s, by=s.admit(PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY))


def operator_related(s: Stage) -> Says:
    public, merchant = s.public(), s.merchant()
    s.say(s.world.regulator, parties.RelateParties(public.operator, merchant, Relation.HOLDS_SHARES, 2_500))
    return public.operator, public.application(merchant)


def scenario_taken(s: Stage) -> Says:
    public = s.public()
    return public.operator, public.application(s.world.merchant)


def same_party(s: Stage) -> Says:
    offer = s.offer(s.world.report)
    return s.world.merchant, contracts.MakeOffer(offer.target, offer.policy, s.world.merchant, UNTIL)


def policy(s: Stage, *, duties: tuple[Duty, ...] = ()) -> Policy:
    """Permission to use the report for any purpose."""
    rule = Rule("permit-use", "use", s.world.report, duties=duties)
    return Policy("policy-1", PolicyType.OFFER, permission=(rule,))


def purpose_beyond_rights(s: Stage) -> Says:
    return s.world.merchant, s.offer(s.world.report, policy(s))


def duty_fulfilled(s: Stage) -> Says:
    like = s.states.contracts.offers[s.world.report_offer].policy
    bound = Rule("p", "use", s.world.report, constraints=like.permission[0].constraints, duties=(Duty("pay", "use"),))
    agreement = s.agree(s.world.report, Policy("policy-1", PolicyType.OFFER, permission=(bound,)))
    command = contracts.FulfilDuty(agreement, "pay")
    s.say(s.world.merchant, command)
    return s.world.merchant, command


def operator_develops(s: Stage) -> Says:
    both = s.admit(PartyKind.LEGAL, Role.SUPPLIER, Role.PUBLIC_DATA_OPERATOR)
    product = s.states.exchange.products[s.world.report]
    command = exchange.RegisterProduct(
        "延误", product.product_type, product.delivery, product.sources, (PURPOSE,), SCENARIO
    )
    return both, command


def passed(s: Stage, product: ProductId) -> ProductId:
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    return product


def distribution_open(s: Stage) -> Says:
    price = goods.Price(goods.PriceMode.FIXED, 1, goods.Unit.PRODUCT)
    return s.world.merchant, exchange.ListProduct(passed(s, s.product()), price)


def agreeing(product: str, *owners: PartyId, **changes: Any) -> revenue.AgreeDistribution:
    terms = {"fees": (), "method": revenue.Method.COVERAGE_SHAPLEY, "merchant_bp": 3_000, **changes}
    return revenue.AgreeDistribution(ProductId(product), owners=owners, **terms)


def fee(payee: str, **amount: int) -> revenue.FeeLine:
    return revenue.FeeLine(PartyId(payee), revenue.FeeKind.BROKER, **amount)


def distribution(**changes: Any) -> Callable[[Stage], Says]:
    """A proposal for a new product of the trial's owners; `owners` adds to them."""

    def said(s: Stage) -> Says:
        more = tuple(getattr(s.world, name) for name in changes.get("more", ()))
        rest = {name: value for name, value in changes.items() if name != "more"}
        return s.world.merchant, agreeing(s.product(), *s.world.owners, *more, **rest)

    return said


def owner_repeated(s: Stage) -> Says:
    return s.world.merchant, agreeing(s.product(), *s.world.owners, s.world.owners[0])


def public_distribution(*, paid: str, merchant_bp: int = 10_000) -> Callable[[Stage], Says]:
    def said(s: Stage) -> Says:
        public = s.public()
        fees = (fee(getattr(public, paid), rate_bp=1),) if paid else ()
        return s.world.merchant, agreeing(s.product(public.grant), fees=fees, merchant_bp=merchant_bp)

    return said


def shared(s: Stage) -> ProductId:
    """A product whose distribution all owners have agreed to; nobody has said yet who contributed what."""
    product = s.product()
    s.say(s.world.merchant, agreeing(product, *s.world.owners))
    for owner in s.world.owners:
        s.say(owner, revenue.ConsentToDistribution(product, 1))
    return product


def contribution_missing(s: Stage) -> Says:
    product = passed(s, shared(s))
    price = goods.Price(goods.PriceMode.FIXED, 100, goods.Unit.PRODUCT)
    listing = ListingId(s.made(s.world.merchant, exchange.ListProduct(product, price), "listing"))
    order = s.order(listing)
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(product)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, EVIDENCE))
    return s.world.insurer, exchange.AcceptDelivery(order)


def contribution_empty(s: Stage) -> Says:
    return s.world.merchant, revenue.RecordContribution(shared(s), "first", (revenue.Cell(1, 0),), EVIDENCE)


def not_in_force(s: Stage) -> Says:
    product = s.product()
    s.say(s.world.merchant, agreeing(product, *s.world.owners))
    return s.world.merchant, revenue.RecordContribution(product, "first", (revenue.Cell(1, 1),), EVIDENCE)


def list_public(price: goods.Price, *, field: goods.FieldOfUse, ceiling_fen: int | None) -> Callable[[Stage], Says]:
    """List a product of public data, its seller taking all that it brings."""

    def said(s: Stage) -> Says:
        source = goods.SourceId(s.public(ceiling_fen=ceiling_fen).grant)
        scenario = goods.Scenario("GOV-02", "道路养护", field)
        command = exchange.RegisterProduct(
            "公共", goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX, (source,), (PURPOSE,), scenario
        )
        product = passed(s, ProductId(s.made(s.world.merchant, command, "product")))
        s.say(s.world.merchant, agreeing(product, merchant_bp=10_000))
        return s.world.merchant, exchange.ListProduct(product, price)

    return said


CAPPED = goods.Price(goods.PriceMode.GOV_CAP, 101, goods.Unit.PRODUCT)
INDUSTRY, WELFARE = goods.FieldOfUse.INDUSTRY, goods.FieldOfUse.PUBLIC_WELFARE


def public_raw_file(s: Stage) -> Says:
    owner = s.world.owners[0]
    resource = s.resource(owner, DataKind.PUBLIC, SourceType.UTILITY)
    right = goods.SourceId(s.register(resource, owner, Right.OPERATE, RightSource.UTILITY))
    kind, form = goods.ProductType.DATASET, goods.DeliveryForm.FILE
    return owner, exchange.RegisterProduct("公用", kind, form, (right,), (PURPOSE,), SCENARIO)


def self_dealing(s: Stage) -> Says:
    s.say(OPERATOR, parties.AssignRoles(s.world.merchant, (Role.DATA_MERCHANT, Role.BUYER)))
    return s.world.merchant, exchange.PlaceOrder(s.world.report_listing, 1, s.now + DAY_MS, 10**9)


def agreement_taken(s: Stage) -> Says:
    agreement = s.agree(s.world.report)
    s.say(s.world.insurer, exchange.SignDeal(s.order(), agreement))
    return s.world.insurer, exchange.SignDeal(s.order(), agreement)


def version_missing(s: Stage) -> Says:
    owner = s.world.owners[0]
    resource = s.resource(owner, DataKind.ENTERPRISE, SourceType.SELF_GENERATED, published=False)
    s.register(resource, owner, Right.OPERATE, RightSource.SELF_GENERATED)
    use = s.register(resource, owner, Right.USE, RightSource.SELF_GENERATED)
    product = s.product(s.grant(owner, use, s.world.merchant).events[0].grant)
    return s.world.insurer, cleanroom.RequestJob(s.agree(product), product, PURPOSE, PLAN, "n1")


PLAN = AggregatePlan((), (), (Count(),), "tailnum", 1, 1, 1_000)


def asked(s: Stage, agreement: Any, product: ProductId, plan: Any, nonce: str) -> JobId:
    leaf = s.say(s.world.insurer, cleanroom.RequestJob(agreement, product, PURPOSE, plan, nonce))
    return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))


def release_differs(s: Stage) -> Says:
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.OpenBudget(resource, "tailnum", 10**6, 10**6, UNTIL))
    agreement = s.agree(s.world.report)
    s.say(s.world.insurer, exchange.SignDeal(s.order(), agreement))
    first = asked(s, agreement, s.world.report, PLAN, "n1")
    s.say(s.world.owners[0], cleanroom.RecordRelease(first, sha256_hex(b"one"), 1, 1))
    again = asked(s, agreement, s.world.report, PLAN, "n2")
    return s.world.owners[0], cleanroom.RecordRelease(again, sha256_hex(b"two"), 1, 1)


def charge_too_large(s: Stage) -> Says:
    dear = goods.Price(goods.PriceMode.PER_CALL, INT53_MAX, goods.Unit.CALL)
    s.say(s.world.merchant, exchange.ListProduct(s.world.checks, dear))
    order, agreement = s.order(s.world.checks_listing, max_price_fen=INT53_MAX), s.agree(s.world.checks)
    s.say(s.world.insurer, exchange.SignDeal(OrderId(order), agreement))
    asked(s, agreement, s.world.checks, VerificationPlan(("flight",), Filter("delay", Op.GT, 60), 2), "n1")
    return s.world.owners[0], cleanroom.RecordUsage(agreement, s.world.checks, EVIDENCE, 0, 2)


def more_than_held(s: Stage) -> Says:
    cash = [s.states.ledger.by_owner[f"{party}/cash"] for party in (s.world.insurer, s.world.merchant)]
    leaf = s.say(s.world.insurer, ledger.HoldTransfers((ledger.Leg(cash[0], cash[1], 10),), s.now + DAY_MS))
    return s.world.insurer, ledger.PostPending(TransferId(leaf.events[0].transfers[0]), 11)


SCRIPTS: list[tuple[str, Callable[[Stage], Says]]] = [
    ("parties.OPERATOR_STAYS", lambda _: (OPERATOR, parties.ExitParty(OPERATOR))),
    (
        "parties.COMMITMENT_MISSING",
        lambda _: (OPERATOR, parties.AdmitParty(PartyKind.NATURAL, "", roles=(Role.BUYER,))),
    ),
    ("parties.COMMITMENT_TAKEN", commitment_taken),
    ("parties.ROLE_NEEDS_ORGANISATION", applicant(PartyKind.NATURAL, Role.REGISTRY)),
    ("parties.OPERATOR_IS_NO_MERCHANT", applicant(PartyKind.LEGAL, Role.DATA_MERCHANT, Role.PUBLIC_DATA_OPERATOR)),
    ("parties.KEY_REVOKED", key_revoked),
    ("parties.KEYS_TOO_MANY", keys_too_many),
    ("parties.RELATION_EXISTS", related_by_the_same_word),
    ("parties.GROUP_TOO_LARGE", group_too_large),
    ("catalog.DUTY_DATA_IS_PUBLIC", duty_data_is_public),
    ("catalog.TOO_MANY", described(keywords=("航班",) * 21)),
    ("catalog.DIGEST_REPEATED", digest_repeated),
    ("catalog.QUALITY_IMPOSSIBLE", quality_impossible),
    ("rights.NO_RESOURCES", lambda s: authorizing(s, resources=0)),
    ("rights.OWNER_CONSENT_MISSING", owner_consent_missing),
    ("rights.OPERATOR_RELATED", operator_related),
    ("rights.SCENARIO_TAKEN", scenario_taken),
    ("rights.OPERATION_OVER_FIVE_YEARS", lambda s: authorizing(s, years=6)),
    ("rights.SERIALS_USED_UP", serials_used_up),
    ("rights.CIRCLE", circle),
    ("rights.CHAIN_TOO_LONG", chain_too_long),
    ("contracts.SAME_PARTY", same_party),
    ("contracts.PURPOSE_BEYOND_RIGHTS", purpose_beyond_rights),
    ("contracts.DUTY_FULFILLED", duty_fulfilled),
    ("exchange.OPERATOR_DEVELOPS", operator_develops),
    ("exchange.DISTRIBUTION_OPEN", distribution_open),
    ("exchange.PUBLIC_RAW_FILE", public_raw_file),
    ("exchange.PUBLIC_GOOD_IS_FREE", list_public(CAPPED, field=WELFARE, ceiling_fen=100)),
    ("exchange.CEILING_MISSING", list_public(CAPPED, field=INDUSTRY, ceiling_fen=None)),
    ("exchange.OVER_CEILING", list_public(CAPPED, field=INDUSTRY, ceiling_fen=100)),
    ("exchange.SELF_DEALING", self_dealing),
    ("exchange.AGREEMENT_TAKEN", agreement_taken),
    ("cleanroom.VERSION_MISSING", version_missing),
    ("cleanroom.RELEASE_DIFFERS", release_differs),
    ("cleanroom.CHARGE_TOO_LARGE", charge_too_large),
    ("ledger.MORE_THAN_HELD", more_than_held),
    ("revenue.RATE_MISSING", distribution(fees=(fee(OPERATOR),))),
    ("revenue.RATES_TOO_HIGH", distribution(fees=(fee(OPERATOR, rate_bp=6_000),) * 2)),
    ("revenue.TOO_MANY_LINES", distribution(fees=(fee(OPERATOR, amount_fen=1),) * 33)),
    ("revenue.PAYEE_UNKNOWN", distribution(fees=(fee("party-404", rate_bp=1),))),
    ("revenue.OWNER_REPEATED", owner_repeated),
    ("revenue.NOT_A_HOLDER", distribution(more=("insurer",))),
    ("revenue.PUBLIC_BODY_PAID", public_distribution(paid="body")),
    ("revenue.OPERATOR_ONLY_SERVICE_FEE", public_distribution(paid="operator")),
    ("revenue.NOBODY_SHARES", public_distribution(paid="", merchant_bp=9_999)),
    ("revenue.NOT_IN_FORCE", not_in_force),
    ("revenue.CONTRIBUTION_EMPTY", contribution_empty),
    ("revenue.CONTRIBUTION_MISSING", contribution_missing),
]


@pytest.mark.parametrize(("refusal", "script"), SCRIPTS, ids=[name for name, _ in SCRIPTS])
def test_a_short_script_reaches_the_refusal(refusal: str, script: Callable[[Stage], Says]) -> None:
    stage = Stage()
    actor, command = script(stage)
    leaf = stage.ask(actor, command)
    assert (leaf.refused, leaf.events) == (refusal, ())


@pytest.mark.parametrize("seq", [0, 1])
def test_nobody_is_heard_before_the_market_is_open(seq: int) -> None:
    envelope = Envelope("too-early", OPERATOR, AdoptRulebook("rules", "0" * 64))
    leaf = step(States(SqliteStore(":memory:")), envelope, seq=seq, at=0, by="door:test")
    assert leaf.refused == "envelope.MARKET_NOT_OPEN"


def test_every_refusal_is_reached_through_the_market_or_known_never_to_be() -> None:
    walked = large().refusals.union(*(small(seed).refusals for seed in SMALL_SEEDS))
    reached = walked | {name for name, _ in SCRIPTS} | {"envelope.MARKET_NOT_OPEN"}
    assert reached.isdisjoint(UNREACHABLE)
    assert sorted(set(REFUSALS) - reached - set(UNREACHABLE)) == []
    assert len(UNREACHABLE) == 10


def test_a_random_walk_alone_reaches_nine_refusals_in_ten() -> None:
    assert 10 * len(large().refusals) >= 9 * (len(REFUSALS) - len(UNREACHABLE))
