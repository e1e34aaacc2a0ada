"""The audit never accuses who keeps the claim, and catches who halves the noise or releases twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import comb, log
from random import Random

import numpy as np
import pytest

from mumian.methods.calibration import calibrations
from mumian.methods.dp import NANO
from mumian.methods.dp_audit import Sampler, audit, clopper_pearson
from mumian.methods.mechanisms import Mechanism, noise_of

RUNS = 20_000
DELTA = 1e-6


def released(mechanism: Mechanism, *, scale: float, exact: Sequence[int], times: int = 1) -> Sampler:
    """A release of the values `exact`, each with its own noise, `times` times; of one run the sum of all is returned."""

    def draw(runs: int) -> list[int]:
        values = list(exact) * (times * runs)
        noisy = np.array(noise_of(mechanism)(values, scale))
        return noisy.reshape(runs, times * len(exact)).sum(axis=1).tolist()

    return draw


def claim(mechanism: Mechanism, *, l0: int, epsilon: float) -> tuple[float, float]:
    """Return the scale that the claim of `epsilon` needs and the rho that goes with it."""
    both = calibrations(l0=l0, linf_rows=1, row=1, epsilon=epsilon, delta=DELTA)
    found = next(each for each in both if each.mechanism is mechanism)
    return found.scale, found.rho_nano / NANO


CLAIMS = [*product(Mechanism, (1, 2), (1.0, 3.0))]


@pytest.mark.parametrize(("mechanism", "l0", "epsilon"), CLAIMS)
def test_noise_of_the_claimed_scale_is_never_accused(mechanism: Mechanism, l0: int, epsilon: float) -> None:
    scale, rho = claim(mechanism, l0=l0, epsilon=epsilon)
    without, with_one = (released(mechanism, scale=scale, exact=[50 + n] * l0) for n in (0, 1))
    found = audit(without, with_one, runs=RUNS, delta=DELTA)
    assert found.epsilon <= epsilon
    assert 0 < found.rho <= rho


@pytest.mark.parametrize(("mechanism", "l0", "epsilon"), CLAIMS)
def test_half_the_noise_is_caught(mechanism: Mechanism, l0: int, epsilon: float) -> None:
    scale, rho = claim(mechanism, l0=l0, epsilon=epsilon)
    without, with_one = (released(mechanism, scale=scale / 2, exact=[50 + n] * l0) for n in (0, 1))
    found = audit(without, with_one, runs=RUNS, delta=DELTA)
    assert found.rho > rho


@pytest.mark.parametrize(("mechanism", "epsilon"), [(Mechanism.LAPLACE, 1.0), (Mechanism.LAPLACE, 3.0)])
def test_half_the_noise_shows_a_larger_epsilon(mechanism: Mechanism, epsilon: float) -> None:
    scale, _ = claim(mechanism, l0=1, epsilon=epsilon)
    without, with_one = (released(mechanism, scale=scale / 2, exact=[50 + n]) for n in (0, 1))
    found = audit(without, with_one, runs=RUNS, delta=DELTA)
    assert epsilon < found.epsilon <= 2 * epsilon


def test_half_of_a_gaussians_noise_shows_a_larger_epsilon_where_runs_suffice() -> None:
    """At ε = 1 and δ = 10^-6 the events that would show it come too seldom in so many runs; at δ = 1 % they are common."""
    both = calibrations(l0=1, linf_rows=1, row=1, epsilon=1.0, delta=0.01)
    scale = next(each.scale for each in both if each.mechanism is Mechanism.GAUSSIAN)
    honest, halved = (
        audit(*(released(Mechanism.GAUSSIAN, scale=scale / by, exact=[n]) for n in (0, 1)), runs=RUNS, delta=0.01)
        for by in (1, 2)
    )
    assert honest.epsilon <= 1.0 < halved.epsilon


@pytest.mark.parametrize("mechanism", list(Mechanism))
def test_a_second_release_with_noise_of_its_own_is_caught(mechanism: Mechanism) -> None:
    scale, rho = claim(mechanism, l0=1, epsilon=4.0)
    without, with_one = (released(mechanism, scale=scale, exact=[50 + n], times=2) for n in (0, 1))
    found = audit(without, with_one, runs=2 * RUNS, delta=DELTA)
    assert found.rho > rho


def test_the_same_answer_again_is_no_second_release() -> None:
    scale, rho = claim(Mechanism.GAUSSIAN, l0=1, epsilon=4.0)
    once = [released(Mechanism.GAUSSIAN, scale=scale, exact=[50 + n]) for n in (0, 1)]
    twice: list[Sampler] = [lambda runs, draw=draw: [2 * answer for answer in draw(runs)] for draw in once]  # type: ignore[misc]
    found = audit(twice[0], twice[1], runs=2 * RUNS, delta=DELTA)
    assert found.rho <= rho
    assert found.epsilon <= 4.0


def test_a_leak_that_no_threshold_sees_is_found_by_its_cells() -> None:
    """The two tables differ in the answer's parity alone."""

    def draw(parity: int) -> Sampler:
        rng = Random(parity)
        return lambda runs: [
            2 * rng.randrange(300) + (parity if rng.random() < 0.9 else 1 - parity) for _ in range(runs)
        ]

    found = audit(draw(0), draw(1), runs=RUNS, delta=0.0)
    assert 1.5 < found.epsilon <= log(9)
    assert found.rho > 1


