"""What is allowed on a product's way to the shelf: the three gates, its sources, its price."""

from __future__ import annotations

from mumian.engines.support import fault_of_support
from mumian.kernel.facts import Facts
from mumian.kernel.ids import ListingId, PartyId, ProductId, new_id
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind, Role
from mumian.methods.tariff import defects
from mumian.rooms.exchange.events import (
    ComplianceReviewed,
    Event,
    ListingsSuspended,
    ListingSuspended,
    ProductDelisted,
    ProductListed,
    ProductRegistered,
)
from mumian.rooms.exchange.model import (
    SOURCES_MAX,
    DelistProduct,
    ListingFacts,
    ListProduct,
    Product,
    ProductFacts,
    RegisterProduct,
    ReviewCompliance,
    ReviewFacts,
    ShelfFacts,
    State,
    SuspendListing,
    SuspendStandingOn,
)
from mumian.rooms.exchange.product import (
    CLEAN_ROOM,
    FORMS_AT,
    MODES_OF,
    NOT_OF,
    TIERS_MAX,
    TURNOVER_FEN,
    UNITS_OF,
    UNPOSTED,
    DeliveryForm,
    FieldOfUse,
    Level,
    Price,
    PriceMode,
    SourceSeen,
    Unit,
    cost_fen,
    kind_of,
)
from mumian.rooms.exchange.refusals import ExchangeRefusal as R
from mumian.rooms.exchange.states import PRODUCT_MOVES, ListingState, ProductMove, ProductState, names
from mumian.rooms.exchange.terms import CERTIFIED, ReviewItem, Verdict

DEVELOPERS = frozenset({Role.DATA_MERCHANT, Role.SUPPLIER})
REVIEWERS = frozenset({Role.EXCHANGE, Role.SERVICE_PROVIDER})
SUPERVISORS = frozenset({Role.EXCHANGE, Role.REGULATOR})

MOVE_OF_VERDICT = {
    Verdict.PASSED: ProductMove.PASS,
    Verdict.RECTIFY: ProductMove.RECTIFY,
    Verdict.REJECTED: ProductMove.REJECT,
}


def refuse_role(facts: Facts, roles: frozenset[Role], move: str) -> Refused | None:
    """Return why an actor with none of `roles` may not make the move, or None."""
    if not roles.isdisjoint(facts.roles):
        return None
    return Refused(R.ROLE_MISSING, {"actor": facts.actor, "move": move, "roles": " / ".join(sorted(roles))})


def not_yours(facts: Facts, thing: str, owner: PartyId, move: str) -> Refused:
    return Refused(R.NOT_YOURS, {"actor": facts.actor, "thing": thing, "owner": owner, "move": move})


def register(command: RegisterProduct, facts: Facts) -> list[Event] | Refused:
    """The first gate: no scenario, no registration."""
    assert isinstance(facts, ProductFacts)
    scenario = command.scenario
    refused = refuse_role(facts, DEVELOPERS, "register a product")
    if refused is not None:
        return refused
    if scenario is None or not scenario.code.strip() or not scenario.text.strip():
        return Refused(R.SCENARIO_MISSING, {"code": "" if scenario is None else scenario.code})
    refused = _refuse_operator(facts) or _refuse_shape(command) or _refuse_sources(facts, command.delivery)
    if refused is not None:
        return refused
    return [
        ProductRegistered(
            ProductId(new_id("product", facts.seq)),
            facts.actor,
            command.title,
            command.product_type,
            command.delivery,
            command.sources,
            command.purposes,
            scenario,
            kind_of(facts.sources),
            tuple(seen.path or seen.source for seen in facts.sources),
        )
    ]


