"""Putting the story together: what the market holds in the end, told as `Story`."""

from __future__ import annotations

import time
from typing import Any

from mumian.cli.demo.calls import Made
from mumian.cli.demo.data import LATE_MINUTES
from mumian.cli.demo.deal import PLAN, Deal
from mumian.cli.demo.shelf import OnShelf
from mumian.cli.demo.stage import ORIGIN, Stage
from mumian.cli.demo.story import (
    Actor,
    Answer,
    Bargain,
    Budget,
    Calls,
    Cell,
    Chain,
    Link,
    Payment,
    Product,
    Proofs,
    Story,
    Supplied,
)
from mumian.cli.demo.supply import PURPOSE, Holding
from mumian.domain import gate
from mumian.domain.metering import Verdict
from mumian.kernel.canonical import digest
from mumian.kernel.ids import OPERATOR, PartyId, ProductId
from mumian.market.rooms import States
from mumian.methods.apportion import apportion
from mumian.rooms.catalog import views as catalog
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.plan import SignedTicket
from mumian.rooms.ledger import views as ledger
from mumian.rooms.ledger.model import Purpose
from mumian.rooms.parties import views as parties
from mumian.rooms.revenue import views as revenue
from mumian.rooms.revenue.model import Distribution, ShareKind
from mumian.rooms.rights.views import chain

WHY: dict[ShareKind, tuple[str, str]] = {
    ShareKind.EXCHANGE_FEE: ("fee of the exchange, agreed before the first sale", "平台费，首次成交前约定"),
    ShareKind.SERVICE_FEE: (
        "service fee of public data operation, under its ceiling",
        "公共数据运营服务费，不超过上限",
    ),
    ShareKind.BROKER: ("broker's fee", "中介费"),
    ShareKind.LABOUR: ("labour", "劳务"),
    ShareKind.COST: ("what was laid out, back first", "先回收的成本"),
    ShareKind.MERCHANT: ("the merchant's part of the net amount", "数据商所得净额部分"),
    ShareKind.OWNER: (
        "by coverage: exact Shapley value of the cells it serves",
        "按覆盖贡献：所覆盖单元的精确 Shapley 值",
    ),
}


def story(
    stage: Stage,
    holdings: list[Holding],
    shelf: tuple[OnShelf, OnShelf],
    bought: tuple[Deal, SignedTicket, gate.Answer],
    made: Made,
    proofs: Proofs,
    bargain: Bargain,
    began: float,
) -> Story:
    """Return the whole story, read off the market's own state."""
    ask = stage.market.ask
    sold = (*(each.product for each in shelf), ProductId(bargain.product))
    everybody = (OPERATOR, *(party for party in stage.names if party != OPERATOR))
    return Story(
        home=str(stage.home.folder),
        origin=ORIGIN,
        started_at=stage.began_at,
        seconds_milli=int((time.perf_counter() - began) * 1000),
        acts=tuple(sorted(stage.acts, key=lambda act: act.number)),
        actors=ask(lambda s: tuple(_actor(stage, s, PartyId(party)) for party in everybody)),
        supplied=ask(lambda s: tuple(_supplied(stage, s, each) for each in holdings)),
        products=ask(lambda s: tuple(_product(stage, s, each) for each in shelf)),
        answer=_answer(stage, *bought),
        calls=_calls(made),
        budgets=ask(lambda s: tuple(_budgets(stage, s))),
        payments=ask(lambda s: tuple(payment for each in sold for payment in _payments(stage, s, each))),
        cash_fen=ask(lambda s: {party: _cash(s, PartyId(party)) for party in everybody}),
        refusals=tuple(stage.shown),
        proofs=proofs,
        bargain=bargain,
    )


def _actor(stage: Stage, s: States, party: PartyId) -> Actor:
    roles = tuple(sorted(parties.roles_of(s.parties, party)))
    key = stage.keys[party].public_key().public_bytes_raw().hex()
    return Actor(party, stage.names[party], roles, key)


def _supplied(stage: Stage, s: States, each: Holding) -> Supplied:
    quality = each.taken.profile.quality
    figures = {name: getattr(quality, name) for name in quality.__struct_fields__}
    return Supplied(
        resource=each.resource,
        title=each.title,
        holder=stage.names[each.holder],
        data_kind=each.kind.value,
        rows=each.taken.rows,
        units=each.taken.profile.units,
        level=str(catalog.level_of(s.catalog, each.resource)),
        quality={name: found.permille for name, found in figures.items() if found is not None},
        version_digest=each.taken.version,
        certificates=each.certificates,
        query_code=each.query_code,
        grant=each.grant,
    )


