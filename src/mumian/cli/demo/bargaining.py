"""Act 9: a joint development is bargained for and disputed in part, a month of calls is invoiced; later the payout is computed again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from mumian.cli.demo import auctioning
from mumian.cli.demo.calls import Made
from mumian.cli.demo.cast import Cast
from mumian.cli.demo.shelf import SCENARIO
from mumian.cli.demo.stage import OffScript, Stage, evidence
from mumian.cli.demo.story import Bargain
from mumian.cli.demo.supply import PURPOSE, Holding
from mumian.cli.invoice_page import page_of
from mumian.cli.leaves import payloads
from mumian.domain.gate import Answer
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId, ListingId, OrderId, ProductId
from mumian.kernel.money import yuan
from mumian.kernel.roles import DataKind
from mumian.kernel.time import DAY_MS, Month, day_of
from mumian.market.leaf import decode_leaf
from mumian.market.recomputed import recompute
from mumian.market.stated import Statement, metered_of, statement_of
from mumian.market.valued import Sampling, WorthTable, read_evidence, valuation_of, valued_again
from mumian.policy.contract import Clauses, ContractModel
from mumian.rooms.billing import model as billing
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import DisputeOutcome, RejectReason, Verdict
from mumian.rooms.negotiation import model as negotiation
from mumian.rooms.negotiation.records import DemandId, NegotiationId, Sought, Terms
from mumian.rooms.revenue import model as revenue
from mumian.rooms.revenue.terms import Cost, Measured, Method, NegativePolicy, Step

TITLE = "航延理赔定价模型"
UTILITY = "peer-covered-flights/1"
"""A route in a month can be priced once two airlines that fly it are in: one alone would be priced by its own record."""

ASKED_FEN, AGREED_FEN = 3_000_000, 2_500_000
PARTS, PARTS_FIT = 4, 3
"""Parts of the model that were ordered, and those that the exchange finds as described."""

LAID_OUT_FEN = 1_000_000
STEPS = (Step(4_000, 5_000_000), Step(2_000))
VAT_BP = 600
"""What the parties of this story agreed on, and the tax that this seller states; no source gives a usual rate."""


class Joint(NamedTuple):
    product: ProductId
    listing: ListingId


def play(stage: Stage, cast: Cast, holdings: list[Holding], answer: Answer, made: Made) -> Bargain:
    stage.act(
        9,
        "bargained for, disputed in part, shared by measured values; auctioned; a month invoiced",
        "磋商、部分争议、按计量值分账；竞价；月度账单",
    )
    joint = _list(stage, cast, holdings)
    order = _bargain(stage, cast, joint)
    kept = _value(stage, cast, joint, answer)
    _dispute(stage, cast, order)
    auction, _ = auctioning.auction(stage, cast, joint.product, joint.listing)
    invoice = _invoice(stage, cast, made)
    return stage.market.ask(
        lambda s: Bargain(
            product=joint.product,
            title=TITLE,
            order=order,
            unit_fen=s.exchange.orders[order].unit_fen,
            units_ordered=PARTS,
            units_settled=s.exchange.orders[order].units,
            evidence=str(kept),
            auction=auction,
            auctioned_fen=s.auctions.auctions[auction].price_fen,
            invoice=invoice,
            month=s.billing.invoices[invoice].month,
            invoiced_fen=s.billing.invoices[invoice].amount_fen,
            tax_fen=s.billing.invoices[invoice].taxes[0].tax_fen,
        )
    )


def _list(stage: Stage, cast: Cast, holdings: list[Holding]) -> Joint:
    """A model on all airlines' data, at a price to be found; who shares is agreed: costs first, steps, measured values."""
    sources = tuple(goods.SourceId(each.grant) for each in holdings if each.kind is DataKind.ENTERPRISE)
    kind, form = goods.ProductType.MODEL, goods.DeliveryForm.SANDBOX
    register = exchange.RegisterProduct(TITLE, kind, form, sources, (PURPOSE,), SCENARIO)
    product = ProductId(stage.made(cast.merchant, register, "product"))
    terms = revenue.AgreeDistribution(
        product,
        (),
        tuple(cast.airlines),
        Method.SHAPLEY,
        costs=(Cost(cast.merchant, LAID_OUT_FEN, evidence("costs of development")),),
        steps=STEPS,
        measured=Measured(UTILITY, NegativePolicy.ZERO_AND_RENORMALISE),
    )
    stage.say(cast.merchant, terms)
    for airline in cast.airlines:
        stage.say(airline, revenue.ConsentToDistribution(product, 1))
    stage.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, evidence(f"{product} compliance report")))
    price = goods.Price(goods.PriceMode.NEGOTIATED, 0, goods.Unit.PRODUCT)
    return Joint(product, ListingId(stage.made(cast.merchant, exchange.ListProduct(product, price), "listing")))


