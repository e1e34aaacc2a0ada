"""What always holds with revenue. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from mumian.kernel.ids import OPERATOR
from mumian.methods.apportion import UNIT
from mumian.rooms.revenue.model import Distribution, Feedback, Rule, ShareKind, State


def _distributed(state: State) -> Iterator[tuple[str, str, Distribution, Rule | None]]:
    """Yield (key, product, distribution, rule) of every distribution."""
    for key, distribution in state.distributions.under():
        product = key.partition("/")[0]
        yield key, product, distribution, state.rules.get(product)


def every_distribution_adds_up_to_its_gross(state: State) -> Iterator[str]:
    """No fen of a sale is lost or made."""
    for key, _, distribution, _ in _distributed(state):
        shared_fen = sum(share.amount_fen for share in distribution.shares)
        if shared_fen != distribution.gross_fen:
            yield f"`{key}` shares {shared_fen} fen of {distribution.gross_fen}"


def nobody_unlisted_is_paid(state: State) -> Iterator[str]:
    """Who is paid is named in the rule, as what he is paid for; a public body never is."""
    for key, _, distribution, rule in _distributed(state):
        if rule is None:
            continue
        terms = rule.terms
        named: set[tuple[str, str]] = {(fee.payee, fee.kind.value) for fee in terms.fees}
        named |= {(cost.payee, ShareKind.COST.value) for cost in terms.costs}
        named |= {(OPERATOR, ShareKind.EXCHANGE_FEE.value)}
        named |= {(terms.seller, ShareKind.MERCHANT.value)} | {(owner, ShareKind.OWNER.value) for owner in terms.owners}
        for share in distribution.shares:
            if (share.payee, share.kind.value) not in named or share.payee in terms.public_bodies:
                yield f"`{key}` pays `{share.payee}` as {share.kind.value}, which the rule does not name"


def every_share_is_within_one_fen_of_exact(state: State) -> Iterator[str]:
    """Where a sale is rounded for itself, no share moves by a fen; the exact shares add up to the gross in any case."""
    for key, _, distribution, _ in _distributed(state):
        denominator = int(distribution.denominator)
        for share in distribution.shares if not distribution.owed else ():
            if abs(share.amount_fen * denominator - int(share.numerator)) >= denominator:
                yield f"`{key}` pays `{share.payee}` {share.amount_fen} fen, exactly {share.numerator}/{denominator}"
        if sum(int(share.numerator) for share in distribution.shares) != distribution.gross_fen * denominator:
            yield f"`{key}` has exact shares that do not add up to {distribution.gross_fen} fen"


def what_rounding_keeps_does_not_grow(state: State) -> Iterator[str]:
    """What a line is owed over all sales stays within what `methods.apportion.apportion_on` proves, and adds up to nothing."""
    for product, tally in state.tallies.under():
        if not tally.owed:
            continue
        most = sum(Fraction(UNIT, nth) for nth in range(2, len(tally.owed) + 1))
        if sum(tally.owed) or min(tally.owed) <= -UNIT or max(tally.owed) > most:
            yield f"`{product}` owes {tally.owed} by rounding, in 1/{UNIT} fen"


def what_rounding_keeps_is_exact_less_paid(state: State) -> Iterator[str]:
    """Over all sales that are rounded together, a line got what it was exactly due less what it is still owed."""
    due: dict[str, list[int]] = {}
    sales = Counter[str]()
    for _, product, found, _ in _distributed(state):
        denominator = int(found.denominator)
        lines = found.shares[len(found.shares) - len(found.owed) :] if found.owed else ()
        exact = due.setdefault(product, [0] * len(lines))
        for nth, share in enumerate(lines):
            exact[nth] += int(share.numerator) * UNIT // denominator - share.amount_fen * UNIT
        sales[product] += 1
    for product, lefts in due.items():
        for nth, (left, kept) in enumerate(zip(lefts, state.tallies[product].owed, strict=False)):
            if abs(left - kept) > 2 * sales[product]:  # each sale counts in whole 1/UNIT, here rounded down
                yield f"line {nth} of `{product}` is owed {left}/{UNIT} fen, its tally says {kept}/{UNIT}"


def no_more_than_its_cost_comes_back(state: State) -> Iterator[str]:
    """What comes back of a cost first ends with the cost, and the tally is what the sales add up to."""
    gross_fen = Counter[str]()
    for _, product, found, _ in _distributed(state):
        gross_fen[product] += found.gross_fen
    for product, tally in state.tallies.under():
        rule = state.rules.get(product)
        for cost, back_fen in zip(() if rule is None else rule.terms.costs, tally.recovered_fen, strict=False):
            if back_fen > cost.amount_fen:
                yield f"`{product}` gave `{cost.payee}` {back_fen} fen back of {cost.amount_fen}"
        if tally.gross_fen != gross_fen[product]:
            yield f"`{product}` shows sales of {tally.gross_fen} fen, distributions add up to {gross_fen[product]}"


def what_is_shared_was_agreed_before(state: State) -> Iterator[str]:
    """Every distribution follows the rule in force, which all owners had agreed to by then."""
    for key, product, distribution, rule in _distributed(state):
        if rule is None or rule.waiting or rule.in_force_at is None or rule.version != distribution.version:
            yield f"`{key}` follows version {distribution.version} of a rule of `{product}` that is not in force"
        elif distribution.at < rule.in_force_at:
            yield f"`{key}` was shared at {distribution.at}, before its rule at {rule.in_force_at}"


def feedback_is_what_sales_add_up_to(state: State) -> Iterator[str]:
    """What a public body sees of its data's use is every sale of the products that stand on it."""
    sales, gross_fen = Counter[str](), Counter[str]()
    for _, product, distribution, rule in _distributed(state):
        for body in () if rule is None else rule.terms.public_bodies:
            sales[f"{body}/{product}"] += 1
            gross_fen[f"{body}/{product}"] += distribution.gross_fen
    for key in sorted(sales.keys() | {key for key, _ in state.feedback.under()}):
        kept = state.feedback.get(key) or Feedback()
        if (kept.sales, kept.gross_fen) != (sales[key], gross_fen[key]):
            yield f"`{key}` shows {kept.sales} sales, distributions add up to {sales[key]}"


LAWS = (
    every_distribution_adds_up_to_its_gross,
    nobody_unlisted_is_paid,
    every_share_is_within_one_fen_of_exact,
    what_rounding_keeps_does_not_grow,
    what_rounding_keeps_is_exact_less_paid,
    no_more_than_its_cost_comes_back,
    what_is_shared_was_agreed_before,
    feedback_is_what_sales_add_up_to,
)
