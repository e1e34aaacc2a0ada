"""Replay with full audit from an export: hashes, root, numbers, decisions, laws. Uses the market that `growth` left."""

from __future__ import annotations

import time

import msgspec

from benchmarks.load import FOLDER, SIGNER, Load
from benchmarks.rows import Row, at_least, at_most, peak_rss_mib
from mumian.journal.publish import ExportReader
from mumian.market.proofs import audit_folder


def main() -> list[Row]:
    log = FOLDER / "growth" / "log"
    if not (log / "checkpoint").is_file():
        load = Load("growth")
        while load.market.size < 100_000:
            load.mix(4_000)
        load.close()
    size = ExportReader(log).checkpoint().size
    started = time.perf_counter()
    found = audit_folder(log, SIGNER.verifier)
    seconds = time.perf_counter() - started
    if found.fault is not None:
        raise RuntimeError(f"the audit found {found.fault}")
    label = f"{size:,} leaves"
    return [
        at_least("replay with full audit", label, size / seconds, "leaves/s", 25_000),
        at_most("memory of the audit", label, peak_rss_mib(), "MiB", 1_024),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
