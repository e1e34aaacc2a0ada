"""Act 4: two products pass the three gates and are listed: delay risk by route and month, and delay verification."""

from __future__ import annotations

from typing import NamedTuple

from mumian.cli.demo.cast import Cast
from mumian.cli.demo.stage import Stage, evidence
from mumian.cli.demo.story import Gate
from mumian.cli.demo.supply import PURPOSE, Holding
from mumian.kernel.ids import OPERATOR, ListingId, ProductId
from mumian.kernel.roles import DataKind
from mumian.policy.model import Constraint, Policy, PolicyType, Rule
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.revenue import model as revenue

RISK_FEN = 5_000_000
"""Price of the delay-risk product: 50,000 yuan."""

CALL_FEN = 20
"""Price of one verification call: 0.20 yuan."""

EXCHANGE_BP, SERVICE_BP, MERCHANT_BP = 250, 800, 3_000
"""What the parties of this story agreed on; no source gives a usual rate."""

SCENARIO = goods.Scenario("FIN-01", "航班延误保险：按航线与月份评估延误风险，并核验理赔航班", goods.FieldOfUse.INDUSTRY)


class OnShelf(NamedTuple):
    """A listed product and the gates that it passed."""

    product: ProductId
    title: str
    listing: ListingId
    price: goods.Price
    sources: tuple[Holding, ...]
    gates: tuple[Gate, ...]


def list_all(stage: Stage, cast: Cast, holdings: list[Holding]) -> tuple[OnShelf, OnShelf]:
    """List both products and show what is not listed; return (delay risk, delay verification)."""
    stage.act(4, "two products pass three gates", "两个产品过三道闸门上架")
    _refuse_without_scenario(stage, cast, holdings)
    _refuse_operator(stage, cast, holdings)
    airlines = [each for each in holdings if each.kind is DataKind.ENTERPRISE]
    price = goods.Price(goods.PriceMode.GOV_CAP, RISK_FEN, goods.Unit.PRODUCT)
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    risk = _list(stage, cast, "航线月度延误风险", kind, form, holdings, price, try_above=True)
    price = goods.Price(goods.PriceMode.PER_CALL, CALL_FEN, goods.Unit.CALL)
    kind, form = goods.ProductType.VERIFY, goods.DeliveryForm.VERIFY_QA
    checks = _list(stage, cast, "航班延误核验", kind, form, airlines, price, try_above=False)
    return risk, checks


def _register(
    title: str,
    kind: goods.ProductType,
    form: goods.DeliveryForm,
    sources: list[Holding],
    scenario: goods.Scenario | None,
) -> exchange.RegisterProduct:
    ids = tuple(goods.SourceId(source.grant) for source in sources)
    return exchange.RegisterProduct(title, kind, form, ids, (PURPOSE,), scenario)


def _refuse_without_scenario(stage: Stage, cast: Cast, holdings: list[Holding]) -> None:
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    stage.show_refusal(
        cast.merchant,
        _register("航线月度延误风险", kind, form, holdings, None),
        "exchange.SCENARIO_MISSING",
        "a product without a scenario asks to be registered",
        "无场景产品申请登记（无场景不登记）",
    )


def _refuse_operator(stage: Stage, cast: Cast, holdings: list[Holding]) -> None:
    public = [each for each in holdings if each.kind is DataKind.PUBLIC]
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    stage.show_refusal(
        cast.operator,
        _register("运营机构自营产品", kind, form, public, SCENARIO),
        "exchange.OPERATOR_DEVELOPS",
        "the public data operator develops a product itself",
        "公共数据运营机构自行开发产品（运商分离）",
    )


def _list(
    stage: Stage,
    cast: Cast,
    title: str,
    kind: goods.ProductType,
    form: goods.DeliveryForm,
    sources: list[Holding],
    price: goods.Price,
    *,
    try_above: bool,
) -> OnShelf:
    leaf = stage.say(cast.merchant, _register(title, kind, form, sources, SCENARIO))
    product = leaf.events[0].product
    gates = [Gate("scenario", "场景", SCENARIO.text, leaf.seq), Gate("registration", "登记", product, leaf.seq)]
    _agree(stage, cast, product, sources)
    if try_above:
        stage.show_refusal(
            cast.merchant,
            exchange.ListProduct(product, price),
            "exchange.COMPLIANCE_MISSING",
            "a product without a compliance review asks to be listed",
            "未经合规审查的产品申请上架（无合规不上架）",
        )
    report = evidence(f"{product} compliance report")
    review = stage.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, report))
    gates.append(Gate("compliance", "合规", report, review.seq))
    if try_above:
        above = goods.Price(price.mode, 7_000_000, price.unit)
        stage.show_refusal(
            cast.merchant,
            exchange.ListProduct(product, above),
            "exchange.OVER_CEILING",
            "a price above the guided ceiling",
            "挂牌价格超过政府指导价上限",
        )
    listing = ListingId(stage.made(cast.merchant, exchange.ListProduct(product, price), "listing"))
    return OnShelf(product, title, listing, price, tuple(sources), tuple(gates))


def _agree(stage: Stage, cast: Cast, product: ProductId, sources: list[Holding]) -> None:
    """Agree on who gets what before the first sale; every airline consents."""
    fees = [revenue.FeeLine(OPERATOR, revenue.FeeKind.EXCHANGE_FEE, rate_bp=EXCHANGE_BP)]
    if any(source.kind is DataKind.PUBLIC for source in sources):
        fees.append(revenue.FeeLine(cast.operator, revenue.FeeKind.SERVICE_FEE, rate_bp=SERVICE_BP))
    method, owners = revenue.Method.COVERAGE_SHAPLEY, tuple(cast.airlines)
    stage.say(cast.merchant, revenue.AgreeDistribution(product, tuple(fees), owners, method, MERCHANT_BP))
    for airline in cast.airlines:
        stage.say(airline, revenue.ConsentToDistribution(product, 1))


def policy_of(product: ProductId, action: str) -> Policy:
    """Return the offer's terms: `action` for the one purpose, and no passing on."""
    purpose = Constraint("purpose", "eq", PURPOSE)
    permit = Rule(f"permit-{action}", action, product, constraints=(purpose,))
    forbid = Rule("forbid-distribute", "distribute", product)
    return Policy(f"policy-{product}", PolicyType.OFFER, permission=(permit,), prohibition=(forbid,))