def review(state: State, command: ReviewCompliance, facts: Facts) -> list[Event] | Refused:
    """What the third gate stands on: an opinion of somebody who does not sell."""
    refused = refuse_role(facts, REVIEWERS, "review a product")
    if refused is not None:
        return refused
    product = state.products.get(command.product)
    if product is None:
        return Refused(R.NOT_REGISTERED, {"product": command.product})
    if product.seller == facts.actor:
        return Refused(R.REVIEWER_IS_SELLER, {"actor": facts.actor, "product": command.product})
    refused = _refuse_move(command.product, product, MOVE_OF_VERDICT[command.verdict])
    if refused is not None:
        return refused
    assert isinstance(facts, ReviewFacts)
    refused = _refuse_examined(command, product, facts.certificates)
    if refused is not None:
        return refused
    rules = ("S21-COMPLIANCE", *(("S1-31",) if facts.certificates else ()))
    outcome = (command.verdict, facts.actor, command.report_digest, command.examined)
    return [ComplianceReviewed(command.product, *outcome, facts.certificates, rules)]


def _refuse_examined(command: ReviewCompliance, product: Product, certificates: tuple[str, ...]) -> Refused | None:
    """What certificates answer for is not examined again; what they do not answer for is not left out (S1 第31条)."""
    again = sorted(CERTIFIED.intersection(command.examined))
    is_certified = len(certificates) == len(product.sources)
    if is_certified and again:
        detail: Detail = {"product": command.product, "items": ", ".join(again), "certificate": certificates[0]}
        return Refused(R.CERTIFIED_ALREADY, detail)
    is_answered = is_certified or product.data_kind is DataKind.PUBLIC  # public data is coded, not certified
    needed = frozenset(ReviewItem) - (CERTIFIED if is_answered else frozenset())
    missing = sorted(needed.difference(command.examined))
    if missing and command.verdict is Verdict.PASSED:
        return Refused(R.NOT_EXAMINED, {"product": command.product, "items": ", ".join(missing)})
    return None


def list_product(state: State, command: ListProduct, facts: Facts) -> list[Event] | Refused:
    """The second and the third gate, the sources once more, then the price."""
    assert isinstance(facts, ListingFacts)
    product = state.products.get(command.product)
    if product is None:
        return Refused(R.NOT_REGISTERED, {"product": command.product})
    if product.seller != facts.actor:
        return not_yours(facts, command.product, product.seller, "list")
    refused = _refuse_operator(facts)
    if refused is not None:
        return refused
    if facts.bound_by:
        return Refused(R.LISTING_BOUND, {"product": command.product, "auction": facts.bound_by})
    if ProductMove.LIST not in PRODUCT_MOVES[product.state]:
        return Refused(R.COMPLIANCE_MISSING, {"product": command.product, "state": product.state.value})
    if not facts.distribution_in_force and command.price.mode is not PriceMode.FREE:
        return Refused(R.DISTRIBUTION_OPEN, {"product": command.product})
    refused = _refuse_sources(facts, product.delivery) or _refuse_price(command, product, facts.ceiling_fen)
    if refused is not None:
        return refused
    listing = ListingId(product.listing or new_id("listing", facts.seq))
    version = state.listings[listing].version + 1 if product.listing else 1
    ceiling_fen = facts.ceiling_fen if product.data_kind is DataKind.PUBLIC else None
    return [ProductListed(listing, command.product, facts.actor, version, command.price, ceiling_fen)]


def delist(state: State, command: DelistProduct, facts: Facts) -> list[Event] | Refused:
    """A seller leaves what it auctions where it is; the exchange may take it down at any time."""
    assert isinstance(facts, ShelfFacts)
    product = state.products.get(command.product)
    if product is None:
        return Refused(R.NOT_REGISTERED, {"product": command.product})
    if product.seller != facts.actor and Role.EXCHANGE not in facts.roles:
        return not_yours(facts, command.product, product.seller, "delist")
    if facts.bound_by and Role.EXCHANGE not in facts.roles:
        return Refused(R.LISTING_BOUND, {"product": command.product, "auction": facts.bound_by})
    refused = _refuse_move(command.product, product, ProductMove.DELIST)
    return refused or [ProductDelisted(command.product, ListingId(product.listing))]


