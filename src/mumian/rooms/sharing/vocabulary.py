"""The words that commands, events and records of sharing are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import DataKind

ShareId = NewType("ShareId", str)
TicketId = NewType("TicketId", str)
DefectId = NewType("DefectId", str)
FeedbackId = NewType("FeedbackId", str)

TITLE_CHARS_MAX = 40
KEYWORD_CHARS_MAX = 20
CANDIDATES_MAX = 16
"""Resources that an assignment lists."""

TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}" + END)]
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=16)]
Region: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}" + END)]
"""Division code of GB/T 2260: `440000` a province, `440100` a city, `440106` a district."""

Industry: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-T]([0-9]{2})?" + END)]
"""Section of GB/T 4754, alone or with a division: `G`, `G54`."""

FieldName: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Fields: TypeAlias = Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=512)]
Keywords: TypeAlias = Annotated[tuple[str, ...], msgspec.Meta(max_length=10)]


class Level(StrEnum):
    """How freely data is shared, or opened."""

    UNCONDITIONAL = "unconditional"  # 无条件
    CONDITIONAL = "conditional"  # 有条件
    NONE = "none"  # 不予


class Reason(StrEnum):
    """Why data is shared or opened under conditions only, or not at all."""

    STATE_SECRET = "state_secret"  # 国家秘密
    WORK_SECRET = "work_secret"  # 工作秘密
    COMMERCIAL_SECRET = "commercial_secret"  # 商业秘密
    PERSONAL_INFORMATION = "personal_information"  # 个人隐私、个人信息
    SECURITY = "security"  # 国家安全、公共安全
    STATUTE = "statute"  # 法律法规另有规定


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The share attribute or the open attribute of a resource (共享属性、开放属性).

    reason, basis: of what is not unconditional; basis: reference of the law and article that it rests on.
    """

    level: Level
    reason: Reason | None = None
    basis: Code | None = None


class Attributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """as_file: the raw data itself may be had as a file by anyone."""

    share: Attribute
    open: Attribute
    as_file: bool = False


class AttributeState(StrEnum):
    """Where the attributes that a holder set stand; what was confirmed before holds until new ones are."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class ReturnReason(StrEnum):
    """Why a bureau returns attributes."""

    BASIS_NOT_SHOWN = "basis_not_shown"  # 依据不充分
    TOO_RESTRICTED = "too_restricted"  # 应当共享、开放而限制
    TOO_OPEN = "too_open"  # 应当限制而未限制


class BodyLevel(StrEnum):
    """Level of administration (层级)."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    TOWNSHIP = "township"


class Flow(StrEnum):
    """What a share crosses (跨部门、跨层级、跨区域)."""

    CROSS_DEPARTMENT = "cross_department"
    CROSS_LEVEL = "cross_level"
    CROSS_REGION = "cross_region"


class ShareState(StrEnum):
    """Where a request for a share stands; what is granted is a share until it ends."""

    REQUESTED = "requested"
    ESCALATED = "escalated"  # not answered in time: the bureau rules
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the time for which it was asked passed without an answer
    ENDED = "ended"


LIVE = frozenset((ShareState.REQUESTED, ShareState.ESCALATED, ShareState.GRANTED))
"""States in which the same is not requested again."""


class ShareRefusal(StrEnum):
    """Why a share is refused (不予共享理由)."""

    DUTY_NOT_SHOWN = "duty_not_shown"  # 与履职无关
    FIELDS_EXCESSIVE = "fields_excessive"  # 超出履职所需最小范围
    NOT_HELD = "not_held"  # 不再持有
    CONDITION_NOT_MET = "condition_not_met"  # 不满足共享条件
    STATUTE = "statute"  # 法律法规规定不予共享
    SECRET = "secret"  # 涉密


class EndCause(StrEnum):
    """Why a share ended."""

    PERIOD_OVER = "period_over"
    GIVEN_UP = "given_up"  # by the requester
    MISUSED = "misused"  # by the holder
    NOT_HELD = "not_held"  # by the holder
    ATTRIBUTE_CHANGED = "attribute_changed"  # by the holder


