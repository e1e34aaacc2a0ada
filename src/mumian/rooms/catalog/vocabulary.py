"""The words that commands, events and records of the catalog are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import Digest
from mumian.rooms.catalog.levels import Affected, Impact

ProposalId = NewType("ProposalId", str)
PermissionId = NewType("PermissionId", str)

Impacts: TypeAlias = Annotated[tuple[Impact, ...], msgspec.Meta(max_length=len(Affected))]
OfficerCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]{1,16}(?![\s\S])")]
"""1 to 16 letters, digits, dots, dashes: checked on decoding, so that neither a Chinese name nor a resident id is logged."""


class RegradeReason(StrEnum):
    """What made a new grading necessary (domain-rules §5.1, 触发再定级)."""

    CONTENT = "content"  # 内容变化
    TIMELINESS = "timeliness"  # 时效变化
    SCALE = "scale"  # 规模变化
    FUSION = "fusion"  # 汇聚融合
    DESENSITISED = "desensitised"  # 脱敏
    SCENARIO = "scenario"  # 场景变化
    INCIDENT = "incident"  # 事件
    LAW = "law"  # 法规变化


class DepartureReason(StrEnum):
    """Why who signs grades otherwise than the domain proposed."""

    CONTEXT = "context"  # known of the data's use or surroundings, no profile shows it
    SAMPLE = "sample"  # the profile misreads what the columns hold
    LISTED = "listed"  # named in a competent authority's catalogue of important data
    EXPERT = "expert"  # an expert's opinion says so


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a grading departs from the proposal; the document that shows it stays with its owner."""

    reason: DepartureReason
    evidence_digest: Digest


class PermissionEnd(StrEnum):
    """Why a permission to trade important data ends."""

    OVER = "over"  # its term
    TERMS_BROKEN = "terms_broken"
    FALSE_MATERIAL = "false_material"
    INCIDENT = "incident"
    LAW = "law"


class DutyItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the three lists of a public body (三张清单): a duty, the system that serves it, the data it yields.

    code: 1 to 32 letters, digits, dots, dashes; the body's own. data: names of the kinds of data; resources that are
    described point back to `code`.
    """

    code: str
    duty: str
    system: str
    data: tuple[str, ...]
