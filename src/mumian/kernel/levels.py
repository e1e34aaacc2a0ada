"""Levels of sensitivity, a word of both catalog and exchange: how sensitive data is, and the forms that show no row of it."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """核心数据, 重要数据, and the four levels of 一般数据 (GB/T 43697-2024 with its annex H), the highest first."""

    CORE = "core"
    IMPORTANT = "important"
    GENERAL_4 = "general_4"
    GENERAL_3 = "general_3"
    GENERAL_2 = "general_2"
    GENERAL_1 = "general_1"


class CleanRoomForm(StrEnum):
    """Forms of delivery by which an answer travels and no row does (可用不可见; domain-rules §4.3)."""

    SANDBOX = "sandbox"
    MPC = "mpc"
    FL = "fl"
    TEE = "tee"
    PSI_PIR = "psi_pir"
    VERIFY_QA = "verify_qa"  # yes, no, or an interval


_RANKS = {level: rank for rank, level in enumerate(reversed(Level))}


def rank(level: Level) -> int:
    """Return 0 for the lowest level, 5 for core data."""
    return _RANKS[level]
