"""Student's t distribution for whole degrees of freedom, in closed form."""

from __future__ import annotations

from math import atan, cos, pi, sin, sqrt


def t_within(t: float, df: int) -> float:
    """Return P[|T| ≤ t] for `df` ≥ 1 degrees of freedom and t ≥ 0. Source: Abramowitz & Stegun 1964, 26.7.3 and 26.7.4."""
    theta = atan(t / sqrt(df))
    odd = df % 2
    term = cos(theta) if odd else 1.0
    total = term if df > 1 else 0.0
    for step in range(3 if odd else 2, df - 1, 2):
        term *= cos(theta) ** 2 * (step - 1) / step
        total += term
    return 2 / pi * (theta + sin(theta) * total) if odd else sin(theta) * total


def t_quantile(*, outside: float, df: int) -> float:
    """Return t with P[|T| > t] = `outside`, within (0, 1), rounded up at 10^-9 of itself."""
    if not 0 < outside < 1 or df < 1:
        raise ValueError(f"a chance of `{outside}` at `{df}` degrees of freedom; within (0, 1) and at least 1")
    low, high = 0.0, 1.0
    while 1 - t_within(high, df) > outside:
        low, high = high, 2 * high
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - t_within(middle, df) > outside else (low, middle)
    return high
