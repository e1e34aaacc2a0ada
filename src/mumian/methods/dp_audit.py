"""An empirical test of a privacy claim: what many runs on two neighbouring tables show the loss to be at least.

No run can prove a claim; it can refute one. An event (a threshold, a set of cells of a histogram) is picked on half of the
runs; on the other half its probability under either table gets exact bounds; from them follows a lower bound on the loss
that is too high with at most the stated probability, whatever event was picked.

At a small epsilon the events that tell a Gaussian's (ε, δ) apart are too rare to be seen often, so the zCDP loss is bounded
as well: no event may tell more than rho, common ones included, and that sees half the noise missing within some thousand runs.

Source: Jagielski, Ullman & Oprea 2020, Auditing Differentially Private Machine Learning (bounds on ε from
Clopper-Pearson); Ding et al. 2018, Detecting Violations of Differential Privacy (events picked on runs of their own);
Gilbert & McMillan 2018, Property Testing for Differential Privacy (what no test can see).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import inf, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Sampler = Callable[[int], Sequence[int]]
"""(runs) → one integer a run: the answer, or a statistic of it that tells the two tables apart, all runs independent."""

Integers = npt.NDArray[np.int64]

CUTS = 129
"""Quantiles of all answers that are tried as thresholds."""

CELLS_MAX = 4096
"""Different answers up to which sets of them are tried."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What the runs show. epsilon, rho: lower bounds, each too high with a chance of at most 1 - confidence.

    epsilon: given delta, of (ε, δ)-DP. rho: of zCDP, dimensionless. runs: on each table.
    """

    epsilon: float
    rho: float
    runs: int


Event = Callable[[Integers], npt.NDArray[np.bool_]]
"""Which of some answers are in the event."""


class Tried(NamedTuple):
    """An event and how often it came in the first halves."""

    event: Event
    hits_first: int
    hits_second: int


def audit(one: Sampler, other: Sampler, *, runs: int, delta: float, confidence_permille: int = 999) -> Audit:
    """Return lower bounds on the privacy loss between two neighbouring tables.

    Args:
        one, other: samplers on the two tables.
        runs: on each table; half of them to pick events, half to measure; ≥ 200, better ≥ 20,000.
        delta: of the claim, for epsilon; within [0, 1).
        confidence_permille: of each bound; 1 to 999.
    Raises: ValueError: an argument is out of range, or a sampler gives another number of answers.
    """
    if runs < 200 or not 0 <= delta < 1 or not 1 <= confidence_permille <= 999:
        raise ValueError(f"`{runs}` runs (at least 200), delta `{delta}`, confidence `{confidence_permille}` permille")
    drawn = [np.asarray(sampler(runs), np.int64) for sampler in (one, other)]
    if any(each.shape != (runs,) for each in drawn):
        raise ValueError(f"`{[each.shape for each in drawn]}` answers for `{runs}` runs")
    half = runs // 2
    picking, measuring = [each[:half] for each in drawn], [each[half:] for each in drawn]
    miss = (1000 - confidence_permille) / 2000  # of each of the two probabilities
    bounds = [
        _measured(loss, picking, measuring, miss=miss) for loss in (lambda p, q: _epsilon(p, q, delta=delta), _rho)
    ]
    return Audit(epsilon=bounds[0], rho=bounds[1], runs=runs)


Loss = Callable[[float, float], float]
"""(probability of an event on one table, at least; on the other, at most) → loss that this alone shows."""


def _measured(loss: Loss, picking: Sequence[Integers], measuring: Sequence[Integers], *, miss: float) -> float:
    """Return the loss shown by the event that looks best on the first half, measured on the second; ≥ 0."""
    best, found = -inf, None
    for first, second in ((0, 1), (1, 0)):
        for tried in _events(picking[first], picking[second]):
            seen = loss(
                _roughly(tried.hits_first, len(picking[first]), side=-1),
                _roughly(tried.hits_second, len(picking[second]), side=1),
            )
            if seen > best:
                best, found = seen, (tried.event, measuring[first], measuring[second])
    if found is None:
        return 0.0
    event, on_first, on_second = found
    at_least, _ = clopper_pearson(int(event(on_first).sum()), len(on_first), miss=miss)
    _, at_most = clopper_pearson(int(event(on_second).sum()), len(on_second), miss=miss)
    return max(0.0, loss(at_least, at_most))


def _epsilon(p: float, q: float, *, delta: float) -> float:
    """Return ε with p = e^ε q + δ: any smaller one is refuted. Source: Kairouz, Oh & Viswanath 2015 (privacy as a test of hypotheses)."""
    return log((p - delta) / q) if p > delta and q > 0 else 0.0


def _rho(p: float, q: float) -> float:
    """Return the Kullback-Leibler divergence of two coins if p > q, which zCDP keeps to rho at order α → 1.

    Source: Bun & Steinke 2016, Definition 1.1 and Lemma 2.2 (post-processing: an event is a coin).
    """
    if not 0 < q < p:
        return 0.0
    rest = (1 - p) * log((1 - p) / (1 - q)) if p < 1 else 0.0
    return p * log(p / q) + rest


def _roughly(hits: int, runs: int, *, side: int) -> float:
    """Return a probability three standard errors to one side (Agresti & Coull 1998): for picking only."""
    centre = (hits + 2) / (runs + 4)
    return min(1.0, max(0.0, centre + side * 3 * sqrt(centre * (1 - centre) / (runs + 4))))


def _events(first: Integers, second: Integers) -> Iterator[Tried]:
    """Yield thresholds either way at quantiles of all answers, then the cells likelier on the first table, best first."""
    one, other = np.sort(first), np.sort(second)
    for cut in np.unique(np.quantile(np.concatenate([one, other]), np.linspace(0, 1, CUTS), method="lower")):
        below = [int(np.searchsorted(each, cut)) for each in (one, other)]
        yield Tried(partial(np.less, cut), len(one) - _upto(one, cut), len(other) - _upto(other, cut))
        yield Tried(partial(np.greater, cut), below[0], below[1])
    yield from _histograms(first, second)


def _upto(rising: Integers, cut: np.int64) -> int:
    return int(np.searchsorted(rising, cut, side="right"))


def _histograms(first: Integers, second: Integers) -> Iterator[Tried]:
    """Yield the sets of the m answers that are likeliest on the first table against the second, for rising m."""
    values, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    if len(values) > CELLS_MAX:
        return  # each answer is rare: thresholds say more
    counts = [np.bincount(part, minlength=len(values)) for part in (places[: len(first)], places[len(first) :])]
    order = np.argsort(-(counts[0] + 1) / (counts[1] + 1), kind="stable")
    hits = [np.cumsum(each[order]).tolist() for each in counts]
    for many in range(1, len(values)):
        yield Tried(partial(np.isin, test_elements=values[order[:many]]), hits[0][many - 1], hits[1][many - 1])


def clopper_pearson(hits: int, runs: int, *, miss: float) -> tuple[float, float]:
    """Return bounds of a probability of which `hits` of `runs` were seen; each fails with a chance of at most `miss`.

    Source: Clopper & Pearson 1934: the p at which so many hits or more, or so many or fewer, have probability `miss`.
    """
    low = 0.0 if hits == 0 else _where(lambda p: _at_least(hits, runs, p) <= miss, rising=False)
    high = 1.0 if hits == runs else _where(lambda p: 1 - _at_least(hits + 1, runs, p) <= miss, rising=True)
    return low, high


def _where(holds: Callable[[float], bool], *, rising: bool) -> float:
    """Return the edge of where `holds`, on its safe side: it holds up to there, or from there on if `rising`."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) is not rising else (low, middle)
    return high if rising else low


def _at_least(hits: int, runs: int, p: float) -> float:
    """Return P[Binomial(runs, p) ≥ hits], added up exactly; 1 ≤ hits ≤ runs, 0 < p < 1."""
    k = np.arange(hits, runs + 1)
    logs = _log_choose(runs)[hits:] + k * log(p) + (runs - k) * np.log1p(-p)
    return min(1.0, float(np.exp(logs).sum()))


@lru_cache(maxsize=8)
def _log_choose(runs: int) -> npt.NDArray[np.float64]:
    """Return ln C(runs, k) for k = 0 … runs."""
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, runs + 1)))])
    choose: npt.NDArray[np.float64] = factorials[-1] - factorials - factorials[::-1]
    return choose