def test_the_bound_is_that_of_the_second_halves_alone() -> None:
    """Ones on either table: 400 and 50 of the first 500 runs, 390 and 60 of the second."""
    drawn = [[int(n < ones) for ones in halves for n in range(500)] for halves in ((400, 390), (50, 60))]
    found = audit(lambda _: drawn[0], lambda _: drawn[1], runs=1000, delta=0.001, confidence_permille=990)
    at_least, at_most = clopper_pearson(390, 500, miss=0.005)[0], clopper_pearson(60, 500, miss=0.005)[1]
    assert found.epsilon == pytest.approx(log((at_least - 0.001) / at_most))
    assert found.rho == pytest.approx(
        at_least * log(at_least / at_most) + (1 - at_least) * log((1 - at_least) / (1 - at_most))
    )


@pytest.mark.parametrize("swapped", [False, True])
def test_a_leak_of_one_table_is_found_from_either_side(swapped: bool) -> None:
    """Only the second table ever answers 7: seen from the first, no answer is more than twice as likely."""
    rng = Random(3)
    samplers: list[Sampler] = [lambda runs: [0] * runs, lambda runs: rng.choices([0, 7], k=runs)]
    one, other = reversed(samplers) if swapped else samplers
    assert audit(one, other, runs=2_000, delta=0.0).epsilon > 4


def test_an_answer_without_noise_has_no_bounded_loss() -> None:
    found = audit(lambda runs: [7] * runs, lambda runs: [8] * runs, runs=2_000, delta=0.0)
    assert found.epsilon > 4
    assert found.rho > 4


def test_two_equal_samplers_show_next_to_nothing() -> None:
    rng = Random(11)

    def same(runs: int) -> list[int]:
        return [rng.randrange(1000) for _ in range(runs)]

    found = audit(same, same, runs=RUNS, delta=0.0)
    assert found.epsilon == 0
    assert found.rho < 1e-3


def test_of_many_audits_at_a_low_confidence_no_more_than_the_rest_are_wrong() -> None:
    """Randomised response of exactly ε = 1 under seeds: at 800 permille at most 80 of 400 bounds may lie above."""
    rng, wrong = np.random.default_rng(4), 0
    truth = np.exp(1) / (1 + np.exp(1))

    def says_yes(chance: float) -> Sampler:
        return lambda runs: (rng.random(runs) < chance).astype(int).tolist()

    for _ in range(400):
        found = audit(says_yes(truth), says_yes(1 - truth), runs=400, delta=0.0, confidence_permille=800)
        wrong += found.epsilon > 1
    assert 0 < wrong <= 80


def slow_at_least(hits: int, runs: int, p: float) -> float:
    return sum(comb(runs, k) * p**k * (1 - p) ** (runs - k) for k in range(hits, runs + 1))


@pytest.mark.parametrize(("hits", "runs"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 200), (199, 200)])
@pytest.mark.parametrize("miss", [0.025, 0.0005])
def test_bounds_of_a_probability_are_those_of_the_exact_binomial(hits: int, runs: int, miss: float) -> None:
    low, high = clopper_pearson(hits, runs, miss=miss)
    if hits:
        assert slow_at_least(hits, runs, low) == pytest.approx(miss, rel=1e-6)
    if hits < runs:
        assert 1 - slow_at_least(hits + 1, runs, high) == pytest.approx(miss, rel=1e-6)
    assert (low == 0) is (hits == 0)
    assert (high == 1) is (hits == runs)


def test_known_bounds() -> None:
    """No hit in n runs: 1 - miss^(1/n), the rule of three; 8 of 20 at 95 %: 0.1912 to 0.6395 (Clopper & Pearson)."""
    assert clopper_pearson(0, 1000, miss=0.05)[1] == pytest.approx(1 - 0.05**0.001)
    assert clopper_pearson(8, 20, miss=0.025) == pytest.approx((0.1912, 0.6395), abs=1e-4)


def test_a_hundred_thousand_runs_are_added_up_without_losing_digits() -> None:
    low, high = clopper_pearson(50_000, 100_000, miss=0.025)
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.0015811 - 5e-6, 0.5 + 1.96 * 0.0015811 + 5e-6), abs=2e-6)


@pytest.mark.parametrize(
    ("runs", "delta", "confidence"), [(100, 0.0, 950), (400, 1.0, 950), (400, -0.1, 950), (400, 0.0, 1000)]
)
def test_an_audit_needs_runs_a_delta_and_a_confidence(runs: int, delta: float, confidence: int) -> None:
    with pytest.raises(ValueError, match="runs"):
        audit(lambda n: [0] * n, lambda n: [0] * n, runs=runs, delta=delta, confidence_permille=confidence)


def test_a_sampler_that_gives_fewer_answers_is_an_error() -> None:
    with pytest.raises(ValueError, match="answers for"):
        audit(lambda n: [0] * (n - 1), lambda n: [0] * n, runs=400, delta=0.0)
