"""What always holds in settlement. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.rooms.settlement.model import State
from mumian.rooms.settlement.records import NOW, LineState, PayoutState, age_of

PAYOUT_OF = {
    LineState.SENT: PayoutState.SENT,
    LineState.CONFIRMED: PayoutState.CONFIRMED,
    LineState.RETURNED: PayoutState.RETURNED,
}


def a_line_of_a_batch_is_what_its_payouts_add_up_to(state: State) -> Iterator[str]:
    """Each payout is in one line, of its own party and account, and in the state of the line: nothing is paid twice."""
    seen = set[str]()
    for key, batch in state.batches.under():
        for line, line_state in zip(batch.lines, batch.states, strict=True):
            payouts = [state.payouts[payout] for payout in line.payouts]
            if sum(each.amount_fen for each in payouts) != line.amount_fen or not seen.isdisjoint(line.payouts):
                yield f"`{key}` pays `{line.party}` {line.amount_fen} fen, its payouts come to another sum or are paid before"
            seen.update(line.payouts)
            for each in payouts:
                sides = (each.party, each.account_digest, each.state)
                if sides != (line.party, line.account_digest, PAYOUT_OF[line_state]):
                    yield f"`{key}` holds a payout of `{each.party}` that is {each.state.value} in a line of `{line.party}`"


def a_payout_waits_exactly_while_it_is_requested(state: State) -> Iterator[str]:
    """The list of those that wait is that of those in no batch."""
    for key, payout in state.payouts.under():
        waits = state.waiting.get(age_of(key)) == key
        if waits is not (payout.state is PayoutState.REQUESTED):
            yield f"`{key}` is {payout.state.value}, it {'waits' if waits else 'does not wait'}"


def what_is_kept_and_owed_is_listed_by_party(state: State) -> Iterator[str]:
    """A reserve with money in it, a debt that is not paid, a claim that is not decided stand in the lists, and no other."""
    kept = {f"{reserve.party}/{age_of(key)}" for key, reserve in state.reserves.under() if reserve.left_fen}
    owed = {f"{claim.debtor}/{age_of(key)}" for key, claim in state.claims.under() if claim.owed_fen}
    frozen = {f"{freeze.product}/{freeze.payee}" for _, freeze in state.freezes.under() if not freeze.to}
    for name, found, listed in (
        ("kept", kept, state.kept),
        ("owed", owed, state.owed),
        ("frozen", frozen, state.frozen),
    ):
        for key in sorted(found ^ {key for key, _ in listed.under()}):
            yield f"`{key}` is {name} by its record or by the list, not by both"


def who_owes_has_no_payout_waiting(state: State) -> Iterator[str]:
    """Money that a clawback could not take is not on its way out: no debtor is paid before its creditor."""
    for _, key in state.waiting.under():
        party = state.payouts[key].party
        for _, clawback in state.owed.under(f"{party}/"):
            yield f"`{party}` owes of `{clawback}` and waits for `{key}`"


def days_are_closed_one_after_the_other(state: State) -> Iterator[str]:
    """Each closed day has its batch, and the last is the latest."""
    for day, batch in state.days.under():
        if state.batches[batch].day != day:
            yield f"`{batch}` is of {state.batches[batch].day}, not of {day}"
    last = max((day for day, _ in state.days.under()), default=None)
    found = state.last.get(NOW)
    if last != (found.isoformat() if found is not None else None):
        yield f"the last closed day is {last}, kept is {found}"


LAWS = (
    a_line_of_a_batch_is_what_its_payouts_add_up_to,
    a_payout_waits_exactly_while_it_is_requested,
    what_is_kept_and_owed_is_listed_by_party,
    who_owes_has_no_payout_waiting,
    days_are_closed_one_after_the_other,
)