class Effect(StrEnum):
    """What came of the use of a share (成效)."""

    MATERIALS_SAVED = "materials_saved"  # 减材料
    TIME_SAVED = "time_saved"  # 减时限
    DECISION_SUPPORTED = "decision_supported"  # 辅助决策
    SUPERVISION_SUPPORTED = "supervision_supported"  # 支撑监管
    NOT_USED = "not_used"  # 未使用


class Feedback(StrEnum):
    """Where the use feedback of a share stands (成效反馈)."""

    NOT_DUE = "not_due"
    DUE = "due"
    GIVEN = "given"
    OVERDUE = "overdue"


class TicketState(StrEnum):
    """Where a ticket of supply and demand stands (供需对接工单)."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    DELIVERED = "delivered"
    CLOSED = "closed"
    OVERDUE = "overdue"


class TicketAnswer(StrEnum):
    """What a holder answers."""

    WILL_DELIVER = "will_deliver"
    CANNOT = "cannot"


class CannotReason(StrEnum):
    """Why a holder cannot deliver."""

    NOT_HELD = "not_held"
    ATTRIBUTE = "attribute"  # 不予共享、开放
    STATUTE = "statute"
    ANOTHER_HOLDER = "another_holder"


class Way(StrEnum):
    """How data that a ticket asked for is had."""

    SHARE = "share"  # by a request for a share
    OPEN = "open"  # as open data
    OPERATION = "operation"  # through the authorised operator


class TicketResult(StrEnum):
    """How a ticket closed."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"
    WITHDRAWN = "withdrawn"
    NO_SOURCE = "no_source"  # by the bureau


class Dimension(StrEnum):
    """Dimension of quality (GB/T 36344-2018)."""

    CONFORMITY = "conformity"
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCESSIBILITY = "accessibility"


class DefectState(StrEnum):
    """Where a reported defect stands (质量回流)."""

    REPORTED = "reported"
    ESCALATED = "escalated"
    CORRECTED = "corrected"
    REJECTED = "rejected"


class DefectRejection(StrEnum):
    """Why a reported defect is none."""

    NOT_REPRODUCED = "not_reproduced"
    AS_COLLECTED = "as_collected"  # 与原始采集记录一致
    OUTSIDE_DICTIONARY = "outside_dictionary"  # 不属于字段定义
    ALREADY_CORRECTED = "already_corrected"


class ResultKind(StrEnum):
    """What an operator feeds back to the source (成果回馈)."""

    PRODUCT = "product"
    INDICATOR = "indicator"
    CLEANED_DATA = "cleaned_data"
    QUALITY_REPORT = "quality_report"
    SERVICE = "service"


class Limit(StrEnum):
    """What can be over."""

    CONFIRM = "confirm"
    ANSWER = "answer"
    RULING = "ruling"
    FEEDBACK = "feedback"
    PERIOD = "period"
    TICKET_ASSIGN = "ticket_assign"
    TICKET_ANSWER = "ticket_answer"
    TICKET_DELIVERY = "ticket_delivery"
    TICKET_CONFIRM = "ticket_confirm"
    DEFECT_ANSWER = "defect_answer"
    DEFECT_RULING = "defect_ruling"


class Resource(msgspec.Struct, frozen=True):
    """A resource as the catalog sees it. fields: names of its dictionary."""

    resource: ResourceId
    holder: PartyId
    kind: DataKind
    fields: tuple[str, ...] = ()
    withdrawn: bool = False


class Card(msgspec.Struct, frozen=True):
    """What of a catalog entry a ticket is matched with."""

    resource: ResourceId
    industry: str
    keywords: tuple[str, ...]


class Lapse(msgspec.Struct, frozen=True):
    """A limit that passed, and who should have acted."""

    limit: Limit
    owner: PartyId
