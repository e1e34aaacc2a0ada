"""The homes of town and register are made once; each test works on a copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from registry import Registry, make_registry
from town import Town, copy_home, make_home


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("domains")
    make_home(home)
    return home


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Town:
    return Town(copy_home(template, tmp_path / "home"))


@pytest.fixture(scope="session")
def registry_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("registry") / "bureau"
    make_registry(home)
    return home


@pytest.fixture
def registry(registry_home: Path, tmp_path: Path) -> Registry:
    return Registry(copy_home(registry_home, tmp_path / "bureau"))