def suspend(state: State, command: SuspendListing, facts: Facts) -> list[Event] | Refused:
    """A revocation must never fail for what it brings down: for the market, a listing that is not open needs no event."""
    refused = None if facts.is_market else refuse_role(facts, SUPERVISORS, "suspend a listing")
    if refused is not None:
        return refused
    listing = state.listings.get(command.listing)
    if listing is None:
        return Refused(R.LISTING_UNKNOWN, {"listing": command.listing})
    if facts.is_market and listing.state is not ListingState.OPEN:
        return []
    refused = _refuse_move(listing.product, state.products[listing.product], ProductMove.SUSPEND)
    return refused or [ListingSuspended(command.listing, listing.product, command.reason, command.because)]


def suspend_standing_on(state: State, command: SuspendStandingOn, facts: Facts) -> list[Event] | Refused:
    """Find what stands on the paths by their beginning: one scan a path, however deep the chains."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    found: dict[ListingId, None] = {}
    for path in command.paths:
        for _, key in state.standing.under(f"{path}/"):
            product = state.products[key]
            is_meant = not command.forms or product.delivery in command.forms
            if product.state is ProductState.LISTED and is_meant:
                found[ListingId(product.listing)] = None
    if not found:
        return []
    return [ListingsSuspended(tuple(found), command.reason, command.because)]


def _refuse_move(key: ProductId, product: Product, move: ProductMove) -> Refused | None:
    moves = PRODUCT_MOVES[product.state]
    if move in moves:
        return None
    detail: Detail = {"product": key, "state": product.state.value}
    return Refused(R.PRODUCT_STATE_FORBIDS, {**detail, "move": move.value, "possible": names(moves)})


def _refuse_operator(facts: ProductFacts) -> Refused | None:
    """运商分离: an operator develops no product at all (S20), and nobody related to it one of its data (S3 art. 6)."""
    relation = facts.operator_relation
    if relation is None and Role.PUBLIC_DATA_OPERATOR in facts.roles:
        relation = Role.PUBLIC_DATA_OPERATOR.value
    return None if relation is None else Refused(R.OPERATOR_DEVELOPS, {"actor": facts.actor, "relation": relation})


def _refuse_shape(command: RegisterProduct) -> Refused | None:
    if not 1 <= len(command.sources) <= SOURCES_MAX:
        return Refused(R.SOURCES_NONE_OR_TOO_MANY, {"sources": len(command.sources), "sources_max": SOURCES_MAX})
    seen = set[str]()
    for source in command.sources:
        if source in seen:
            return Refused(R.SOURCE_REPEATED, {"source": source})
        seen.add(source)
    if not any(purpose.strip() for purpose in command.purposes):
        return Refused(R.PURPOSE_MISSING)
    return None


def _refuse_sources(facts: ProductFacts, form: DeliveryForm) -> Refused | None:
    """Return why the product may not stand on one of its sources, or None."""
    for seen in facts.sources:
        refused = _refuse_right(seen, facts.actor, form) or _refuse_level(seen, form)
        if refused is not None:
            return refused
    return None


def _refuse_right(seen: SourceSeen, actor: PartyId, form: DeliveryForm) -> Refused | None:
    if not seen.unbroken:
        return Refused(R.SOURCE_BROKEN, {"source": seen.source, "broken_at": seen.broken_at, "reason": seen.reason})
    if not seen.is_actors:
        return Refused(R.SOURCE_NOT_YOURS, {"source": seen.source, "actor": actor, "holder": seen.holder})
    if seen.unlawful:
        return Refused(R.NOT_LAWFUL, {"source": seen.source, "resource": seen.resource, "why": seen.unlawful})
    if not seen.operate_right and not (seen.use_right and form in CLEAN_ROOM):
        return Refused(R.SOURCE_NOT_OPERABLE, {"source": seen.source, "holder": seen.holder})
    return None


def _refuse_level(seen: SourceSeen, form: DeliveryForm) -> Refused | None:
    if seen.level is Level.CORE:
        return Refused(R.CORE_DATA, {"source": seen.source})
    if seen.level is Level.IMPORTANT and not seen.department_consent:
        return Refused(R.IMPORTANT_DATA, {"source": seen.source})
    forms = FORMS_AT[seen.level]
    if form not in forms:
        detail: Detail = {"source": seen.source, "level": seen.level.value, "form": form.value}
        return Refused(R.FORM_TOO_OPEN, {**detail, "forms": ", ".join(sorted(forms))})
    if seen.data_kind is DataKind.PUBLIC and form is DeliveryForm.FILE and not seen.unconditionally_open:
        return Refused(R.PUBLIC_RAW_FILE, {"source": seen.source})
    return None


def _refuse_price(command: ListProduct, product: Product, ceiling_fen: int | None) -> Refused | None:
    price = command.price
    asked: Detail = {"product": command.product, "amount_fen": price.amount_fen}
    refused = _refuse_incoherent(price)
    if refused is not None:
        return refused
    is_public = product.data_kind is DataKind.PUBLIC
    if is_public and product.scenario.field is not FieldOfUse.INDUSTRY and price.mode is not PriceMode.FREE:
        return Refused(R.PUBLIC_GOOD_IS_FREE, {**asked, "field": product.scenario.field.value})
    modes = MODES_OF[product.data_kind]
    if price.mode not in modes:
        detail: Detail = {"kind": product.data_kind.value, "mode": price.mode.value}
        return Refused(R.PRICE_MODE_NOT_FOR_KIND, {**detail, "modes": ", ".join(sorted(modes))})
    if price.unit in NOT_OF[product.product_type] and price.mode is not PriceMode.FREE:
        kind: Detail = {"product": command.product, "type": product.product_type.value}
        return Refused(R.UNIT_NOT_OF_PRODUCT, {**kind, "unit": price.unit.value})
    if price.mode is not PriceMode.GOV_CAP:
        return None
    if ceiling_fen is None:
        return Refused(R.CEILING_MISSING, {"product": command.product, "unit": price.unit.value})
    if price.amount_fen > ceiling_fen:
        return Refused(R.OVER_CEILING, {**asked, "unit": price.unit.value, "ceiling_fen": ceiling_fen})
    return None


def _refuse_incoherent(price: Price) -> Refused | None:
    units = UNITS_OF[price.mode]
    costs_nothing = price.mode is PriceMode.FREE or price.mode in UNPOSTED
    has_tiers = price.mode is PriceMode.TIERED
    is_shared = price.mode is PriceMode.REV_SHARE
    unsound = _fault_of_support(price)
    if unsound is not None:
        return Refused(R.SUPPORT_UNSOUND, {"defect": unsound})
    if is_shared and (not 0 < price.amount_fen <= TURNOVER_FEN or price.trial_units):
        return Refused(R.SHARE_UNSOUND, {"share_bp": price.amount_fen, "trial_units": price.trial_units})
    if price.unit in units and (price.amount_fen == 0) is costs_nothing and bool(price.tiers) is has_tiers:
        return _refuse_tiers(price)
    detail: Detail = {"mode": price.mode.value, "amount_fen": price.amount_fen, "unit": price.unit.value}
    return Refused(R.PRICE_INCOHERENT, {**detail, "units": ", ".join(sorted(units))})


def _fault_of_support(price: Price) -> str | None:
    """Return what is wrong with what coverage is counted on: a price by coverage has it, and no other."""
    if (price.unit is Unit.COVERAGE) is (price.support is None):
        return "a price by coverage names a support, and no other price does"
    return None if price.support is None else fault_of_support(price.support)


def _refuse_tiers(price: Price) -> Refused | None:
    """A tariff lets nobody save by buying in parts, and its first rate is what the price shows."""
    tiers = price.tiers
    if not tiers:
        return None
    found = defects(tiers)
    if len(tiers) > TIERS_MAX:
        found.append(f"{len(tiers)} tiers, more than {TIERS_MAX}")
    if tiers[0].unit_fen != price.amount_fen:
        found.append(f"tier 1 costs {tiers[0].unit_fen} fen a unit, not {price.amount_fen}")
    if not found and cost_fen(price.amount_fen, tiers, tiers[-1].up_to) > FEN_MAX:
        found.append(f"all tiers together exceed {FEN_MAX} fen")
    return Refused(R.TARIFF_UNSOUND, {"defect": found[0]}) if found else None
