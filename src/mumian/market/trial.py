"""A small market for trials: everyone admitted, data registered and granted, two products on the shelf, money paid in.

The simulator starts from it, benchmarks load it, tests break it. Every command goes through the same door as a user's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mumian.kernel.canonical import digest, sha256_hex
from mumian.kernel.ids import OPERATOR, AccountId, AgreementId, ListingId, OrderId, PartyId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Right, Role, SourceType
from mumian.kernel.time import DAY_MS, Instant
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.registering import register_rights
from mumian.market.sequencer import Answer
from mumian.policy.model import Constraint, Policy, PolicyType, Rule
from mumian.rooms.catalog import description as words
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Kind, PublicColumn, Use
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.ledger import model as ledger
from mumian.rooms.oversight.model import AdoptRulebook, OpenMarket
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights import model as rights
from mumian.rulebook.rules import RULEBOOK_VERSION, VERSIONS, load

ORIGIN = "mumian.example/trial"
PURPOSE = "insurance-risk"
EVIDENCE = sha256_hex(b"evidence")
"""Stands for the digest of a document that stays with its owner."""

RULES = AnalysisRules(
    table="flights",
    unit="tailnum",
    columns=(
        PublicColumn("tailnum", Kind.TEXT),
        PublicColumn("flight", Kind.TEXT),
        PublicColumn("day", Kind.INTEGER, lower=1, upper=31),
        PublicColumn("origin", Kind.TEXT, keys=("EWR", "JFK", "LGA")),
        PublicColumn("delay", Kind.INTEGER, "minute", lower=-60, upper=240),
        PublicColumn("arr_delay", Kind.INTEGER, "minute", lower=-60, upper=240),
    ),
    rules=(
        *(ColumnRule(key, (Use.JOIN, Use.VERIFY)) for key in ("tailnum", "flight", "day")),
        ColumnRule("origin", (Use.GROUP, Use.FILTER, Use.OUTPUT)),
        *(ColumnRule(minutes, (Use.AGGREGATE, Use.FILTER, Use.VERIFY)) for minutes in ("delay", "arr_delay")),
    ),
)
"""What the trial's owners let be asked of their flights: figures by airport, and checks of one flight's delay."""

Handle = Callable[[Sequence[Spoken]], list[Answer]]


class TrialFault(Exception):  # noqa: N818  # a trial that does not get off the ground is a fault of its script
    """A command of the trial's own script was refused."""


class World(NamedTuple):
    """Who and what there is after the script has run."""

    registry: PartyId
    regulator: PartyId
    merchant: PartyId
    insurer: PartyId
    owners: tuple[PartyId, ...]
    resources: tuple[ResourceId, ...]
    grants: tuple[str, ...]
    report: ProductId
    checks: ProductId
    report_listing: ListingId
    checks_listing: ListingId
    report_offer: str
    checks_order: OrderId
    checks_agreement: AgreementId


class Script:
    """Says one command after another, and expects each to be accepted. `now` is the time of the last answer."""

    def __init__(self, handle: Handle, now: Instant) -> None:
        self._handle = handle
        self._said = 0
        self.now = now

    def say(self, actor: str, command: Any) -> Answer:
        """Say one command and return its answer.

        Raises: TrialFault: it was refused.
        """
        self._said += 1
        envelope = Envelope(f"trial-{self._said:08d}", PartyId(actor), command)
        (answer,) = self._handle([Spoken(envelope, "door:trial")])
        if answer.leaf.refused:
            raise TrialFault(f"{type(command).__name__}: {answer.leaf.refused} {answer.leaf.detail}")
        self.now = max(self.now, answer.leaf.at)
        return answer

    def made(self, actor: str, command: Any, field: str) -> str:
        """Say one command and return the id in `field` of its first event."""
        return str(getattr(self.say(actor, command).leaf.events[0], field))


