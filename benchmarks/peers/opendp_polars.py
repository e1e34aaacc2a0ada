"""OpenDP with polars. Runs in its own environment; see `benchmarks/peers/__init__.py`.

costs: CPU seconds, all threads, of one bounded COUNT and SUM by key with Gaussian noise, the table loaded before.
draws: noisy counts by key, many times, with whichever of its two mechanisms has the smaller error.

The key list is public, so it is joined to (`with_keys`). Of `truncate_num_groups` in 0.16.0: `keep="sample"` fails for one
grouping column (two columns of one name), and the others keep one group fewer than asked for, with the noise of as many as
asked for. What it costs is measured with it. Errors are measured without: where a unit may touch all groups, the margin
says how many there are; where it may touch one, its rows are bounded in all.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from math import pi, sqrt

import opendp.prelude as dp
import polars as pl
from opendp.accuracy import summarize_polars_measurement

dp.enable_features("contrib")
warnings.simplefilter("ignore")


def cpu_s():
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def rho_of(epsilon, delta):
    """Return the largest zCDP loss that the library itself shows to be (epsilon, delta)-DP."""
    space = dp.atom_domain(T=int), dp.absolute_distance(T=int)

    def epsilon_of(scale):
        return dp.c.make_zCDP_to_approxDP(dp.m.make_gaussian(*space, scale=scale)).map(1).epsilon(delta)

    low, high = 1e-3, 1e4
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if epsilon_of(middle) <= epsilon else (middle, high)
    return 1 / (2 * high**2)


def query(table, loss, bounds, keys, *aggregates):
    """Return the query and nothing run yet. bounds: l0 groups, linf_rows rows in each, rows in all; 0: not bounded so."""
    l0, linf_rows, rows = bounds["l0"], bounds["linf_rows"], bounds["rows"]
    if l0 == 1:
        l0, rows = 0, linf_rows
    context = dp.Context.compositor(
        data=table.lazy(),
        privacy_unit=dp.unit_of(contributions=1, identifier=pl.col("unit")),
        privacy_loss=loss,
        split_evenly_over=1,
        margins=[dp.polars.Margin(by=["key"], max_length=len(table), max_groups=len(keys))],
    )
    asked = context.query()
    if rows:
        asked = asked.truncate_per_group(rows)
    if l0:
        if l0 < len(keys):
            asked = asked.truncate_num_groups(l0, by=["key"], keep="first")
        asked = asked.truncate_per_group(linf_rows, by=["key"])
    return asked.group_by("key").agg(*aggregates).with_keys(pl.DataFrame({"key": keys}))


def costs(request):
    table = pl.read_parquet(request["file"])
    low, high = request["lower"], request["upper"]
    loss = dp.loss_of(rho=rho_of(request["epsilon"], request["delta"]))
    spent = []
    for _ in range(request["times"]):
        started = cpu_s()
        total = pl.col("value").cast(int).fill_null(0).dp.sum((low, high))
        out = query(table, loss, request["bounds"], request["keys"], dp.len(), total).release().collect()
        spent.append(cpu_s() - started)
        assert len(out) == len(request["keys"])
    return {"cpu_s": spent}


def draws(request):
    """The measurement is made once and invoked many times: what an invocation draws does not depend on that."""
    answers = []
    for each in request["questions"]:
        table = pl.read_csv(each["file"], schema_overrides={"unit": pl.String, "key": pl.String})
        options = []
        for name, loss in (
            ("Laplace", dp.loss_of(epsilon=each["epsilon"])),
            ("Gaussian", dp.loss_of(rho=rho_of(each["epsilon"], each["delta"]))),
        ):
            made = query(table, loss, each["bounds"], each["keys"], dp.len()).resolve()
            scale = summarize_polars_measurement(made)["scale"][0]
            options.append((scale if name == "Laplace" else scale * sqrt(2 / pi), name, scale, made))
        _, name, scale, made = min(options, key=lambda option: option[0])
        order = {key: place for place, key in enumerate(each["keys"])}
        counts = []
        for _ in range(each["times"]):
            out = made(table.lazy()).collect()
            counts.append(
                [row[1] for row in sorted(out.select("key", "len").iter_rows(), key=lambda row: order[row[0]])]
            )
        answers.append({"mechanism": name, "scale": scale, "counts": counts})
    return {"answers": answers}


request = json.load(sys.stdin)
print(json.dumps({"costs": costs, "draws": draws}[request["task"]](request)))
