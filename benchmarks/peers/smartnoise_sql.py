"""SmartNoise SQL. Runs in its own environment; see `benchmarks/peers/__init__.py`.

costs: CPU seconds, all threads, of one bounded COUNT and SUM by key, the table loaded into its SQLite before.
draws: noisy counts by key, many times.

It bounds the rows of a unit (`max_ids`), not groups and rows in each, and adds Laplace noise. Its Gaussian would be worse
by the factor 0.8·√(2 ln(1.25/δ)): it takes all of a unit's rows to be in one group; with this OpenDP it fails outright.
The key list is public, so no group is censored (`censor_dims`), and no budget goes into that.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings

import pandas as pd
import snsql

warnings.simplefilter("ignore")


def cpu_s():
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def reader_of(table, *, epsilon, delta, max_ids, bounds=None):
    value = {"value": {"type": "int", "lower": bounds[0], "upper": bounds[1]}} if bounds else {}
    columns = {"unit": {"type": "string", "private_id": True}, "key": {"type": "string"}, **value}
    about = {"max_ids": max_ids, "censor_dims": False, "clamp_counts": True, "rows": len(table), **columns}
    privacy = snsql.Privacy(epsilon=epsilon, delta=delta)
    return snsql.from_connection(table, privacy=privacy, metadata={"": {"S": {"T": about}}})


def costs(request):
    """epsilon is of each column here, so that COUNT and SUM get half of it each."""
    table = pd.read_csv(request["file"])
    bounds = request["lower"], request["upper"]
    reader = reader_of(
        table,
        epsilon=request["epsilon"] / 2,
        delta=request["delta"] / 2,
        max_ids=request["bounds"]["rows"],
        bounds=bounds,
    )
    del table
    spent = []
    for _ in range(request["times"]):
        started = cpu_s()
        out = reader.execute("SELECT key, COUNT(*) AS n, SUM(value) AS s FROM S.T GROUP BY key")
        spent.append(cpu_s() - started)
        assert len(out) == len(request["keys"]) + 1
    return {"cpu_s": spent}


def draws(request):
    """What `execute` does after parsing, step by step, since it searches for the scale of the noise in every call.

    The rows of a unit are sampled anew in every tenth run alone: that takes nearly all of the rest.
    """
    answers = []
    for each in request["questions"]:
        table = pd.read_csv(each["file"], dtype={"unit": str, "key": str})
        reader = reader_of(table, epsilon=each["epsilon"], delta=each["delta"], max_ids=each["bounds"]["rows"])
        sql = "SELECT key, COUNT(*) AS n FROM S.T GROUP BY key"
        sampled, _ = reader._rewrite(sql)
        names = [symbol.name for symbol in sampled._select_symbols]
        at, mechanism = next(pair for pair in enumerate(reader._get_mechanisms(sampled)) if pair[1])
        counts = []
        for nth in range(each["times"]):
            if nth % 10 == 0:
                exact = {row[names.index("key")]: row[at] for row in reader.reader._execute_ast(sampled)[1:]}
            noisy = mechanism.release([float(exact.get(key, 0)) for key in each["keys"]])
            counts.append([max(0, int(value)) for value in noisy])
        answers.append({"mechanism": "Laplace", "scale": mechanism.scale, "counts": counts})
    return {"answers": answers}


request = json.load(sys.stdin)
print(json.dumps({"costs": costs, "draws": draws}[request["task"]](request)))
