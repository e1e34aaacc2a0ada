"""What is allowed of filings and purchases; `indexing.py` has the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import month_of
from mumian.rooms.filings import indexing
from mumian.rooms.filings.model import (
    Command,
    ConfirmFiling,
    DealFacts,
    DealFiled,
    Event,
    FileOffExchange,
    FilingConfirmed,
    FilingWithdrawn,
    PublishIndex,
    PurchaseRegistered,
    RegisterPurchase,
    State,
    WithdrawFiling,
)
from mumian.rooms.filings.records import Filing, FilingId, FilingState, Purchase, PurchaseId
from mumian.rooms.filings.refusals import FilingsRefusal as R
from mumian.rulebook.rules import in_force

MARKET_RULES, PURCHASE_RULES = ("GZ2023-06", "S19-EXCHANGE"), ("GZ2023-08",)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about filings with its events or the first refusal that applies."""
    match command:
        case FileOffExchange():
            return _file(state, command, facts)
        case ConfirmFiling():
            return _confirm(state, command, facts)
        case WithdrawFiling():
            return _withdraw(state, command, facts)
        case RegisterPurchase():
            return _purchase(state, command, facts)
        case PublishIndex():
            return indexing.publish(state, command, facts)
        case _:
            assert_never(command)


def _file(state: State, command: FileOffExchange, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, DealFacts)
    if facts.actor not in (command.seller, command.buyer):
        return Refused(R.NOT_A_SIDE, {"actor": facts.actor, "owner": command.seller})
    if command.seller == command.buyer:
        return Refused(R.SAME_SIDES, {"party": command.seller})
    unknown = _refuse_unknown(facts, command.product)
    if unknown is not None:
        return unknown
    if DataKind.PUBLIC in (command.data_kind, facts.data_kind):
        return Refused(R.PUBLIC_DATA_OFF_EXCHANGE, {"product": command.product or command.family})
    known = state.by_contract.get(command.contract_digest)
    if known is not None:
        return Refused(R.CONTRACT_FILED, {"contract_digest": command.contract_digest, "known": known})
    if command.concluded_at > facts.now:
        return Refused(R.NOT_YET, {"at": command.concluded_at, "now": facts.now})
    record = Filing(
        command.seller,
        command.buyer,
        facts.actor,
        command.family,
        command.product,
        facts.data_kind or command.data_kind,
        command.units,
        command.amount_fen,
        command.contract_digest,
        command.concluded_at,
    )
    return [DealFiled(FilingId(new_id("filing", facts.seq)), record, in_force(facts, *MARKET_RULES))]


def _refuse_unknown(facts: DealFacts, product: str) -> Refused | None:
    if facts.stranger:
        return Refused(R.PARTY_UNKNOWN, {"party": facts.stranger})
    return None if facts.is_known else Refused(R.PRODUCT_UNKNOWN, {"product": product})


def _other_side(record: Filing) -> tuple[PartyId, ...]:
    return (record.buyer,) if record.filer == record.seller else (record.seller,)


def _both_sides(record: Filing) -> tuple[PartyId, ...]:
    return (record.seller, record.buyer)


def _proposed(
    state: State, key: FilingId, facts: Facts, who: Callable[[Filing], tuple[PartyId, ...]]
) -> Filing | Refused:
    """Return the filing if it waits for a word and the actor is one of those who may give it."""
    record = state.filings.get(key)
    if record is None:
        return Refused(R.FILING_UNKNOWN, {"filing": key})
    may = who(record)
    if facts.actor not in may:
        return Refused(R.NOT_A_SIDE, {"actor": facts.actor, "owner": may[0]})
    if record.state is not FilingState.PROPOSED:
        return Refused(R.STATE_FORBIDS, {"filing": key, "state": record.state.value})
    return record


def _confirm(state: State, command: ConfirmFiling, facts: Facts) -> list[Event] | Refused:
    record = _proposed(state, command.filing, facts, _other_side)
    if isinstance(record, Refused):
        return record
    month = month_of(facts.now).replace("-", "")
    serial = (state.serials.get(month) or 0) + 1
    return [FilingConfirmed(command.filing, f"OTC-{month}-{serial:06d}")]


def _withdraw(state: State, command: WithdrawFiling, facts: Facts) -> list[Event] | Refused:
    record = _proposed(state, command.filing, facts, _both_sides)
    return record if isinstance(record, Refused) else [FilingWithdrawn(command.filing, facts.actor)]


def _purchase(state: State, command: RegisterPurchase, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, DealFacts)
    if Role.PUBLIC_BODY not in facts.roles:
        return Refused(R.NOT_A_PUBLIC_BODY, {"actor": facts.actor})
    if command.supplier == facts.actor:
        return Refused(R.SAME_SIDES, {"party": facts.actor})
    unknown = _refuse_unknown(facts, command.product)
    if unknown is not None:
        return unknown
    if facts.data_kind is DataKind.PUBLIC:
        return Refused(R.NOT_SOCIAL_DATA, {"product": command.product})
    if command.purchased_at > facts.now:
        return Refused(R.NOT_YET, {"at": command.purchased_at, "now": facts.now})
    record = Purchase(
        facts.actor,
        command.supplier,
        command.product,
        command.family,
        command.budget_code,
        command.method,
        command.amount_fen,
        command.contract_digest,
        command.purchased_at,
        _duplicates(state, command.product, facts),
    )
    key = PurchaseId(new_id("purchase", facts.seq))
    return [PurchaseRegistered(key, record, in_force(facts, *PURCHASE_RULES))]


def _duplicates(state: State, product: str, facts: Facts) -> tuple[PurchaseId, ...]:
    if not product:
        return ()
    found = (key for _, key in state.by_product.under(f"{product}/"))
    return tuple(key for key in found if state.purchases[key].body != facts.actor)
