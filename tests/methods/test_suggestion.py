"""What is suggested suffices, one nano-rho less does not, and the release is as precise as was promised."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.intervals import Noisy, ratio
from mumian.methods.mechanisms import Mechanism, half_width_of, noise_of
from mumian.methods.suggestion import Suggestion, scale_of, suggest, suggest_ratio

BOUNDS = st.tuples(st.integers(1, 40), st.integers(1, 5), st.sampled_from([1, 90, 10_000]))


@settings(max_examples=25, deadline=None)
@given(BOUNDS, st.integers(1, 5000), st.integers(1, 3))
def test_the_suggested_budget_gives_the_precision_and_less_does_not(
    bounds: tuple[int, int, int], half_width: int, measures: int
) -> None:
    l0, linf_rows, row = bounds
    found = suggest(half_width=half_width, l0=l0, linf_rows=linf_rows, row=row, measures=measures)
    assert [s.rho_nano for s in found] == sorted(s.rho_nano for s in found)
    for suggestion in found:
        each = suggestion.rho_nano // measures
        assert suggestion.half_width <= half_width
        for rho_nano, enough in ((each, True), (each - 1, False)):
            if rho_nano == 0:
                continue
            scale = scale_of(suggestion.mechanism, l0=l0, step=linf_rows * row, rho_nano=rho_nano)
            width = half_width_of(suggestion.mechanism, scale=scale, confidence_permille=950)
            assert (width <= half_width) is enough


@pytest.mark.parametrize(
    ("half_width", "l0", "linf_rows", "row", "cheaper"),
    [
        (1, 1, 1, 1, Mechanism.GAUSSIAN),
        (14, 12, 2, 1, Mechanism.GAUSSIAN),
        (1200, 12, 2, 90, Mechanism.GAUSSIAN),
    ],
)
def test_where_loss_is_booked_as_rho_gauss_is_the_cheaper(
    half_width: int, l0: int, linf_rows: int, row: int, cheaper: Mechanism
) -> None:
    best, other = suggest(half_width=half_width, l0=l0, linf_rows=linf_rows, row=row)
    assert best.mechanism is cheaper
    assert best.rho_nano < other.rho_nano


@settings(max_examples=10, deadline=None)
@given(BOUNDS, st.integers(200, 3000))
def test_an_average_of_a_guessed_group_is_as_precise_as_was_asked(bounds: tuple[int, int, int], rows: int) -> None:
    l0, linf_rows, row = bounds
    wanted = Fraction(row, 7)
    found = suggest_ratio(
        half_width=wanted, numerator=rows * row // 2, denominator=rows, l0=l0, linf_rows=linf_rows, row=row
    )
    assert {suggestion.mechanism for suggestion in found} == set(Mechanism)
    for suggestion in found:
        top, bottom = (
            Noisy(
                value=value,
                scale=scale_of(suggestion.mechanism, l0=l0, step=step, rho_nano=suggestion.rho_nano // 2),
                mechanism=suggestion.mechanism,
            )
            for value, step in ((rows * row // 2, linf_rows * row), (rows, linf_rows))
        )
        reached = ratio(top, bottom, confidence_permille=950)
        assert reached is not None
        assert reached.half_width == suggestion.half_width <= wanted


def test_drawn_noise_stays_within_what_was_suggested() -> None:
    for suggestion in suggest(half_width=9, l0=4, linf_rows=1, row=1):
        scale = scale_of(suggestion.mechanism, l0=4, step=1, rho_nano=suggestion.rho_nano)
        drawn = noise_of(suggestion.mechanism)([0] * 10_000, scale)
        assert sum(abs(x) <= 9 for x in drawn) > 9500 - 6 * 22


def test_a_precision_that_no_noise_allows_has_no_suggestion() -> None:
    """Not even without noise is a group's guess of 0 rows an average; a budget of a million rho is not offered either."""
    asked = {"numerator": 10, "denominator": 3, "l0": 10**6, "linf_rows": 10**3, "row": 10**6}
    assert suggest_ratio(half_width=Fraction(1, 10**9), **asked) == ()


@pytest.mark.parametrize("wrong", ["half_width", "l0", "linf_rows", "row", "measures"])
def test_a_suggestion_needs_bounds(wrong: str) -> None:
    asked = {"half_width": 5, "l0": 1, "linf_rows": 1, "row": 1, "measures": 1} | {wrong: 0}
    with pytest.raises(ValueError, match="at least 1"):
        suggest(**asked)


def test_a_suggested_average_needs_rows() -> None:
    with pytest.raises(ValueError, match="positive"):
        suggest_ratio(half_width=Fraction(1), numerator=1, denominator=0, l0=1, linf_rows=1, row=1)


def test_a_suggestion_is_a_plain_value() -> None:
    assert Suggestion(mechanism=Mechanism.LAPLACE, rho_nano=1, half_width=Fraction(2)).half_width == 2
