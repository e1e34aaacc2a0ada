"""Figures against peers, measured in the same run. `make bench` prints a table and writes build/bench.json."""
