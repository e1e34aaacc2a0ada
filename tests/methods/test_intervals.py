"""Intervals of derived figures hold the exact figure at least as often as they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import exp, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.intervals import Interval, Noisy, combination, ratio, sample_variance, variance
from mumian.methods.mechanisms import Mechanism, noise_width, outside_of

RUNS = 4000
PERMILLE = 900

VALUES = [((7 * n) % 61) - 30 for n in range(150)]
"""A column of 150 rows between -30 and 30 about the public centre 0."""

N, S, Q = len(VALUES), sum(VALUES), sum(v * v for v in VALUES)

Figure = Callable[[Sequence[Noisy]], Interval | None]
"""(squares, sum, count) → the interval of a figure."""

FIGURES: dict[str, tuple[Figure, Fraction]] = {
    "average": (lambda qsn: ratio(*qsn[1:], confidence_permille=PERMILLE), Fraction(S, N)),
    "variance": (lambda qsn: variance(*qsn, confidence_permille=PERMILLE), Fraction(Q, N) - Fraction(S, N) ** 2),
    "sample variance": (
        lambda qsn: sample_variance(*qsn, confidence_permille=PERMILLE),
        (Q - Fraction(S * S, N)) / (N - 1),
    ),
    "difference": (
        lambda qsn: combination([(1, qsn[1]), (-9, qsn[2])], constant=17, confidence_permille=PERMILLE),
        Fraction(S - 9 * N + 17),
    ),
    "sum in another unit": (
        lambda qsn: combination([(Fraction(1, 60), qsn[1])], confidence_permille=PERMILLE),
        Fraction(S, 60),
    ),
}


def seeded_noise(rng: Random, mechanism: Mechanism, scale: float) -> list[int]:
    """The definition, over all integers that matter, drawn from a seed."""
    reach = range(-int(40 * scale), int(40 * scale) + 1)
    if mechanism is Mechanism.LAPLACE:
        return rng.choices(reach, [exp(-abs(x) / scale) for x in reach], k=RUNS)
    return rng.choices(reach, [exp(-(x**2) / (2 * scale**2)) for x in reach], k=RUNS)


@pytest.mark.parametrize("mechanism", list(Mechanism))
@pytest.mark.parametrize("figure", FIGURES)
def test_of_4000_noisy_answers_at_least_the_stated_share_is_covered(figure: str, mechanism: Mechanism) -> None:
    """A sum alone has the exact width, no wider: three standard errors are left to its draw, none to the others'."""
    build, exact = FIGURES[figure]
    rng, scales = Random(f"{figure} {mechanism}"), (3000.0, 100.0, 4.0)
    drawn = [seeded_noise(rng, mechanism, scale) for scale in scales]
    covered = 0
    for noise in zip(*drawn, strict=True):
        parts = [
            Noisy(value=value + more, scale=scale, mechanism=mechanism)
            for value, more, scale in zip((Q, S, N), noise, scales, strict=True)
        ]
        found = build(parts)
        assert found is not None
        assert found.low <= found.value <= found.high
        covered += found.low <= exact <= found.high
    spare = 3 * sqrt(RUNS * 0.9 * 0.1) if figure == "sum in another unit" else 0
    assert covered >= RUNS * PERMILLE / 1000 - spare


PARTS = st.builds(
    Noisy,
    value=st.integers(-500, 500),
    scale=st.sampled_from([0.0, 0.4, 2.0, 30.0]),
    mechanism=st.sampled_from(list(Mechanism)),
)