def uscc(nth: int) -> str:
    """Return the nth valid unified social credit code of a row of invented ones (GB 32100-2015)."""
    from stdnum.cn.uscc import calc_check_digit  # the checksum's own package; loaded only for trials

    base = f"91440101MA{nth:07d}"
    return base + str(calc_check_digit(base))


def open_trial(
    handle: Handle, now: Instant, *, owners: int = 2, cash_fen: int = 10**12, rulebook: str = RULEBOOK_VERSION
) -> World:
    """Run the script: open the market and bring it to where orders can be placed.

    now: the instant of the market's clock, ms. owners: data owners, each with one resource; 1 to 50. rulebook: to adopt.
    """
    script = Script(handle, now)
    script.say(OPERATOR, OpenMarket(ORIGIN, "试点数据交易所", uscc(0), VERSIONS[0], load(VERSIONS[0]).digest()))
    script.say(OPERATOR, AdoptRulebook(rulebook, load(rulebook).digest()))
    registry, regulator, merchant, insurer, *firms = (
        PartyId(script.made(OPERATOR, command, "party")) for command in _admissions(owners)
    )
    _pay_in(script, insurer, cash_fen)
    chains = [_grant(script, firm, registry, merchant, nth) for nth, firm in enumerate(firms)]
    grants = tuple(grant for _, grant in chains)
    report, report_listing, report_offer = sell(script, merchant, grants, firms, goods.ProductType.INDICATOR)
    checks, checks_listing, checks_offer = sell(script, merchant, grants, firms, goods.ProductType.VERIFY)
    terms = policy_of(ProductId(checks))
    order, agreement = buy(script, insurer, ListingId(checks_listing), checks_offer, terms, quantity=10**9)
    return World(
        registry,
        regulator,
        merchant,
        insurer,
        tuple(firms),
        tuple(resource for resource, _ in chains),
        grants,
        ProductId(report),
        ProductId(checks),
        ListingId(report_listing),
        ListingId(checks_listing),
        report_offer,
        order,
        agreement,
    )


def _admissions(owners: int) -> list[AdmitParty]:
    body, legal = PartyKind.PUBLIC_BODY, PartyKind.LEGAL
    rows = [
        (legal, "登记机构", Role.REGISTRY),
        (body, "监管机构", Role.REGULATOR),
        (legal, "数据商", Role.DATA_MERCHANT),
        (legal, "保险公司", Role.BUYER),
        *((legal, f"数据持有人{nth + 1}", Role.SUPPLIER) for nth in range(owners)),
    ]
    return [AdmitParty(kind, name, uscc(nth + 1), None, (role,)) for nth, (kind, name, role) in enumerate(rows)]


def _pay_in(script: Script, payer: PartyId, amount_fen: int) -> None:
    """Mirror money that arrived at the exchange's bank. Accounts are numbered by the leaf that admitted their owner."""
    bank = AccountId("account-0.4")
    cash = AccountId(f"account-{payer.removeprefix('party-')}.1")
    script.say(OPERATOR, ledger.PostTransfers((ledger.Leg(bank, cash, amount_fen, "deposit"),)))


def _grant(script: Script, firm: PartyId, registry: PartyId, merchant: PartyId, nth: int) -> tuple[ResourceId, str]:
    """Describe, publish, classify and register a firm's data, and grant its use to the merchant."""
    resource = ResourceId(script.made(firm, catalog.DescribeResource(_description(nth)), "resource"))
    quality = words.Quality(completeness=words.Measure(99, 100))
    script.say(firm, catalog.PublishVersion(resource, sha256_hex(b"version%d" % nth), 20_000, 2_000_000, quality))
    impact = Impact(Affected.ORGANISATION, Degree.SERIOUS)
    script.say(firm, catalog.ClassifyResource(resource, (impact,), False, "cdo"))
    script.say(firm, cleanroom.SetAnalysisRules(resource, RULES))
    until = script.now + 3 * 365 * DAY_MS
    registered = register_rights(script, registry, firm, resource, SourceType.SELF_GENERATED, Right, until=until)
    grant = rights.GrantRight(
        registered[Right.USE], merchant, Right.USE, (PURPOSE,), ("CN",), (), script.now, until - DAY_MS, False, EVIDENCE
    )
    return resource, script.made(firm, grant, "grant")