def _bargain(stage: Stage, cast: Cast, joint: Joint) -> OrderId:
    """A demand, an offer, a counter-offer, accepted by its digest: an order in escrow and an agreement at once."""
    sought = Sought(SCENARIO.code, "J68", (PURPOSE,), goods.DeliveryForm.SANDBOX.value, PARTS * ASKED_FEN)
    demand = DemandId(stage.made(cast.insurer, negotiation.PostDemand(sought, stage.now + 30 * DAY_MS), "demand"))
    stage.say(cast.merchant, negotiation.AnswerDemand(demand, joint.product))
    opened = negotiation.OpenNegotiation(joint.listing, cast.insurer, stage.now + 5 * DAY_MS, demand)
    key = NegotiationId(stage.made(cast.insurer, opened, "negotiation"))
    stage.say(cast.merchant, negotiation.CounterOffer(key, _terms(stage, ASKED_FEN)))
    stage.say(cast.insurer, negotiation.CounterOffer(key, _terms(stage, AGREED_FEN)))
    digest = stage.market.ask(lambda s: s.negotiation.negotiations[key].digest)
    order = OrderId(stage.made(cast.merchant, negotiation.AcceptTerms(key, digest), "order"))
    stage.tell(
        f"joint development: {yuan(ASKED_FEN)} asked, {yuan(AGREED_FEN)} agreed for each of {PARTS} parts; no clause on who "
        "operates it: that takes the other's consent (S1-21-R5b)",
        f"融合开发：要价 {yuan(ASKED_FEN)}，每部分 {yuan(AGREED_FEN)} 元成交，共 {PARTS} 部分；未约定经营权：经营须经他方同意（S1-21-R5b）",
    )
    agreement = stage.market.ask(lambda s: s.exchange.orders[order].agreement)
    stage.say(cast.merchant, contracts.FulfilDuty(agreement, f"consent-{cast.merchant}"))
    return order


def _terms(stage: Stage, unit_fen: int) -> Terms:
    clauses = Clauses(ContractModel.FUSION, (PURPOSE,), "CN", stage.now + 300 * DAY_MS)
    days = DAY_MS
    return Terms(PARTS, unit_fen, stage.now + 20 * days, stage.now + 5 * days, clauses, evidence("contract text"))


def _value(stage: Stage, cast: Cast, joint: Joint, answer: Answer) -> Path:
    """Measure what each airline is worth to the model, on released figures and the public timetable alone."""
    flights = Counter[int]()
    for row in answer.cells.rows:
        key = (row.keys[0], row.keys[1])
        mask = sum(1 << nth for nth, part in enumerate(cast.airlines.values()) if key in part.served)
        flights[mask] += max(0, row.values[0] or 0)
    coalitions = np.arange(1 << len(cast.airlines), dtype=np.uint64)
    worths = np.zeros(len(coalitions), dtype=np.int64)
    for mask, count in flights.items():
        inside = np.bitwise_count(coalitions & np.uint64(mask))
        worths += count * (inside >= min(2, mask.bit_count()) * bool(mask)) * bool(mask)
    table = WorthTable(UTILITY, tuple(worths.tolist()))
    kept = stage.home.folder / "evidence" / f"{joint.product}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(msgspec.json.encode(table))
    found = valuation_of(table, Sampling())
    stage.say(cast.merchant, revenue.RecordValuation(joint.product, "released", found, sha256_hex(kept.read_bytes())))
    return kept


