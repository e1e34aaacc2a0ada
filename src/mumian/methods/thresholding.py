"""When a key that nobody declared may be shown: only if so many units seem to have it that none of them is given away.

A key that one unit alone has must not appear, or its appearance names the unit; how many units have a key is itself
noisy, so it may appear with a probability that delta pays for.
"""

from __future__ import annotations

from fractions import Fraction

from mumian.methods.mechanisms import Mechanism, tail_up_of
from mumian.methods.tails import first_below

FEMTO = 10**15


def threshold(mechanism: Mechanism, *, l0: int, scale: float, delta_femto: int) -> int:
    """Return τ: a key is released only if the noisy number of distinct units that have it is at least τ.

    Neighbouring tables differ by a unit, which may be the only one of up to `l0` keys. Each of them appears with P[1 + Y ≥
    τ] ≤ δ/l0, any with at most δ. The release is then (ε, δ' + δ)-DP where the noisy numbers are (ε, δ')-DP.

    Args:
        mechanism, scale: of the noise Y on the number of distinct units; scale in units.
        l0: keys that a unit has at most, after bounding; ≥ 1.
        delta_femto: δ in 10^-15, of the keys' appearing alone; 1 to 10^15 - 1.
    Returns: τ ≥ 2, rounded up: the smallest that the tail bound shows.
    Raises: ValueError: an argument is out of range.
    Source: Korolova, Kenthapadi, Mishra & Ntoulas 2009, Releasing Search Queries and Clicks Privately; Wilson
        et al. 2020, Differentially Private SQL with Bounded User Contribution (l0 keys); Desfontaines, Voss, Gipson &
        Mandayam 2022, Differentially Private Partition Selection.
    """
    if l0 < 1 or not 0 < delta_femto < FEMTO:
        raise ValueError(f"`{l0}` keys and a delta of `{delta_femto}` femto; at least 1 key and 1 to {FEMTO - 1}")
    if not scale > 0:
        raise ValueError(f"scale `{scale}` is not positive")
    each = float(Fraction(delta_femto, FEMTO * l0)) * (1 - 1e-12)  # rounded down
    return 1 + first_below(lambda m: tail_up_of(mechanism, m=m, scale=scale), probability=each)