def _description(nth: int) -> words.Description:
    return words.Description(
        title=f"2013年纽约航班起降记录{nth + 1}",
        summary="航班起降时刻与延误分钟数",
        data_kind=DataKind.ENTERPRISE,
        industry="G56",
        source_type=words.SourceType.SELF_GENERATED,
        spatial_scope=words.SpatialScope.CITY,
        temporal_from="2013-01-01",
        temporal_to="2013-12-31",
        update_frequency=words.UpdateFrequency.YEARLY,
        form=words.Form.TABLE,
        domain=f"domain{nth + 1}",
        fields=(words.FieldEntry("tailnum", words.FieldType.TEXT, "", "机尾号", words.Identifier.UNIT),),
        privacy_unit="tailnum",
    )


def sell(
    script: Script, merchant: PartyId, grants: tuple[str, ...], owners: Sequence[PartyId], kind: goods.ProductType
) -> tuple[str, str, str]:
    """Register, share out, review, list and offer a product; return (product, listing, offer)."""
    is_checks = kind is goods.ProductType.VERIFY
    form = goods.DeliveryForm.VERIFY_QA if is_checks else goods.DeliveryForm.SANDBOX
    scenario = goods.Scenario("FIN-01", "航班延误保险定价", goods.FieldOfUse.INDUSTRY)
    sources = tuple(map(goods.SourceId, grants))
    register = exchange.RegisterProduct(f"延误{kind.value}", kind, form, sources, (PURPOSE,), scenario)
    product = ProductId(script.made(merchant, register, "product"))
    fee = revenue.FeeLine(OPERATOR, revenue.FeeKind.EXCHANGE_FEE, rate_bp=250)
    method = revenue.Method.COVERAGE_SHAPLEY
    script.say(merchant, revenue.AgreeDistribution(product, (fee,), tuple(owners), method, merchant_bp=3_000))
    for owner in owners:
        script.say(owner, revenue.ConsentToDistribution(product, 1))
    cells = tuple(revenue.Cell(1 << nth, 100 + nth) for nth in range(len(owners)))
    script.say(merchant, revenue.RecordContribution(product, "first", cells, EVIDENCE))
    script.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    mode, unit = goods.PriceMode.FIXED, goods.Unit.PRODUCT
    price = goods.Price(mode, 50_000, unit)
    if is_checks:
        price = goods.Price(goods.PriceMode.PER_CALL, 2, goods.Unit.CALL)
    listing = script.made(merchant, exchange.ListProduct(product, price), "listing")
    offer = contracts.MakeOffer(product, policy_of(product), None, script.now + 3_650 * DAY_MS)
    return product, listing, script.made(merchant, offer, "offer")


def policy_of(product: ProductId) -> Policy:
    purpose = Constraint("purpose", "eq", PURPOSE)
    permits = tuple(
        Rule(f"permit-{action}", action, product, constraints=(purpose,)) for action in ("aggregate", "verify")
    )
    forbids = (Rule("forbid-distribute", "distribute", product),)
    return Policy(f"policy-{product}", PolicyType.OFFER, permission=permits, prohibition=forbids)


def buy(
    script: Script, buyer: PartyId, listing: ListingId, offer: str, policy: Policy, *, quantity: int = 1
) -> tuple[OrderId, AgreementId]:
    """Order, sign the agreement on `policy`, and bind the one to the other."""
    expires_at = script.now + 300 * DAY_MS
    order = script.made(buyer, exchange.PlaceOrder(listing, quantity, expires_at, 10**12), "order")
    answer = script.say(buyer, contracts.SignAgreement(contracts.OfferId(offer), digest(policy)))
    agreement = AgreementId(answer.leaf.events[0].agreement)
    script.say(buyer, exchange.SignDeal(OrderId(order), agreement))
    return OrderId(order), agreement
