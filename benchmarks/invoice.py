"""From metering to the invoice: ten million calls recorded, signed in batches, rated in tiers, itemised, stated; some proved.

One process for each of two domains, as they are in a market; peak memory is the larger of the two.
"""

from __future__ import annotations

import os
import resource
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date

import msgspec

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_least, at_most
from mumian.domain.itemised import LINES_A_PIECE, Items, digest_of
from mumian.domain.keys import DomainKeys
from mumian.domain.metering import Meter, Verdict, verify_call
from mumian.kernel.ids import JobId, ListingId, OrderId, PartyId, ProductId
from mumian.market.stated import Batch, Metered, Statement, statement_of
from mumian.methods.tariff import Tier
from mumian.rooms.exchange.events import OrderPlaced

CALLS = int(os.environ.get("MUMIAN_BENCH_CALLS", "10000000"))
DOMAINS = 2
CALLS_A_MESSAGE, CALLS_A_BATCH = 2_000, 100_000
TIERS = (Tier(1_000_000, 20), Tier(5_000_000, 12), Tier(10**12, 7))
PROVED = 20
ASKED = [
    (str(n % 8_000), str(1 + n % 12), str(1 + n % 28), ("EWR", "JFK", "LGA")[n % 3]) for n in range(CALLS_A_MESSAGE)
]
ANSWERS = [(Verdict.YES, Verdict.NO, Verdict.UNKNOWN)[n % 3] for n in range(CALLS_A_MESSAGE)]


class Done(msgspec.Struct, frozen=True):
    """calls, charge_fen, digest of the items; roots of the batches; seconds of CPU; peak memory in KiB."""

    calls: int
    charge_fen: int
    digest: str
    roots: tuple[str, ...]
    cpu_s: float
    peak_kib: int


def one_domain(nth: int) -> Done:
    """Meter this domain's calls, sign them in batches, itemise each at the order's tariff, and prove some."""
    folder = FOLDER / f"invoice-{nth}"
    shutil.rmtree(folder, ignore_errors=True)
    keys, own = DomainKeys(bytes([nth]) * 32), CALLS // DOMAINS
    meter = Meter(folder, JobId(f"job-{nth}"), PartyId(f"party-{nth}"), keys, os.urandom)
    for done in range(0, own, CALLS_A_MESSAGE):
        meter.record(ASKED, ANSWERS, at=1_790_000_000_000 + done, calls_max=CALLS)
        if (done + CALLS_A_MESSAGE) % CALLS_A_BATCH == 0:
            meter.close(ticket_digest="00" * 32, at=1_790_000_000_000 + done)
    charge_fen = calls = 0
    pieces: list[str] = []
    for signed in meter.batches:
        first = nth * own + signed.batch.first
        items = Items(first_call=first, tiers=TIERS)
        records = meter.lines(signed.batch.nth)
        pieces.append(
            digest_of(items.lines(records[at : at + LINES_A_PIECE]) for at in range(0, len(records), LINES_A_PIECE))
        )
        whole = items.whole()
        assert whole.root == signed.batch.root
        charge_fen, calls = charge_fen + whole.charge_fen, calls + whole.calls
    for call in range(0, own, max(1, own // PROVED)):
        proof = meter.prove(call)
        assert proof is not None
        verify_call(
            proof, call=ASKED[call % CALLS_A_MESSAGE], domain_key=keys.identity.public_key().public_bytes_raw().hex()
        )
    used = resource.getrusage(resource.RUSAGE_SELF)
    shutil.rmtree(folder, ignore_errors=True)
    digest = digest_of(piece.encode() for piece in pieces)
    roots = tuple(signed.batch.root for signed in meter.batches)
    return Done(calls, charge_fen, digest, roots, used.ru_utime + used.ru_stime, used.ru_maxrss)


def main() -> list[Row]:
    began = time.perf_counter()
    with ProcessPoolExecutor(DOMAINS) as pool:
        done = list(pool.map(one_domain, range(DOMAINS)))
    wall = time.perf_counter() - began
    calls, charge_fen = sum(each.calls for each in done), sum(each.charge_fen for each in done)
    due_fen = _cost_fen(calls)
    assert _stated([root for each in done for root in each.roots]).amount_fen == due_fen
    assert (calls, charge_fen) == (CALLS, due_fen), f"{calls} calls for {charge_fen} fen, the tariff says {due_fen}"
    size = f"{CALLS:,} calls, {DOMAINS} domains, batches of {CALLS_A_BATCH:,}, {DOMAINS * PROVED} proofs"
    figure = "metering to invoice, each call provable"
    peak_mib = max(each.peak_kib for each in done) / 1024
    return [
        at_most(figure, size, wall, "s", 60),
        at_most(figure, size, sum(each.cpu_s for each in done), "cpu-s", 60),
        at_most(figure, size, peak_mib, "MiB", 1_024),
        at_least(figure, size, CALLS / wall, "calls/s", CALLS / 60),
    ]


def _stated(roots: list[str]) -> Statement:
    """Return the month's statement over all batches, its CSV and digest made."""
    order = OrderPlaced(
        OrderId("order-1"), ListingId("listing-1"), 1, ProductId("product-1"), PartyId("buyer"), PartyId("seller"),
        CALLS, TIERS[0].unit_fen, 0, True, 0, 0, 0, tiers=TIERS,
    )  # fmt: skip
    day = date(2026, 10, 1)
    batches = tuple(
        Batch(nth, day, f"party-{nth % DOMAINS}", root, nth * CALLS_A_BATCH, CALLS_A_BATCH)
        for nth, root in enumerate(roots)
    )
    made = statement_of(Metered(order, batches, CALLS, 0, {}), "agreement-1", first_call=0, calls=CALLS, taxes=())
    assert len(made.digest) == 64
    return made


def _cost_fen(calls: int) -> int:
    """The slow way: one call after the other would do; tier by tier here."""
    total, reached = 0, 0
    for tier in TIERS:
        total += max(0, min(calls, tier.up_to) - reached) * tier.unit_fen
        reached = tier.up_to
    return total


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
