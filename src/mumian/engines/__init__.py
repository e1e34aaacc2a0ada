"""Floor 1: where a plan runs. DuckDB reads and profiles files; kernels over clustered integer arrays bound and add."""
