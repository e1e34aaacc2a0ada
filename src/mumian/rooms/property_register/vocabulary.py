"""The words that commands, events and records of the property register are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Digest, Natural
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Right

ApplicationId = NewType("ApplicationId", str)
ObjectionId = NewType("ObjectionId", str)
NoteId = NewType("NoteId", str)
CertificateNo = NewType("CertificateNo", str)
"""`SJ` and 13 digits (S1 附件6): a certificate has no other name."""

APPLICANTS_MAX = 16
CLAIMS_MAX = 32
STATEMENTS_MAX = 64
FUSED_MAX = 32
OBJECTIONS_MAX = 32
"""Objections to one application or one certificate, whatever became of them; bounds the work of one decision."""

NOTES_MAX = 64
EVIDENCE_ROUNDS_MAX = 8
LIMIT_CHARS_MAX = 200
TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]
LegacyNumber: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/()-]{0,63}" + END)]
Lines: TypeAlias = Annotated[tuple[Natural, ...], msgspec.Meta(max_length=CLAIMS_MAX)]
"""Numbers of rights on a certificate, from 0, in the order of its lines."""


class Kind(StrEnum):
    """What is applied for (登记类型; 旧证导入 by S1 第41条)."""

    INITIAL = "initial"  # 初次登记
    TRANSFER = "transfer"  # 转让登记
    CHANGE = "change"  # 变更登记
    RENEWAL = "renewal"  # 续期登记
    CANCELLATION = "cancellation"  # 注销登记
    IMPORT = "import"  # 旧证导入


class Stage(StrEnum):
    """Where an application stands. A draft lies with its author and is not known here."""

    SUBMITTED = "submitted"  # 已申请
    RETURNED = "returned"  # 待补正
    REVIEWING = "reviewing"  # 已受理，审查
    EVIDENCE = "evidence"  # 补证
    PUBLICITY = "publicity"  # 公示
    OBJECTED = "objected"  # 异议处理
    WAITING = "waiting"  # 已审结，本月流水号用尽，待下月存证
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    LAPSED = "lapsed"  # 逾期未补正，视为未申请
    WITHDRAWN = "withdrawn"  # 申请人撤回
    REJECTED = "rejected"  # 不予登记
    CERTIFIED = "certified"  # 已存证、已发证


OPEN = frozenset(
    (
        Stage.SUBMITTED,
        Stage.RETURNED,
        Stage.REVIEWING,
        Stage.EVIDENCE,
        Stage.PUBLICITY,
        Stage.OBJECTED,
        Stage.WAITING,
    )
)
"""Stages in which something is still to be done."""


class Phase(StrEnum):
    """Which limit of the review runs."""

    FIRST = "first"
    EXTENDED = "extended"
    OVERDUE = "overdue"  # no decision within the limit: the regulator may decide too


class Origin(StrEnum):
    """数据来源 as the form asks for it, in four words (S1 附件1). `SourceType` says which row of S1 第21条 applies."""

    COLLECTED = "collected"  # 采集生成
    CRAWLED = "crawled"  # 通过自动化程序收集公开数据
    AGREED = "agreed"  # 协议取得
    DERIVED = "derived"  # 衍生创造


class BasisKind(StrEnum):
    """What a right rests on (政策第1条: contract, administrative agreement, registration)."""

    CONTRACT = "contract"
    COLLECTION = "collection"
    LAW = "law"
    ADMINISTRATIVE_AGREEMENT = "administrative_agreement"
    DERIVED = "derived"


class Part(StrEnum):
    """A part of an application that is asked for again (补正, 补证)."""

    APPLICANTS = "applicants"
    DESCRIPTION = "description"
    RESTRICTIONS = "restrictions"
    SAMPLE = "sample"
    ACQUISITION = "acquisition"
    RIGHTS = "rights"
    STATEMENTS = "statements"
    FORMER_CERTIFICATE = "former_certificate"
    CONTRACT = "contract"


class DeclineReason(StrEnum):
    """Why an application is not accepted."""

    OUT_OF_SCOPE = "out_of_scope"  # 不属于登记范围
    INCOMPLETE = "incomplete"  # 补正后仍不齐全
    WRONG_REGISTRY = "wrong_registry"  # 不属于本机构


class Ground(StrEnum):
    """Why a registration is refused (S1 第22条), and what an objection says."""

    HARM = "harm"  # 可能危害国家安全、公共利益、合法权益
    UNLAWFUL_SOURCE = "unlawful_source"  # 来源违法
    OPEN_DISPUTE = "open_dispute"  # 未决权属纠纷
    FALSE_STATEMENT = "false_statement"  # 隐瞒、虚假
    OTHER = "other"  # 其他


class Outcome(StrEnum):
    """What the reviewer found in one of the three checks."""

    HOLDS = "holds"
    FAILS = "fails"
    ADOPTED = "adopted"  # examined identically for a former certificate: not examined again (S1 第41条)


class CancelReason(StrEnum):
    """注销事由."""

    GIVEN_UP = "given_up"
    DATA_LOST = "data_lost"
    STATUTE = "statute"


class RevokeReason(StrEnum):
    """Why registry or regulator revokes what is registered."""

    FALSE_MATERIAL = "false_material"  # 隐瞒、虚假材料
    UNLAWFUL_USE = "unlawful_use"
    CORRECTED = "corrected"  # by a court's or an arbitrator's decision, or a founded objection
    STATUTE = "statute"


class EndReason(StrEnum):
    """Why a right is no longer on a certificate in force; the words of the room of rights."""

    GIVEN_UP = "given_up"
    DATA_LOST = "data_lost"
    STATUTE = "statute"
    FALSE_MATERIAL = "false_material"
    UNLAWFUL_USE = "unlawful_use"
    CORRECTED = "corrected"
    TRANSFERRED = "transferred"
    EXPIRED = "expired"


class NoteKind(StrEnum):
    """备注 (S1 第23条). Those in `FREEZING` let the right stand still."""

    TERMS = "terms"  # 行使期限、条件的约定
    JUDICIAL_SEIZURE = "judicial_seizure"  # 司法查封等保全
    ADMINISTRATIVE_CONTROL = "administrative_control"  # 行政临时管制
    OWNERSHIP_DISPUTE = "ownership_dispute"  # 权属争议
    STATUTE = "statute"  # 法定
    OTHER = "other"


FREEZING = frozenset((NoteKind.JUDICIAL_SEIZURE, NoteKind.ADMINISTRATIVE_CONTROL, NoteKind.OWNERSHIP_DISPUTE))


class ObjectionState(StrEnum):
    """Where an objection stands, in publicity or after registration (S1 第29条)."""

    RAISED = "raised"  # to be investigated, or to be made known to the holder
    NOTIFIED = "notified"  # the holder is to answer
    DENIED = "denied"  # the holder does not agree, or kept silent: the registry is to conclude
    ADMITTED = "admitted"  # the holder agrees: change or cancellation follows
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"  # what it was about is gone


UNDECIDED = frozenset((ObjectionState.RAISED, ObjectionState.NOTIFIED, ObjectionState.DENIED))


class LegacySystem(StrEnum):
    """Whose former certificates are imported (domain-rules §2.7; rule S1-41)."""

    SHENZHEN_2023 = "shenzhen_2023"  # 深圳市数据产权登记
    GUANGDONG_2023 = "guangdong_2023"  # 广东省数据资产合规登记（征求意见稿）
    CHANGCHUN = "changchun"  # 长春数据产权登记
    HUBEI = "hubei"  # 湖北（征求意见稿）
    DATA_IP = "data_ip"  # 数据知识产权登记
    OTHER_LOCAL = "other_local"


class Condition(StrEnum):
    """What the table of S1 第21条 asks: each is stated yes, stated no, or not stated (rule S1-21-FACTS)."""

    LAWFUL_SOURCE = "lawful_source"
    BROUGHT_ABOUT = "brought_about"
    COLLECTED_UNDER_CONTRACT = "collected_under_contract"
    NO_INTRUSION = "no_intrusion"
    NO_DISTURBANCE = "no_disturbance"
    NO_BROKEN_PROTECTION = "no_broken_protection"
    NO_HARM = "no_harm"
    GRADED = "graded"
    DATA_PRODUCT = "data_product"
    NO_SUBSTITUTION = "no_substitution"
    CONTRACT_CLAUSE = "contract_clause"
    RIGHT_BY_CLAUSE = "right_by_clause"
    SUBSTANTIAL_CHANGE = "substantial_change"
    VALUE_RAISED = "value_raised"
    USE_OF_SOURCE = "use_of_source"
    INTERESTS_PROTECTED = "interests_protected"
    OTHERWISE_RULED = "otherwise_ruled"


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact that the table of S1 第21条 asks for, stated yes or no. claim: of which right only; None for all."""

    condition: Condition
    holds: bool
    claim: Natural | None = None


