"""What a public body's data led to (政策第14条): the figures that its budget may be linked to, in place of money.

Each is counted from the market's records; none is weighted against another, since no source says how (domain-rules §8).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId, ProductId, ResourceId
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.catalog.description import DIMENSIONS
from mumian.rooms.catalog.model import Version
from mumian.rooms.revenue import views as revenue
from mumian.rooms.sharing import views as sharing


class Indicators(msgspec.Struct, frozen=True):
    """resources: described by the body. authorized: of them, given to operation. quality_permille, timely_permille: means
    over what was measured, None where nothing was (GB/T 36344). products: that stand on its data. sales, gross_fen: of them.
    calls: billed of them. forgone_fen: given up with them for the public good. results: fed back to it (成果回馈).
    """

    body: PartyId
    resources: int
    authorized: int
    quality_permille: int | None
    timely_permille: int | None
    products: int
    sales: int
    gross_fen: int
    calls: int
    forgone_fen: int
    results: int


def indicators_of(states: States, body: PartyId) -> Indicators:
    """Return a body's indicators; all zero for whoever describes and earns nothing."""
    resources = [ResourceId(key) for _, key in states.catalog.by_holder.under(f"{body}/")]
    kept = [key for key in resources if not states.catalog.resources[key].is_withdrawn]
    versions = [found for key in kept if (found := catalog.latest_version(states.catalog, key)) is not None]
    fed = list(revenue.feedback_of(states.revenue, body))
    products = [product for product, _ in fed]
    return Indicators(
        body=body,
        resources=len(kept),
        authorized=sum(1 for key in resources if next(states.rights.authorized.under(f"{key}/"), None) is not None),
        quality_permille=_mean([part for each in versions for part in _measured(each, DIMENSIONS)]),
        timely_permille=_mean([part for each in versions for part in _measured(each, ("timeliness",))]),
        products=len(products),
        sales=sum(found.sales for _, found in fed),
        gross_fen=sum(found.gross_fen for _, found in fed),
        calls=sum(volume.calls for product in products if (volume := states.exchange.volumes.get(product)) is not None),
        forgone_fen=sum(waiver for product in products for waiver in _forgone(states, product)),
        results=sum(1 for _ in sharing.results_for(states.sharing, body)),
    )


def _measured(version: Version, dimensions: tuple[str, ...]) -> Iterator[int]:
    for name in dimensions:
        measure = getattr(version.quality, name)
        if measure is not None:
            yield measure.permille


def _mean(permilles: list[int]) -> int | None:
    return sum(permilles) // len(permilles) if permilles else None


def _forgone(states: States, product: ProductId) -> Iterator[int]:
    for _, waiver in states.revenue.waivers.under(f"{product}/"):
        yield waiver.forgone_fen
