"""What always holds with revenue. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
        named |= {(terms.seller, ShareKind.MERCHANT.value)} | {(owner, ShareKind.OWNER.value) for owner in terms.owners}
        for share in distribution.shares:
            if (share.payee, share.kind.value) not in named or share.payee in terms.public_bodies:
                yield f"`{key}` pays `{share.payee}` as {share.kind.value}, which the rule does not name"


def every_share_is_within_one_fen_of_exact(state: State) -> Iterator[str]:
    """Rounding moves a share by less than one fen, and the exact shares add up to the gross as well."""
    for key, _, distribution, _ in _distributed(state):
        denominator = int(distribution.denominator)
        for share in distribution.shares:
            if abs(share.amount_fen * denominator - int(share.numerator)) >= denominator:
                yield f"`{key}` pays `{share.payee}` {share.amount_fen} fen, exactly {share.numerator}/{denominator}"
        if sum(int(share.numerator) for share in distribution.shares) != distribution.gross_fen * denominator:
            yield f"`{key}` has exact shares that do not add up to {distribution.gross_fen} fen"


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
    what_is_shared_was_agreed_before,
    feedback_is_what_sales_add_up_to,
)
