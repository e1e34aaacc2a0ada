"""What is watched at every step of a simulation: that the leaf fits, and that the money it moved is where it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from mumian.kernel.canonical import check_profile
from mumian.kernel.outcome import Broken, Refused
from mumian.market.leaf import Leaf, decode_leaf
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import States
from mumian.rooms.cleanroom.model import BudgetCharged
from mumian.rooms.ledger import model as ledger


class Watch:
    """A second, slower book-keeping from events alone, held against the accounts that a leaf touched."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._posted_fen: Counter[str] = Counter()
        self._pending_fen: Counter[str] = Counter()
        self._held: dict[str, ledger.Leg] = {}

    def see(self, leaf: Leaf) -> None:
        """Raise Broken if the leaf, or an account or budget that it touched, is not as it should be."""
        if bool(leaf.refused) is bool(leaf.events):
            raise Broken("a_leaf_has_events_or_a_refusal", f"leaf {leaf.seq}")
        touched = {account for event in leaf.events for account in self._follow(event)}
        for account in touched:
            self._compare(account, leaf.seq)
        for event in leaf.events:
            if isinstance(event, BudgetCharged):
                self._compare_budget(event, leaf.seq)

    def _follow(self, event: object) -> Iterator[str]:
        match event:
            case ledger.TransfersPosted():
                for leg in event.legs:
                    yield from self._post(leg, leg.amount_fen)
            case ledger.TransfersHeld():
                for transfer, leg in zip(event.transfers, event.legs, strict=True):
                    self._held[transfer] = leg
                    self._pending_fen[leg.debit] += leg.amount_fen
                yield from {leg.debit for leg in event.legs}
            case ledger.PendingPosted():
                yield from self._post(self._let_go(event.transfer), event.amount_fen)
            case ledger.PendingVoided() | ledger.PendingExpired():
                yield self._let_go(event.transfer).debit

    def _let_go(self, transfer: str) -> ledger.Leg:
        leg = self._held.pop(transfer)
        self._pending_fen[leg.debit] -= leg.amount_fen
        return leg

    def _post(self, leg: ledger.Leg, amount_fen: int) -> tuple[str, str]:
        self._posted_fen[leg.debit] -= amount_fen
        self._posted_fen[leg.credit] += amount_fen
        return leg.debit, leg.credit

    def _compare(self, key: str, seq: int) -> None:
        """Hold an account against what events gave it and took from it so far."""
        account = self._states.ledger.accounts[key]
        booked = (account.balance_fen, account.debits_pending)
        if booked != (self._posted_fen[key], self._pending_fen[key]):
            raise Broken("money_is_where_events_put_it", f"leaf {seq}, `{key}` has {booked}")
        if account.purpose is not ledger.Purpose.BANK and account.available_fen < 0:
            raise Broken("nobody_is_overdrawn", f"leaf {seq}, `{key}` has {account.available_fen} fen free")

    def settle(self) -> None:
        """Raise Broken unless every account has what events gave and took, and what is held adds up."""
        for key, _ in self._states.ledger.accounts.under():
            self._compare(key, -1)
        if sum(self._posted_fen.values()):
            raise Broken("debits_equal_credits", f"events made {sum(self._posted_fen.values())} fen")

    def _compare_budget(self, event: BudgetCharged, seq: int) -> None:
        budget = self._states.cleanroom.budgets[event.budget]
        spent_nano = self._states.cleanroom.spent[f"{event.budget}/{event.consumer}"]
        if budget.left_rho_nano < 0 or spent_nano > budget.per_consumer_rho_nano:
            raise Broken("no_budget_is_overspent", f"leaf {seq}, `{event.budget}`")


def check_form(leaf: Leaf, payload: bytes) -> None:
    """Raise Broken unless a leaf's bytes lie inside the profile of RFC 8785, say the leaf, and a refusal can be told."""
    try:
        check_profile(msgspec.json.decode(payload))
    except ValueError as fault:
        raise Broken("leaves_are_canonical", f"leaf {leaf.seq}: {fault}") from fault
    if decode_leaf(payload) != leaf:
        raise Broken("leaves_say_what_was_decided", f"leaf {leaf.seq}")
    if leaf.refused:
        said = Refused(REFUSALS[leaf.refused], leaf.detail)
        if not said.say("en") or not said.say("zh"):
            raise Broken("every_refusal_can_be_told", f"leaf {leaf.seq}: {leaf.refused}")
