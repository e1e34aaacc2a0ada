"""What several test rooms share: a PostgreSQL server of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from benchmarks.server import INSTALL, binaries, postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty PostgreSQL server; without one installed a failure in CI, elsewhere a skip."""
    if binaries() is None:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL is not installed: {INSTALL}")
        pytest.skip(f"PostgreSQL is not installed: {INSTALL}")
    with postgres() as url:
        yield url
