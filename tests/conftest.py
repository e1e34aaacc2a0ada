"""What several test rooms share: a PostgreSQL server of our own, and which tests run in one process of several."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from benchmarks.server import INSTALL, binaries, postgres
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/cli/test_demo.py": "the demo",
    "tests/docs/test_docs.py": "the demo",
    "tests/market/test_movements.py": "walks",
    "tests/market/test_refusals_reached.py": "walks",
    "tests/market/test_simulator.py": "walks",
}
"""Files whose tests share what is costly to make, and so run in one process; those of any other file run in one as well."""


class ByFile(LoadScopeScheduling):
    """Deals the files of tests, in their order, to processes that are free."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty PostgreSQL server; without one installed a failure in CI, elsewhere a skip."""
    if binaries() is None:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL is not installed: {INSTALL}")
        pytest.skip(f"PostgreSQL is not installed: {INSTALL}")
    with postgres() as url:
        yield url
