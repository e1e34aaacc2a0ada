"""The words that commands, events and records of companies are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END

OfficerId = NewType("OfficerId", str)
LicenceId = NewType("LicenceId", str)
OpeningId = NewType("OpeningId", str)
EnquiryId = NewType("EnquiryId", str)

OfficerCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]{1,16}" + END)]
"""The company's own code of who holds an office, never a name: who that is lies with the company."""

Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}" + END)]
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=64)]
FieldName: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Fields: TypeAlias = Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=512)]

TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]


class Duty(StrEnum):
    """What an officer answers for (GZ2023-03-OFFICER)."""

    RIGHTS = "rights"  # 确权
    LICENSING = "licensing"  # 授权
    GOVERNANCE = "governance"  # 数据治理, gradings among it
    SECURITY = "security"  # 数据安全


class OfficeEnd(StrEnum):
    """Why an office ends."""

    TERM_OVER = "term_over"
    HANDED_OVER = "handed_over"
    RESIGNED = "resigned"
    DISMISSED = "dismissed"
    RESTRUCTURED = "restructured"


class FirmSize(StrEnum):
    """Size as the company states it with evidence (中小微: the first three)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Weight(StrEnum):
    """What makes a company one of those that article 3 asks to go ahead."""

    NONE = "none"
    STATE_COMPANY = "state_company"  # 国有企业
    INDUSTRY_LEADER = "industry_leader"  # 行业龙头企业
    PLATFORM = "platform"  # 互联网平台企业


SHELTERED = (FirmSize.MICRO, FirmSize.SMALL, FirmSize.MEDIUM)


class Side(StrEnum):
    """Who of a licence: `first` drafted it."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> Side:
        return Side.SECOND if self is Side.FIRST else Side.FIRST


class Model(StrEnum):
    """The model contracts of 2025 (S29-MODELS)."""

    PROVISION = "provision"  # 数据提供
    ENTRUSTMENT = "entrustment"  # 数据委托处理服务
    FUSION = "fusion"  # 数据融合开发
    INTERMEDIATION = "intermediation"  # 数据中介服务


class Section(StrEnum):
    """What a contract says, section by section (S29-SECTIONS); `ownership` is that of fusion contracts (S29-FUSION)."""

    SUBJECT = "subject"  # 标的描述
    RIGHTS = "rights"  # 产权安排
    DELIVERY = "delivery"  # 交付方式与完成标准
    PRICE = "price"  # 价款
    ACCEPTANCE = "acceptance"  # 验收
    SECURITY = "security"  # 安全
    CONFIDENTIALITY = "confidentiality"  # 保密
    BREACH = "breach"  # 违约
    DISPUTE = "dispute"  # 争议
    OWNERSHIP = "ownership"  # 衍生、融合数据产权归属


class PriceForm(StrEnum):
    FREE = "free"
    FIXED = "fixed"
    SUBSCRIPTION = "subscription"  # a month
    PER_CALL = "per_call"


class Derived(StrEnum):
    """Whose the data is that the taker derives from what is given."""

    NO_CLAUSE = "no_clause"  # then S1-21-R5b: all hold and use it, to operate it takes everybody's consent
    GIVER = "giver"
    TAKER = "taker"
    SHARED = "shared"


class Dispute(StrEnum):
    NEGOTIATION = "negotiation"
    MEDIATION = "mediation"
    ARBITRATION = "arbitration"
    LITIGATION = "litigation"


class LicenceState(StrEnum):
    """DRAFT → NEGOTIATE → SIGNED → ACTIVE → ENDED (domain-rules §1, article 3)."""

    DRAFT = "draft"
    NEGOTIATE = "negotiate"
    SIGNED = "signed"
    ACTIVE = "active"
    ENDED = "ended"


class LicenceEnd(StrEnum):
    WITHDRAWN = "withdrawn"  # before it was signed
    EXPIRED = "expired"
    NOTICE = "notice"  # one side gave notice and its days are over
    AGREED = "agreed"  # both sides gave notice
    TERMS_BROKEN = "terms_broken"
    UNLAWFUL = "unlawful"  # by a regulator's word
    PARENT_BROKEN = "parent_broken"  # on its first day, what it was to give could not be given


class Decline(StrEnum):
    """Why a request for what was opened is declined."""

    CONDITIONS_NOT_MET = "conditions_not_met"
    PURPOSE_OUTSIDE = "purpose_outside"
    SECURITY = "security"
    NO_LONGER_AVAILABLE = "no_longer_available"


class OfficerStanding(StrEnum):
    """Whether a code may sign for a company."""

    NONE_APPOINTED = "none_appointed"  # the company never appointed an officer: whoever it lets sign
    IN_OFFICE = "in_office"
    NOT_IN_OFFICE = "not_in_office"
