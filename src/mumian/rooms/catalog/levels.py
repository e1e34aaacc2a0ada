"""Levels of sensitivity (GB/T 43697-2024): from whom a harm would touch, and how badly, to what may be done with data."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from mumian.kernel.levels import Level as Level
from mumian.kernel.levels import rank as rank


class Affected(StrEnum):
    """Whom leaking, altering, destroying or misusing the data would harm (影响对象)."""

    NATIONAL_SECURITY = "national_security"  # 国家安全
    ECONOMY = "economy"  # 经济运行
    SOCIAL_ORDER = "social_order"  # 社会秩序
    PUBLIC_INTEREST = "public_interest"  # 公共利益
    ORGANISATION = "organisation"  # 组织权益
    PERSON = "person"  # 个人权益


class Degree(StrEnum):
    """How badly (影响程度)."""

    EXTREME = "extreme"  # 特别严重危害
    SERIOUS = "serious"  # 严重危害
    GENERAL = "general"  # 一般危害
    NONE = "none"  # 无危害


class Impact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One assessed cell: harm of this degree to this object."""

    object: Affected
    degree: Degree


_DEGREES = (Degree.EXTREME, Degree.SERIOUS, Degree.GENERAL, Degree.NONE)
_ROWS: dict[Affected, tuple[Level, Level, Level, Level]] = {
    Affected.NATIONAL_SECURITY: (Level.CORE, Level.CORE, Level.IMPORTANT, Level.GENERAL_1),
    # general harm to economy, order or the public is 一般数据; that it is its highest level is an open point of annex H
    Affected.ECONOMY: (Level.CORE, Level.IMPORTANT, Level.GENERAL_4, Level.GENERAL_1),
    Affected.SOCIAL_ORDER: (Level.CORE, Level.IMPORTANT, Level.GENERAL_4, Level.GENERAL_1),
    Affected.PUBLIC_INTEREST: (Level.CORE, Level.IMPORTANT, Level.GENERAL_4, Level.GENERAL_1),
    Affected.ORGANISATION: (Level.GENERAL_4, Level.GENERAL_3, Level.GENERAL_2, Level.GENERAL_1),
    Affected.PERSON: (Level.GENERAL_4, Level.GENERAL_3, Level.GENERAL_2, Level.GENERAL_1),
}
MATRIX: dict[tuple[Affected, Degree], Level] = {
    (affected, degree): level for affected, row in _ROWS.items() for degree, level in zip(_DEGREES, row, strict=True)
}
"""The matrix of GB/T 43697-2024 with the general levels of annex H (rules S18-MATRIX, S18-H)."""


def level_by_matrix(impacts: Iterable[Impact]) -> Level:
    """Return the highest level among the cells (就高从严); GENERAL_1 if there is none. Source: GB/T 43697-2024."""
    return max((MATRIX[impact.object, impact.degree] for impact in impacts), key=rank, default=Level.GENERAL_1)
