"""pyDVL and shapiq. Runs in its own environment; see `benchmarks/peers/__init__.py`.

sampled: values of a game by each of their samplers at a budget of evaluations, for several seeds. shapiq counts the budget
itself; for pyDVL a coalition is counted once however often it is asked about. Group testing takes a number of samples: twice
the budget, since it repeats itself about so often.
exact: seconds of their exact methods on a game of some players.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
os.environ.setdefault("TQDM_DISABLE", "1")

from pydvl.utils.status import Status  # noqa: E402
from pydvl.valuation import ShapleyValuation  # noqa: E402
from pydvl.valuation.games import Game  # noqa: E402
from pydvl.valuation.methods.gt_shapley import GroupTestingShapleyValuation  # noqa: E402
from pydvl.valuation.samplers import (  # noqa: E402
    AntitheticOwenSampler,
    AntitheticPermutationSampler,
    AntitheticSampler,
    DeterministicUniformSampler,
    OwenSampler,
    PermutationSampler,
    UniformSampler,
)
from pydvl.valuation.samplers.owen import GridOwenStrategy, UniformOwenStrategy  # noqa: E402
from pydvl.valuation.samplers.powerset import RandomIndexIteration, SequentialIndexIteration  # noqa: E402
from pydvl.valuation.samplers.stratified import (  # noqa: E402
    ConstantSampleSize,
    HarmonicSampleSize,
    RandomSizeIteration,
    StratifiedPermutationSampler,
    StratifiedSampler,
)
from pydvl.valuation.samplers.truncation import RelativeTruncation  # noqa: E402
from pydvl.valuation.stopping import NoStopping, StoppingCriterion  # noqa: E402
from shapiq import ExactComputer, approximator  # noqa: E402


def worths_of(game):
    """Return the worth of rows of members (boolean)."""
    if game["kind"] == "table":
        table, bits = np.load(game["file"]), 1 << np.arange(game["n"], dtype=np.int64)
        return lambda rows: table[np.atleast_2d(rows).astype(np.int64) @ bits]
    weights = np.array(game["weights"], dtype=float)
    if game["kind"] == "airport":
        return lambda rows: (np.atleast_2d(rows) * weights).max(axis=1)
    return lambda rows: (np.atleast_2d(rows) @ weights >= game["quota"]).astype(float)


def shapiq_ways(n, seed):
    """Return every approximator that gives Shapley values, with and without pairs where it can."""
    a = approximator
    return {
        "KernelSHAP": lambda: a.KernelSHAP(n, random_state=seed),
        "KernelSHAP, paired": lambda: a.KernelSHAP(n, pairing_trick=True, random_state=seed),
        "kADD-SHAP 2, paired": lambda: a.kADDSHAP(n, max_order=2, pairing_trick=True, random_state=seed),
        "kADD-SHAP 3, paired": lambda: a.kADDSHAP(n, max_order=3, pairing_trick=True, random_state=seed),
        "unbiased KernelSHAP, paired": lambda: a.UnbiasedKernelSHAP(n, pairing_trick=True, random_state=seed),
        "SVARM": lambda: a.SVARM(n, random_state=seed),
        "SVARM, paired": lambda: a.SVARM(n, pairing_trick=True, random_state=seed),
        "SVARM-IQ (stratified)": lambda: a.SVARMIQ(n, max_order=1, index="SV", random_state=seed),
        "SVARM-IQ, paired": lambda: a.SVARMIQ(n, max_order=1, index="SV", pairing_trick=True, random_state=seed),
        "permutation": lambda: a.PermutationSamplingSV(n, random_state=seed),
        "stratified": lambda: a.StratifiedSamplingSV(n, random_state=seed),
        "Owen": lambda: a.OwenSamplingSV(n, n_anchor_points=10, random_state=seed),
        "ProxySPEX": lambda: a.ProxySPEX(n=n, index="SV", max_order=1, random_state=seed),
    }


class Asked(Game):
    """A game for pyDVL that remembers what it was asked."""

    def __init__(self, n, worths):
        super().__init__(n)
        self.worths, self.known = worths, {}

    def _score(self, X):  # noqa: N803  # pyDVL names it so
        members = frozenset(np.asarray(X, dtype=int).ravel().tolist())
        if members not in self.known:
            row = np.zeros((1, self.n_players), dtype=bool)
            row[0, list(members)] = True
            self.known[members] = float(self.worths(row)[0])
        return self.known[members]


class Budget(StoppingCriterion):
    """Stops once so many different coalitions were asked about."""

    def __init__(self, game, evaluations):
        super().__init__(modify_result=False)
        self.game, self.evaluations = game, evaluations

    def _check(self, result):  # noqa: ARG002  # it is asked so
        return Status.Converged if len(self.game.known) >= self.evaluations else Status.Pending

    def completion(self):
        return 0.0


def pydvl_ways(n, seed):
    return {
        "permutation": lambda: PermutationSampler(seed=seed),
        "permutation, antithetic": lambda: AntitheticPermutationSampler(seed=seed),
        "truncated Monte Carlo": lambda: PermutationSampler(RelativeTruncation(rtol=0.01), seed=seed),
        "permutation, stratified": lambda: StratifiedPermutationSampler(ConstantSampleSize(4), seed=seed),
        "uniform": lambda: UniformSampler(index_iteration=SequentialIndexIteration, seed=seed),
        "uniform, antithetic": lambda: AntitheticSampler(index_iteration=SequentialIndexIteration, seed=seed),
        "Owen": lambda: OwenSampler(
            UniformOwenStrategy(1, seed), 2, index_iteration=SequentialIndexIteration, seed=seed
        ),
        "Owen, antithetic": lambda: AntitheticOwenSampler(
            GridOwenStrategy(10), 2, index_iteration=RandomIndexIteration, seed=seed
        ),
        "stratified, constant": lambda: StratifiedSampler(
            ConstantSampleSize(4), RandomSizeIteration, index_iteration=SequentialIndexIteration, seed=seed
        ),
        "stratified, harmonic": lambda: StratifiedSampler(
            HarmonicSampleSize(4 * n), RandomSizeIteration, index_iteration=SequentialIndexIteration, seed=seed
        ),
        "group testing": None,
    }


def pydvl_values(name, way, game, evaluations, seed):
    if name == "group testing":
        valuation = GroupTestingShapleyValuation(game.u, 2 * evaluations, 0.01, progress=False, seed=seed)
    else:
        valuation = ShapleyValuation(game.u, way(), is_done=Budget(game, evaluations), progress=False)
    valuation.fit(game.data)
    result = valuation.result
    return [float(result.values[list(result.indices).index(player)]) for player in range(game.n_players)]


def give_up(*_):
    raise TimeoutError("no value in time")


def sampled(request):
    """One entry a way: values by seed, or what went wrong. A way that takes more than `seconds` gets fewer seeds."""
    game, n, evaluations = request["game"], request["game"]["n"], request["evaluations"]
    worths = worths_of(game)
    ways = [("shapiq", name) for name in shapiq_ways(n, 0)] + [("pyDVL", name) for name in pydvl_ways(n, 0)]
    answers = {}
    signal.signal(signal.SIGALRM, give_up)
    for peer, name in ways:
        values, asked, started = [], 0, time.perf_counter()
        signal.alarm(30 + request["seconds"])
        try:
            for seed in range(request["seeds"]):
                if peer == "shapiq":
                    found = shapiq_ways(n, seed)[name]().approximate(evaluations, worths)
                    values.append([float(found[(player,)]) for player in range(n)])
                else:
                    own = Asked(n, worths)
                    values.append(pydvl_values(name, pydvl_ways(n, seed)[name], own, evaluations, seed))
                    asked = len(own.known)
                if time.perf_counter() - started > request["seconds"]:
                    break
        except Exception as e:
            answers[f"{peer} {name}"] = {"values": values, "failed": repr(e)[:200], "asked": asked}
            continue
        answers[f"{peer} {name}"] = {"values": values, "asked": asked, "s": time.perf_counter() - started}
    signal.alarm(0)
    return answers


def exact(request):
    n, worths = request["game"]["n"], worths_of(request["game"])
    if request["peer"] == "shapiq":
        started = time.perf_counter()
        found = ExactComputer(worths, n_players=n)("SV", 1)
        return {"s": time.perf_counter() - started, "values": [float(found[(player,)]) for player in range(n)]}
    game, sampler = Asked(n, worths), DeterministicUniformSampler()
    started = time.perf_counter()
    valuation = ShapleyValuation(game.u, sampler, is_done=NoStopping(sampler), progress=False)
    valuation.fit(game.data)
    return {"s": time.perf_counter() - started, "values": valuation.result.values.tolist()}


request = json.load(sys.stdin)
print(json.dumps({"sampled": sampled, "exact": exact}[request["task"]](request)))
