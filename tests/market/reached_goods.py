"""Short ways to refusals of catalog, contracts and exchange that a random walk meets seldom or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bare import Bare
from stage import SCENARIO, Stage
from test_classification import FREE, grade

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, ProductId
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.policy.model import Duty, Policy, PolicyType, Rule
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import Measure, Quality, SourceType
from mumian.rooms.catalog.levels import Affected, Degree, Impact, Level
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights.vocabulary import SourceType as RightSource

Says = tuple[str, Any]


# catalog


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


def regrade_before_its_rule(market: Bare) -> Says:
    """Ask for a grading anew in a market whose days come before the setting that limits it."""
    holder = market.body()
    resource = market.resource(holder)
    impact = (Impact(Affected.ORGANISATION, Degree.GENERAL),)
    market.say(holder, catalog.ClassifyResource(resource, impact, False, "cdo"))
    return holder, catalog.ReportTrigger(resource, catalog.RegradeReason.INCIDENT, EVIDENCE)


# contracts


def same_party(s: Stage) -> Says:
    offer = s.offer(s.world.report)
    return s.world.merchant, contracts.MakeOffer(offer.target, offer.policy, s.world.merchant, offer.valid_until)


def purpose_beyond_rights(s: Stage) -> Says:
    """Offer the report for any purpose."""
    anything = Policy("policy-1", PolicyType.OFFER, permission=(Rule("permit-use", "use", s.world.report),))
    return s.world.merchant, s.offer(s.world.report, anything)


def duty_fulfilled(s: Stage) -> Says:
    like = s.states.contracts.offers[s.world.report_offer].policy
    bound = Rule("p", "use", s.world.report, constraints=like.permission[0].constraints, duties=(Duty("pay", "use"),))
    agreement = s.agree(s.world.report, Policy("policy-1", PolicyType.OFFER, permission=(bound,)))
    command = contracts.FulfilDuty(agreement, "pay")
    s.say(s.world.merchant, command)
    return s.world.merchant, command


def policies_too_many(s: Stage) -> Says:
    resource, owner = s.world.resources[0], s.world.owners[0]
    standing = Policy("policy-1", PolicyType.SET, permission=(Rule("permit-use", "use", resource),))
    command = contracts.AttachPolicy(resource, standing)
    for _ in range(contracts.POLICIES_MAX):
        s.say(owner, command)
    return owner, command


# exchange


def operator_develops(s: Stage) -> Says:
    both = s.admit(PartyKind.LEGAL, Role.SUPPLIER, Role.PUBLIC_DATA_OPERATOR)
    like = s.states.exchange.products[s.world.report]
    command = exchange.RegisterProduct("延误", like.product_type, like.delivery, like.sources, (PURPOSE,), SCENARIO)
    return both, command


def passed(s: Stage, product: ProductId) -> ProductId:
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    return product


def distribution_open(s: Stage) -> Says:
    price = goods.Price(goods.PriceMode.FIXED, 1, goods.Unit.PRODUCT)
    return s.world.merchant, exchange.ListProduct(passed(s, s.product()), price)


def guided_price_of_private_data(s: Stage) -> Says:
    return s.world.merchant, exchange.ListProduct(s.world.report, CAPPED)


def list_public(price: goods.Price, *, field: goods.FieldOfUse, ceiling_fen: int | None) -> Callable[[Stage], Says]:
    """List a product of public data, its seller taking all that it brings."""

    def said(s: Stage) -> Says:
        source = goods.SourceId(s.public(ceiling_fen=ceiling_fen).grant)
        scenario = goods.Scenario("GOV-02", "道路养护", field)
        kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
        command = exchange.RegisterProduct("公共", kind, form, (source,), (PURPOSE,), scenario)
        product = passed(s, ProductId(s.made(s.world.merchant, command, "product")))
        method = revenue.Method.COVERAGE_SHAPLEY
        s.say(s.world.merchant, revenue.AgreeDistribution(product, (), (), method, merchant_bp=revenue.BASIS_POINTS))
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


def relisted_at(level: Level) -> Callable[[Stage], Says]:
    """Grade what the report stands on, review the report again, and list it."""

    def said(s: Stage) -> Says:
        s.say(s.world.owners[0], grade(level, s.world.resources[0]))
        return s.world.merchant, exchange.ListProduct(passed(s, s.world.report), FREE)

    return said


def reviewed_by_its_seller(s: Stage) -> Says:
    s.say(OPERATOR, parties.AssignRoles(s.world.merchant, (Role.DATA_MERCHANT, Role.SERVICE_PROVIDER)))
    return s.world.merchant, exchange.ReviewCompliance(s.world.report, Verdict.PASSED, EVIDENCE)


def shelf_closed_by_a_seller(s: Stage) -> Says:
    return s.world.merchant, exchange.SuspendStandingOn((s.world.grants[0],), "case-1")


STAGED: dict[str, Callable[[Stage], Says]] = {
    "catalog.DUTY_DATA_IS_PUBLIC": duty_data_is_public,
    "catalog.TOO_MANY": described(keywords=("航班",) * 21),
    "catalog.DIGEST_REPEATED": digest_repeated,
    "catalog.QUALITY_IMPOSSIBLE": quality_impossible,
    "contracts.SAME_PARTY": same_party,
    "contracts.POLICIES_TOO_MANY": policies_too_many,
    "contracts.PURPOSE_BEYOND_RIGHTS": purpose_beyond_rights,
    "contracts.DUTY_FULFILLED": duty_fulfilled,
    "exchange.ONLY_THE_MARKET": shelf_closed_by_a_seller,
    "exchange.REVIEWER_IS_SELLER": reviewed_by_its_seller,
    "exchange.OPERATOR_DEVELOPS": operator_develops,
    "exchange.DISTRIBUTION_OPEN": distribution_open,
    "exchange.CORE_DATA": relisted_at(Level.CORE),
    "exchange.IMPORTANT_DATA": relisted_at(Level.IMPORTANT),
    "exchange.PUBLIC_RAW_FILE": public_raw_file,
    "exchange.PUBLIC_GOOD_IS_FREE": list_public(CAPPED, field=WELFARE, ceiling_fen=100),
    "exchange.PRICE_MODE_NOT_FOR_KIND": guided_price_of_private_data,
    "exchange.CEILING_MISSING": list_public(CAPPED, field=INDUSTRY, ceiling_fen=None),
    "exchange.OVER_CEILING": list_public(CAPPED, field=INDUSTRY, ceiling_fen=100),
    "exchange.SELF_DEALING": self_dealing,
    "exchange.AGREEMENT_TAKEN": agreement_taken,
}
EARLIER: dict[str, Callable[[Bare], Says]] = {"catalog.RULE_NOT_IN_FORCE": regrade_before_its_rule}
"""In a market of 2023, before the policy of Guangzhou was in force."""
