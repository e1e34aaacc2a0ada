"""Run every benchmark, or those named on the command line, each in a process of its own so that none warms another."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from benchmarks.rows import Row, show

MODULES = (
    "commands",
    "lifecycle",
    "auction",
    "invoice",
    "postgres",
    "growth",
    "replay",
    "permission",
    "withdrawal",
    "registrations",
    "uses",
    "metering",
    "verification",
    "ingest",
    "dp_job",
    "private_query",
    "utility",
    "query_decision",
    "knn_shapley",
    "spark",
    "owner_shapley",
    "sampled_shapley",
)


def main(wanted: list[str]) -> int:
    """Return 0 if every figure reached its bar, 1 if one did not."""
    unknown = set(wanted) - set(MODULES)
    if unknown:
        print(f"no benchmark `{', '.join(unknown)}`; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    failed = []
    for name in wanted or MODULES:
        print(f"… {name}", file=sys.stderr, flush=True)
        run = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, check=False)
        if run.returncode:
            failed.append(name)
            continue
        rows += msgspec.json.decode(run.stdout.splitlines()[-1], type=list[Row])
    show(rows)
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 0 if all(row.ok for row in rows) and not failed else 1


sys.exit(main(sys.argv[1:]))