Statements: TypeAlias = Annotated[tuple[Statement, ...], msgspec.Meta(max_length=STATEMENTS_MAX)]


class Applicant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who applies. contact_commitment: salted, of contact person, telephone, address and particulars (经营情况), which lie
    in an erasable store; never the words themselves.
    """

    party: PartyId
    contact_commitment: Digest


class Restrictions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """限制范围 of the form. Texts: 1 to 200 characters as people count, 无 if nothing is restricted."""

    object_types: str = "无"
    buyer_qualification: str = "无"
    environment: str = "无"
    territory: str = "无"
    resale_allowed: bool = True
    export_allowed: bool = False


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """附件 of the form, each by the digest of what stays with its owner and the registry.

    watermark: or fingerprint (数据水印、指纹). storage: of notarised or third-party storage (存证). Both at will.
    """

    sample: Digest
    acquisition: Digest
    watermark: Digest | None = None
    storage: Digest | None = None


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One right of one holder. valid_to: the first instant at which it no longer holds; None: as long as may be."""

    holder: PartyId
    right: Right
    basis: BasisKind
    proof_digest: Digest
    valid_to: Moment | None = None
    limits: str = "无"


class Fused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A party to fused data (融合数据参与方). consent_digest: of its consent that another operates them; None without."""

    party: PartyId
    consent_digest: Digest | None = None


class Legacy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate of another system. files_digest: of its files, which are kept. valid_to: its own end."""

    system: LegacySystem
    number: LegacyNumber
    certificate_digest: Digest
    files_digest: Digest
    valid_to: Moment


class Findings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The three checks of the reviewer (S1 第18–20条). report_digest: of the review's own report."""

    description: Outcome  # 描述准确性
    source: Outcome  # 来源合规性
    right: Outcome  # 产权明确性
    report_digest: Digest

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return (self.description, self.source, self.right)
