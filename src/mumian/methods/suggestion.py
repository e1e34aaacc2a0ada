"""The cheapest budget for a wanted precision, found with the very functions that a release uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from mumian.methods.dp import sigma_up
from mumian.methods.intervals import Noisy, ratio
from mumian.methods.laplace import scale_for_rho
from mumian.methods.mechanisms import Mechanism, half_width_of

RHO_NANO_MAX = 10**15
"""A million rho protects nothing; what would need more cannot be had."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """The smallest zCDP loss, 10^-9, of the whole release, and the half width it gives, in the answer's unit."""

    mechanism: Mechanism
    rho_nano: int
    half_width: Fraction


def scale_of(mechanism: Mechanism, *, l0: int, step: int, rho_nano: int) -> float:
    """Return the scale of noise that a measure's rho buys: one unit moves `l0` values by at most `step` each."""
    if mechanism is Mechanism.GAUSSIAN:
        return sigma_up(l2_squared=l0 * step**2, rho_nano=rho_nano)
    return scale_for_rho(l0=l0, step=step, rho_nano=rho_nano)


def suggest(
    *, half_width: int, l0: int, linf_rows: int, row: int, measures: int = 1, confidence_permille: int = 950
) -> tuple[Suggestion, ...]:
    """Return, cheapest first, what each mechanism asks for a count or sum to be within ±half_width; none above a million rho.

    Args:
        half_width: wanted, in the answer's unit; ≥ 1.
        l0, linf_rows: groups of a unit, its rows in each. row: what a row adds at most (1 to a count).
        measures: that share the release's rho evenly.
        confidence_permille: that noise alone keeps within.
    Raises: ValueError: an argument is out of range.
    """
    if min(half_width, l0, linf_rows, row, measures) < 1:
        raise ValueError(f"a half width of `{half_width}`, bounds `{l0}`, `{linf_rows}`, `{row}`: at least 1 each")

    def width_at(mechanism: Mechanism, rho_nano: int) -> Fraction:
        scale = scale_of(mechanism, l0=l0, step=linf_rows * row, rho_nano=rho_nano)
        return Fraction(half_width_of(mechanism, scale=scale, confidence_permille=confidence_permille))

    return _cheapest_first(width_at, wanted=Fraction(half_width), measures=measures)


def suggest_ratio(
    *,
    half_width: Fraction,
    numerator: int,
    denominator: int,
    l0: int,
    linf_rows: int,
    row: int,
    measures: int = 2,
    confidence_permille: int = 950,
) -> tuple[Suggestion, ...]:
    """Return, cheapest first, what each mechanism asks for an average to be within ±half_width; none if nothing does.

    Args:
        half_width: wanted, in the average's unit; > 0.
        numerator, denominator: the asker's guess of sum and count of the smallest group; public, not the data's.
        l0, linf_rows, row: as in `suggest`; a row adds `row` at most to the sum and 1 to the count.
        measures: of the release, sum and count included, that share its rho evenly.
    Raises: ValueError: an argument is out of range.
    """
    if half_width <= 0 or min(denominator, l0, linf_rows, row, measures - 1) < 1:
        raise ValueError(f"a half width of `{half_width}` over `{denominator}` rows: both must be positive")

    def width_at(mechanism: Mechanism, rho_nano: int) -> Fraction | None:
        top, bottom = (
            scale_of(mechanism, l0=l0, step=step, rho_nano=rho_nano) for step in (linf_rows * row, linf_rows)
        )
        found = ratio(
            Noisy(value=numerator, scale=top, mechanism=mechanism),
            Noisy(value=denominator, scale=bottom, mechanism=mechanism),
            confidence_permille=confidence_permille,
        )
        return None if found is None else found.half_width

    return _cheapest_first(width_at, wanted=half_width, measures=measures)


def _cheapest_first(
    width_at: Callable[[Mechanism, int], Fraction | None], *, wanted: Fraction, measures: int
) -> tuple[Suggestion, ...]:
    found = (_least(width_at, mechanism, wanted=wanted, measures=measures) for mechanism in Mechanism)
    return tuple(sorted(filter(None, found), key=lambda suggestion: suggestion.rho_nano))


def _least(
    width_at: Callable[[Mechanism, int], Fraction | None], mechanism: Mechanism, *, wanted: Fraction, measures: int
) -> Suggestion | None:
    """Search the smallest rho of one measure at which the width is the wanted one; it falls as rho grows."""

    def enough(rho_nano: int) -> bool:
        width = width_at(mechanism, rho_nano)
        return width is not None and width <= wanted

    high = 1
    while not enough(high):
        high *= 2
        if high > RHO_NANO_MAX:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    reached = width_at(mechanism, high)
    return None if reached is None else Suggestion(mechanism=mechanism, rho_nano=high * measures, half_width=reached)