def _product(stage: Stage, s: States, goods: OnShelf) -> Product:
    volume = s.exchange.volumes.get(goods.product)
    listing = s.exchange.listings[goods.listing]
    posted = s.exchange.posted[f"{goods.listing}/{listing.version:06d}"]
    delivery = s.exchange.products[goods.product].delivery.value
    return Product(
        product=goods.product,
        title=goods.title,
        delivery=delivery,
        listing=goods.listing,
        price_fen=goods.price.amount_fen,
        ceiling_fen=posted.ceiling_fen or 0,
        unit=goods.price.unit.value,
        sold=(volume.calls or volume.deals) if volume else 0,
        gross_fen=volume.gross_fen if volume else 0,
        gates=goods.gates,
        chains=tuple(_chain(stage, s, each) for each in goods.sources),
    )


def _chain(stage: Stage, s: States, each: Holding) -> Chain:
    walked = chain(s.rights, each.grant, stage.clock())
    links = tuple(
        Link(link.id, stage.names.get(link.holder, link.holder), link.right or "", link.valid_from, link.valid_to)
        for link in walked.links
    )
    return Chain(each.resource, each.title, links, walked.unbroken)


def _answer(stage: Stage, bought: Deal, signed: SignedTicket, answer: gate.Answer) -> Answer:
    flights, delay_sum = answer.cells.half_widths
    return Answer(
        job=answer.job,
        agreement=bought.agreement,
        purpose=PURPOSE,
        root=stage.names[signed.ticket.root],
        domains=len(signed.ticket.sources),
        unit=PLAN.unit,
        l0=PLAN.l0,
        linf_rows=PLAN.linf_rows,
        rho_nano=PLAN.rho_nano,
        epsilon=cleanroom.epsilon(PLAN.rho_nano),
        half_width_flights=flights,
        half_width_delay_sum=delay_sum,
        confidence_permille=answer.cells.confidence_permille,
        release_digest=digest(answer),
        cells=tuple(_cell(row, flights, delay_sum) for row in answer.cells.rows),
    )


def _cell(row: gate.Row, flights_off: int, sum_off: int) -> Cell:
    """Return a cell with its mean and the interval that both intervals together leave it."""
    flights, total = (value or 0 for value in row.values)
    if flights <= 2 * flights_off:
        return Cell(row.keys[0], int(row.keys[1]), flights, total, None, None, None)
    corners = [
        100 * (total + off) // (flights + by) for off in (-sum_off, sum_off) for by in (-flights_off, flights_off)
    ]
    return Cell(row.keys[0], int(row.keys[1]), flights, total, 100 * total // flights, min(corners), max(corners))


def _calls(made: Made) -> Calls:
    return Calls(
        job=made.signed.ticket.job,
        agreement=made.deal.agreement,
        question=f"arr_delay > {LATE_MINUTES} min",
        calls=sum(made.verdicts.values()),
        late=made.verdicts[Verdict.YES],
        unknown=made.verdicts[Verdict.UNKNOWN],
        batches=made.batches,
        calls_per_second=made.calls_per_second,
        proved_call=made.proved,
        proved_batch_root=made.proved_root,
    )


def _budgets(stage: Stage, s: States) -> Any:
    for key, budget in s.cleanroom.budgets.under():
        yield Budget(
            budget=key,
            resource=budget.resource,
            holder=stage.names[budget.holder],
            privacy_unit=budget.privacy_unit,
            rho_nano=budget.rho_nano,
            spent_rho_nano=budget.spent_rho_nano,
            epsilon=cleanroom.epsilon(budget.rho_nano),
            epsilon_spent=cleanroom.epsilon(budget.spent_rho_nano),
        )


def _payments(stage: Stage, s: States, product: ProductId) -> Any:
    for _, paid in revenue.distributions_of(s.revenue, product):
        points = _points(s, product, paid)
        parts = apportion(1_000, points) if any(points) else []
        for nth, share in enumerate(paid.shares):
            owner = nth - (len(paid.shares) - len(parts))
            permille = parts[owner] if share.kind is ShareKind.OWNER and parts else 0
            en, zh = WHY[share.kind]
            name = stage.names[share.payee]
            yield Payment(product, name, share.kind.value, share.amount_fen, permille, en, zh)


def _points(s: States, product: ProductId, paid: Distribution) -> list[int]:
    found = revenue.contribution(s.revenue, product, paid.basis)
    return [int(point) for point in found.points] if found else []


def _cash(s: States, party: PartyId) -> int:
    purposes = (Purpose.CASH, Purpose.FEES) if party == OPERATOR else (Purpose.CASH,)
    accounts = [ledger.account_of(s.ledger, party, purpose) for purpose in purposes]
    return sum(s.ledger.accounts[account].balance_fen for account in accounts if account)