def _dispute(stage: Stage, cast: Cast, order: OrderId) -> None:
    """One part of four is not as described: its price goes back, the others are paid."""
    delivered = exchange.RecordDelivery(order, evidence("model in four parts"))
    stage.say(cast.merchant, delivered)
    stage.show_refusal(
        cast.merchant,
        delivered,
        "exchange.ORDER_STATE_FORBIDS",
        "a delivery that is said twice",
        "重复申报同一交付",
    )
    stage.say(cast.insurer, exchange.RejectDelivery(order, RejectReason.NOT_AS_DESCRIBED))
    stage.say(OPERATOR, exchange.ResolveDispute(order, DisputeOutcome.SETTLE, PARTS_FIT))
    paid, back = yuan(PARTS_FIT * AGREED_FEN), yuan((PARTS - PARTS_FIT) * AGREED_FEN)
    stage.tell(
        f"one part is not as described: the exchange settles {PARTS_FIT} of {PARTS}; {paid} yuan shared out, {back} back to the buyer",
        f"一部分与描述不符：交易所裁定结算 {PARTS_FIT}/{PARTS}；{paid} 元分账，{back} 元退回需方",
    )


def _invoice(stage: Stage, cast: Cast, made: Made) -> billing.InvoiceId:
    """The month is over: its calls go on an invoice, with the tax that the price contains; the buyer confirms."""
    sold_on = day_of(stage.now)
    stage.catch_up()
    month = Month(sold_on.isoformat()[:7])
    calls = sum(made.verdicts.values())
    taxes = (billing.Tax("vat", VAT_BP),)
    statement = _statement(stage, made.deal.agreement, calls, taxes)
    issue = billing.IssueInvoice(made.deal.agreement, month, 0, calls, statement.digest, taxes)
    invoice = billing.InvoiceId(stage.made(cast.merchant, issue, "invoice"))
    stage.say(cast.insurer, billing.ConfirmInvoice(invoice))
    stage.tell(f"{month}: {calls:,} calls on one invoice, confirmed", f"{month}：{calls:,} 次调用一张账单，已确认")
    return invoice


def _statement(stage: Stage, agreement: AgreementId, calls: int, taxes: tuple[billing.Tax, ...]) -> Statement:
    """Make the month's statement of the leaves, as `mumian invoice draft` does, and keep it with its page to print."""
    stage.market.close()
    metered = metered_of((decode_leaf(payload) for payload in payloads(stage.home.folder, None)), agreement)
    stage.market = stage.home.open_market(stage.clock)
    assert metered is not None
    made = statement_of(metered, agreement, first_call=0, calls=calls, taxes=taxes)
    kept = stage.home.folder / "statement"
    kept.mkdir(exist_ok=True)
    (kept / f"{agreement}.csv").write_bytes(made.csv())
    (kept / f"{agreement}.html").write_text(page_of(made, agreement), encoding="utf8", newline="\n")
    return made


def again(stage: Stage, cast: Cast, bargain: Bargain) -> None:
    """Whoever was paid computes it again: the fen from the export, the values from the evidence."""
    leaves = payloads(stage.home.folder, stage.home.folder / "export")
    found = recompute(leaves, bargain.product, bargain.order)
    if found is None or not found.is_equal or found.valuation is None:
        raise OffScript(f"the payout of {bargain.order} is not what its rule gives")
    evidence_text = Path(bargain.evidence).read_bytes()
    values = valued_again(read_evidence(evidence_text), found.valuation, list(cast.airlines))
    if not all(doubt.is_equal for doubt in values):
        raise OffScript(f"the values of {bargain.product} are not what their evidence gives")
    stage.tell(
        f"the payout computed again from leaves {found.rule_leaf}, {found.basis_leaf}, {found.leaf} of the export and the evidence: equal to the fen",
        f"依据导出的第 {found.rule_leaf}、{found.basis_leaf}、{found.leaf} 条记录与证据文件重算分账：逐分一致",
    )
