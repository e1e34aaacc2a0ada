"""The eight factors by which data is graded (分级要素, GB/T 43697-2024; rule S18-FACTORS), as a holder or its domain states them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import Natural
from mumian.rooms.catalog.description import SpatialScope

Permille: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000)]


class Sector(StrEnum):
    """领域: the industry or field that the data is of (domain-rules §5.1)."""

    INDUSTRY = "industry"  # 工业
    TELECOM = "telecom"  # 电信
    FINANCE = "finance"  # 金融
    ENERGY = "energy"  # 能源
    TRANSPORT = "transport"  # 交通
    NATURAL_RESOURCES = "natural_resources"  # 自然资源
    HEALTH = "health"  # 卫生健康
    EDUCATION = "education"  # 教育
    SCIENCE = "science"  # 科学
    OTHER = "other"


class Group(StrEnum):
    """群体: whom the data describes."""

    NOBODY = "nobody"  # things and processes
    ORGANISATIONS = "organisations"
    PERSONS = "persons"
    SPECIAL = "special"  # 特定身份
    MINORS = "minors"  # 不满十四周岁


class Precision(StrEnum):
    """精度: how exactly it describes one of them."""

    AGGREGATE = "aggregate"  # figures of many
    GENERALISED = "generalised"  # ranges, areas, classes
    EXACT = "exact"


class Depth(StrEnum):
    """深度: how far beyond what was observed it reaches."""

    OBSERVED = "observed"
    LINKED = "linked"  # joined with data of other origin
    INFERRED = "inferred"  # what was hidden and was derived


class Importance(StrEnum):
    """重要性: what it weighs in economy and society."""

    ORDINARY = "ordinary"
    NOTABLE = "notable"
    KEY = "key"


class Factors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The eight factors; None where one is not known yet. A grading that is signed knows them all.

    persons, organisations: the scale (规模), how many of them the data is about.
    coverage_permille: the share of those that there are, in the sector and region, that the data covers (覆盖度).
    """

    sector: Sector | None = None
    group: Group | None = None
    region: SpatialScope | None = None
    precision: Precision | None = None
    persons: Natural | None = None
    organisations: Natural | None = None
    depth: Depth | None = None
    coverage_permille: Permille | None = None
    importance: Importance | None = None


def unknown(factors: Factors) -> tuple[str, ...]:
    """Return the names of what is not stated, in the order of the standard."""
    return tuple(name for name in Factors.__struct_fields__ if getattr(factors, name) is None)


def contradicts(factors: Factors, proposed: Factors) -> bool:
    """Tell whether `factors` states otherwise what `proposed` states; what that leaves open may be stated freely."""
    return any(
        (known := getattr(proposed, name)) is not None and getattr(factors, name) != known
        for name in Factors.__struct_fields__
    )