def corners(parts: list[Noisy], permille: int) -> list[range]:
    noisy = sum(part.scale > 0 for part in parts)
    widths = [
        noise_width(part.mechanism, scale=part.scale, outside=outside_of(permille) / max(1, noisy)) for part in parts
    ]
    return [
        range(part.value - width, part.value + width + 1, max(1, width // 3))
        for part, width in zip(parts, widths, strict=True)
    ]


@given(PARTS, PARTS)
def test_a_ratio_spans_every_point_of_its_box_and_is_none_if_the_denominator_may_be_zero(a: Noisy, b: Noisy) -> None:
    found = ratio(a, b, confidence_permille=950)
    tops, bottoms = corners([a, b], 950)
    if bottoms[0] <= 0 <= bottoms[-1] or bottoms.start <= 0 < bottoms.stop:
        assert found is None
        return
    assert found is not None
    assert all(found.low <= Fraction(top, bottom) <= found.high for top, bottom in product(tops, bottoms))


@given(
    st.builds(Noisy, value=st.integers(0, 9000), scale=st.sampled_from([0.0, 5.0, 200.0])),
    st.builds(Noisy, value=st.integers(-900, 900), scale=st.sampled_from([0.0, 2.0, 40.0])),
    st.builds(Noisy, value=st.integers(-3, 90), scale=st.sampled_from([0.0, 0.6, 5.0])),
)
def test_a_variance_spans_every_point_of_its_box(squares: Noisy, total: Noisy, count: Noisy) -> None:
    found = variance(squares, total, count, confidence_permille=950)
    qs, ss, ns = corners([squares, total, count], 950)
    if ns.start <= 0:
        assert found is None
        return
    assert found is not None
    for q, s, n in product(qs, ss, ns):
        assert found.low <= max(Fraction(0), Fraction(q, n) - Fraction(s, n) ** 2) <= found.high
    sample = sample_variance(squares, total, count, confidence_permille=950)
    assert (sample is None) == (ns.start <= 1)
    for q, s, n in product(qs, ss, ns) if sample else ():
        assert sample is not None
        assert sample.low <= max(Fraction(0), (q - Fraction(s * s, n)) / (n - 1)) <= sample.high


def test_a_variance_may_be_the_largest_between_the_ends_of_the_count() -> None:
    """Q/n - S²/n² with Q = 200, S² = 900 is 11.1 at n = 9, but 5.9 at 5 and 9.7 at 14."""
    count = Noisy(value=10, scale=2.0)
    found = variance(Noisy(value=200, scale=0.0), Noisy(value=-30, scale=0.0), count, confidence_permille=950)
    assert found is not None
    assert found.high == Fraction(200, 9) - Fraction(900, 81)
    width = noise_width(Mechanism.GAUSSIAN, scale=2.0, outside=outside_of(950))
    assert found.low == min(Fraction(200, n) - Fraction(900, n * n) for n in (10 - width, 10 + width))


def test_exact_parts_give_the_exact_figure() -> None:
    parts = [Noisy(value=value, scale=0.0) for value in (Q, S, N)]
    for build, exact in FIGURES.values():
        found = build(parts)
        assert found == Interval(value=exact, low=exact, high=exact)
        assert found is not None
        assert found.half_width == 0


def test_an_exact_denominator_leaves_the_whole_confidence_to_the_numerator() -> None:
    sum_of = Noisy(value=1000, scale=10.0)
    exact = ratio(sum_of, Noisy(value=50, scale=0.0), confidence_permille=950)
    assert exact is not None
    assert exact.half_width == Fraction(noise_width(Mechanism.GAUSSIAN, scale=10.0, outside=outside_of(950)), 50)


def test_independent_gaussians_add_up_to_less_than_the_sum_of_their_widths() -> None:
    terms = [(1, Noisy(value=0, scale=100.0)) for _ in range(12)]
    together = combination(terms, confidence_permille=950).half_width
    apart = 12 * noise_width(Mechanism.GAUSSIAN, scale=100.0, outside=outside_of(950) / 12)
    assert together < Fraction(apart, 4)


def test_no_terms_are_the_constant() -> None:
    assert combination([], constant=5, confidence_permille=950) == Interval(
        value=Fraction(5), low=Fraction(5), high=Fraction(5)
    )


@pytest.mark.parametrize("permille", [0, 1000])
def test_an_interval_needs_a_confidence_between_none_and_all(permille: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        ratio(Noisy(value=1, scale=1.0), Noisy(value=9, scale=1.0), confidence_permille=permille)
