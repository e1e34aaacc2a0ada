"""A month's calls itemised: the statement behind an invoice, from the leaves alone, the same bytes whoever makes it.

Each line is calls of one recorded batch at one rate. The batch's root proves every call in it, so a statement needs to name
no call; a domain itemises a batch call by call (`domain/itemised.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.time import day_of
from mumian.market.leaf import Leaf
from mumian.methods.tariff import Tier
from mumian.rooms.billing.decide import split_taxes
from mumian.rooms.billing.model import InvoiceIssued, Tax, TaxLine
from mumian.rooms.cleanroom.model import UsageRecorded
from mumian.rooms.exchange.events import DealSigned, OrderPlaced, UsageBilled

HEAD = ("line", "leaf", "day", "domain", "batch_root", "first_call", "calls", "unit_fen", "amount_fen")


class Batch(msgspec.Struct, frozen=True):
    """Calls that a domain recorded under the agreement, by leaf `leaf`."""

    leaf: int
    day: date
    domain: str
    root: str
    first_call: int
    calls: int


class Line(msgspec.Struct, frozen=True):
    """Calls of a batch that cost the same."""

    batch: Batch
    first_call: int
    calls: int
    unit_fen: int

    @property
    def amount_fen(self) -> int:
        return self.calls * self.unit_fen


class Statement(msgspec.Struct, frozen=True):
    """net_fen and taxes add up to what the lines do."""

    agreement: str
    order: str
    product: str
    seller: str
    buyer: str
    first_call: int
    calls: int
    lines: tuple[Line, ...]
    net_fen: int
    taxes: tuple[TaxLine, ...]

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    def csv(self) -> bytes:
        """Return the statement as RFC 4180, amounts in fen: one line a rate of a batch, then net, taxes and total."""
        out = io.StringIO(newline="")
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(HEAD)
        for line in self.lines:
            batch = line.batch
            told = (batch.leaf, batch.day.isoformat(), batch.domain, batch.root, line.first_call, line.calls)
            table.writerow(("calls", *told, line.unit_fen, line.amount_fen))
        table.writerow(("net", *[""] * 7, self.net_fen))
        for tax in self.taxes:
            table.writerow((f"tax {tax.kind} {tax.rate_bp} bp", *[""] * 7, tax.tax_fen))
        table.writerow(("total", *[""] * 4, self.first_call, self.calls, "", self.amount_fen))
        return out.getvalue().encode()

    @property
    def digest(self) -> str:
        """What the invoice names: SHA-256 of the CSV."""
        return sha256_hex(self.csv())


class Metered(msgspec.Struct, frozen=True):
    """What the leaves say of one agreement. invoiced: calls on earlier invoices; invoices: by id."""

    placed: OrderPlaced
    batches: tuple[Batch, ...]
    billed_calls: int
    invoiced: int
    invoices: dict[str, InvoiceIssued]


def metered_of(leaves: Iterable[Leaf], agreement: str) -> Metered | None:
    """Return what was metered and billed under an agreement, or None if no metered order stands under it."""
    placed: dict[str, OrderPlaced] = {}
    signed: OrderPlaced | None = None
    batches: list[Batch] = []
    billed = invoiced = 0
    invoices: dict[str, InvoiceIssued] = {}
    for leaf in leaves:
        for event in leaf.events:
            match event:
                case OrderPlaced(metered=True):
                    placed[event.order] = event
                case DealSigned() if event.agreement == agreement:
                    signed = placed.get(event.order)
                case UsageRecorded() if event.agreement == agreement:
                    told = (event.by, event.batch_root, event.first_call, event.calls)
                    batches.append(Batch(leaf.seq, day_of(leaf.at), *told))
                case UsageBilled() if event.agreement == agreement:
                    billed += event.calls
                case InvoiceIssued() if event.agreement == agreement:
                    invoices[event.invoice] = event
                    invoiced = event.first_call + event.calls
                case _:
                    pass
    return None if signed is None else Metered(signed, tuple(batches), billed, invoiced, invoices)


def due_calls(metered: Metered, *, until: date) -> int:
    """Return how many calls are to be invoiced: billed, recorded before `until`, and on no invoice yet."""
    recorded = sum(batch.calls for batch in metered.batches if batch.day < until)
    return max(0, min(recorded, metered.billed_calls) - metered.invoiced)


def statement_of(metered: Metered, agreement: str, *, first_call: int, calls: int, taxes: Sequence[Tax]) -> Statement:
    """Return the statement of `calls` calls from `first_call` on, with the taxes that their price contains."""
    placed, lines = metered.placed, list[Line]()
    end = first_call + calls
    rates = placed.tiers or (Tier(max(1, end), placed.unit_fen),)
    for batch in metered.batches:
        low, high = max(first_call, batch.first_call), min(end, batch.first_call + batch.calls)
        reached = 0
        for tier in rates:
            begin, stop = max(low, reached), min(high, tier.up_to)
            if begin < stop:
                lines.append(Line(batch, begin, stop - begin, tier.unit_fen))
            reached = tier.up_to
    net_fen, split = split_taxes(sum(line.amount_fen for line in lines), tuple(taxes))
    told = (agreement, placed.order, placed.product, placed.seller, placed.buyer, first_call, calls)
    return Statement(*told, tuple(lines), net_fen, split)


def statement_again(metered: Metered, agreement: str, invoice: InvoiceIssued) -> Statement:
    """Return the statement of an invoice made again from the leaves."""
    taxes = [Tax(line.kind, line.rate_bp) for line in invoice.taxes]
    return statement_of(metered, agreement, first_call=invoice.first_call, calls=invoice.calls, taxes=taxes)
