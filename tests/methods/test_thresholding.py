"""A key that one unit alone has is shown as seldom as delta says, and τ is no higher than that needs."""

from __future__ import annotations

from fractions import Fraction
from math import exp, fsum

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mumian.methods.dp import discrete_gaussian
from mumian.methods.mechanisms import Mechanism
from mumian.methods.thresholding import FEMTO, threshold


def slow_shown(mechanism: Mechanism, *, scale: float, tau: int) -> float:
    """P[1 + Y ≥ τ] from the definition of the noise."""
    reach = range(-int(90 * scale) - 9, int(90 * scale) + 10)  # beyond it exp(-90), to a least threshold of 10^-18
    power = (lambda x: -abs(x) / scale) if mechanism is Mechanism.LAPLACE else (lambda x: -(x**2) / (2 * scale**2))
    weights = {x: exp(power(x)) for x in reach}
    return fsum(w for x, w in weights.items() if 1 + x >= tau) / fsum(weights.values())


@pytest.mark.parametrize("mechanism", list(Mechanism))
@settings(max_examples=50, deadline=None)
@given(scale=st.floats(0.2, 60), l0=st.integers(1, 500), delta_femto=st.integers(1, FEMTO // 3))
@example(scale=35.737903534329924, l0=123, delta_femto=1)
@example(scale=60.0, l0=500, delta_femto=1)
def test_the_keys_of_one_unit_are_shown_with_at_most_delta_and_one_less_would_not_do(
    mechanism: Mechanism, scale: float, l0: int, delta_femto: int
) -> None:
    tau = threshold(mechanism, l0=l0, scale=scale, delta_femto=delta_femto)
    each = float(Fraction(delta_femto, FEMTO * l0))
    assert slow_shown(mechanism, scale=scale, tau=tau) <= each
    assert tau == 2 or slow_shown(mechanism, scale=scale, tau=tau - 1) > each * (1 - 1e-6)


@pytest.mark.parametrize(
    ("mechanism", "l0", "scale", "delta_femto", "tau"),
    [
        (Mechanism.GAUSSIAN, 1, 1.0, 10**9, 7),
        (Mechanism.GAUSSIAN, 12, 14.6, 10**9, 78),
        (Mechanism.LAPLACE, 1, 1.0, 10**9, 15),
        (Mechanism.LAPLACE, 12, 14.6, 10**9, 230),
        (Mechanism.GAUSSIAN, 1, 0.1, 10**9, 2),  # hardly any noise: two units are not one
    ],
)
def test_known_thresholds(mechanism: Mechanism, l0: int, scale: float, delta_femto: int, tau: int) -> None:
    assert threshold(mechanism, l0=l0, scale=scale, delta_femto=delta_femto) == tau


@given(st.floats(0.3, 1e5), st.integers(1, 50))
def test_more_keys_or_less_delta_or_more_noise_never_lower_the_threshold(scale: float, l0: int) -> None:
    for mechanism in Mechanism:
        tau = threshold(mechanism, l0=l0, scale=scale, delta_femto=10**9)
        assert threshold(mechanism, l0=l0 + 1, scale=scale, delta_femto=10**9) >= tau
        assert threshold(mechanism, l0=l0, scale=scale, delta_femto=10**8) >= tau
        assert threshold(mechanism, l0=l0, scale=scale * 1.01, delta_femto=10**9) >= tau


def test_drawn_noise_shows_lone_keys_about_as_often_as_delta() -> None:
    """δ = 1 % over 2 keys: 20,000 drawn keys of one unit, of which 100 at most on average are shown."""
    tau = threshold(Mechanism.GAUSSIAN, l0=2, scale=3.0, delta_femto=FEMTO // 100)
    shown = sum(noisy >= tau for noisy in discrete_gaussian([1] * 20_000, 3.0))
    assert 10 < shown < 100 + 6 * 10


@pytest.mark.parametrize(
    ("l0", "scale", "delta_femto"), [(0, 1.0, 5), (1, 0.0, 5), (1, -1.0, 5), (1, 1.0, 0), (1, 1.0, FEMTO)]
)
def test_a_threshold_needs_keys_noise_and_a_delta(l0: int, scale: float, delta_femto: int) -> None:
    with pytest.raises(ValueError, match=r"keys|positive"):
        threshold(Mechanism.GAUSSIAN, l0=l0, scale=scale, delta_femto=delta_femto)
