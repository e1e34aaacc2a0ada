"""The words that commands, events and records of consent are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Natural
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant

NoticeId = NewType("NoticeId", str)
ConsentId = NewType("ConsentId", str)
MandateId = NewType("MandateId", str)
PetitionId = NewType("PetitionId", str)
PipiaId = NewType("PipiaId", str)
EntrustmentId = NewType("EntrustmentId", str)

PARTS_MAX = 16
"""Resources, purposes or recipients of one notice or consent."""

USES_MAX = 256
"""Resources times purposes times recipients of one consent: the rows that giving or withdrawing it moves."""

TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

RETENTION_DAYS_MAX = 36_500

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}" + END)]
OfficerCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]{1,16}" + END)]
"""Never a name: 1 to 16 letters, digits, dots, dashes."""

Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=PARTS_MAX)]
Resources: TypeAlias = Annotated[tuple[ResourceId, ...], msgspec.Meta(max_length=PARTS_MAX)]
Parties: TypeAlias = Annotated[tuple[PartyId, ...], msgspec.Meta(max_length=PARTS_MAX)]
Days: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=RETENTION_DAYS_MAX)]


class LegalBasis(StrEnum):
    """The seven of PIPL 第13条, in its order."""

    CONSENT = "consent"
    CONTRACT_HR = "contract_hr"  # 合同所必需；人力资源管理所必需
    LEGAL_DUTY = "legal_duty"  # 法定职责或者法定义务
    EMERGENCY = "emergency"  # 突发公共卫生事件；紧急情况
    NEWS = "news"  # 新闻报道、舆论监督
    PUBLIC_INFO = "public_info"  # 自行公开或者已合法公开
    OTHER_LAW = "other_law"


class Condition(StrEnum):
    """What a basis asks for, as the processor states it."""

    NECESSARY = "necessary"
    PERSON_IS_PARTY = "person_is_party"  # 个人作为一方当事人的合同
    LABOUR_RULES = "labour_rules"  # 依法制定的劳动规章制度
    COLLECTIVE_CONTRACT = "collective_contract"  # 依法签订的集体合同
    STATUTORY_DUTY = "statutory_duty"
    PUBLIC_HEALTH_EVENT = "public_health_event"
    LIFE_OR_PROPERTY = "life_or_property"
    PUBLIC_INTEREST = "public_interest"
    REASONABLE_SCOPE = "reasonable_scope"
    LAWFULLY_PUBLIC = "lawfully_public"
    LAW_PROVIDES = "law_provides"
    SENSITIVE_NECESSITY = "sensitive_necessity"  # 特定的目的和充分的必要性 (第28条)


class InfoKind(StrEnum):
    """The 13 kinds of personal information of GB/T 35273-2020 附录A."""

    BASIC = "basic"  # 个人基本资料
    IDENTITY = "identity"  # 个人身份信息
    BIOMETRIC = "biometric"  # 个人生物识别信息
    NETWORK_ID = "network_id"  # 网络身份标识信息
    HEALTH = "health"  # 个人健康生理信息
    EDUCATION_WORK = "education_work"  # 个人教育工作信息
    PROPERTY = "property"  # 个人财产信息
    COMMUNICATION = "communication"  # 个人通信信息
    CONTACTS = "contacts"  # 联系人信息
    BROWSING = "browsing"  # 个人上网记录
    DEVICE = "device"  # 个人常用设备信息
    LOCATION = "location"  # 个人位置信息
    OTHER = "other"


class Sensitive(StrEnum):
    """Why information is sensitive (PIPL 第28条)."""

    BIOMETRIC = "biometric"
    RELIGION = "religion"
    SPECIFIC_IDENTITY = "specific_identity"
    HEALTH = "health"
    FINANCIAL_ACCOUNT = "financial_account"
    TRACKS = "tracks"  # 行踪轨迹
    MINOR = "minor"  # 不满十四周岁未成年人的个人信息


class Manner(StrEnum):
    """How information is processed (PIPL 第4条)."""

    COLLECT = "collect"
    STORE = "store"
    USE = "use"
    PROCESS = "process"
    TRANSMIT = "transmit"
    PROVIDE = "provide"
    PUBLISH = "publish"
    DELETE = "delete"


class Activity(StrEnum):
    """What makes processing ask for more than a basis: separate consent, or an assessment of its impact."""

    SENSITIVE = "sensitive"  # 第29条
    PROVIDE = "provide"  # 第23条
    PUBLISH = "publish"  # 第25条
    EXPORT = "export"  # 第39条
    PUBLIC_IMAGES = "public_images"  # 第26条: images of public places, used for other ends
    AUTOMATED = "automated"  # 第24条
    ENTRUST = "entrust"  # 第21条
    MAJOR_EFFECT = "major_effect"  # 第55条第五项, 第27条


class Told(StrEnum):
    """What the text of a notice tells (PIPL 第17、23、30条)."""

    CONTACT = "contact"
    PURPOSES = "purposes"
    RETENTION = "retention"
    EXERCISE = "exercise"  # 行使权利的方式和程序
    NECESSITY = "necessity"
    EFFECT = "effect"  # 对个人权益的影响
    RECIPIENTS = "recipients"  # 接收方的名称、联系方式、目的、方式、种类


class Telling(StrEnum):
    """How persons are told."""

    EACH = "each"  # 逐一告知
    PUBLISHED = "published"  # rules published, nothing else (S10)


class Untold(StrEnum):
    """Why nobody was told (PIPL 第18条)."""

    SECRECY = "secrecy"
    EMERGENCY = "emergency"


class Age(StrEnum):
    """Whether a person is under the age of fourteen, as stated; never a date of birth."""

    UNDER_14 = "under_14"
    FROM_14 = "from_14"


class Channel(StrEnum):
    """Through whom a person spoke."""

    PERSON = "person"
    GUARDIAN = "guardian"
    AGENT = "agent"
    PROCESSOR = "processor"
    KIN = "kin"
    LAW = "law"  # nobody: the law opened it


class Act(StrEnum):
    """What an agent may do for a person (受托行权)."""

    GIVE_CONSENT = "give_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    KNOW = "know"
    RESTRICT = "restrict"
    ACCESS = "access"
    COPY = "copy"
    PORT = "port"
    CORRECT = "correct"
    DELETE = "delete"
    EXPLAIN = "explain"
    GRANT = "grant"  # grant the person's registered rights onward
    RECEIVE_REVENUE = "receive_revenue"


class Asked(StrEnum):
    """What a person asks of a processor (PIPL 第44至49条)."""

    KNOW = "know"
    RESTRICT = "restrict"
    REFUSE = "refuse"
    ACCESS = "access"
    COPY = "copy"
    PORT = "port"
    CORRECT = "correct"
    SUPPLEMENT = "supplement"
    DELETE = "delete"
    EXPLAIN = "explain"
    DECEASED_KIN = "deceased_kin"


class DeletionCause(StrEnum):
    """Why information must go (PIPL 第47条)."""

    PURPOSE_OVER = "purpose_over"
    ENDED = "ended"  # 停止提供产品或者服务，或者保存期限已届满
    WITHDRAWN = "withdrawn"
    UNLAWFUL = "unlawful"
    LAW = "law"


class PortCondition(StrEnum):
    """When information is transferred to another processor (S6 第25条)."""

    IDENTITY_VERIFIED = "identity_verified"
    CONSENTED_OR_CONTRACT = "consented_or_contract"
    FEASIBLE = "feasible"
    HARMS_NOBODY = "harms_nobody"


class PetitionState(StrEnum):
    """RECEIVED → ID_VERIFIED → (EXTENDED) → FULFILLED, STORED_ONLY, REFUSED; or taken back."""

    RECEIVED = "received"
    ID_VERIFIED = "id_verified"
    EXTENDED = "extended"
    FULFILLED = "fulfilled"
    STORED_ONLY = "stored_only"  # 删除从技术上难以实现: stored and kept safe, nothing else (第47条)
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class RefusalReason(StrEnum):
    """Why a processor refuses a petition (PIPL 第50条: it says why)."""

    IDENTITY_NOT_VERIFIED = "identity_not_verified"
    SECRECY = "secrecy"  # 第45条第1款, 第18条
    LAW_DEMANDS_KEEPING = "law_demands_keeping"  # 法律、行政法规规定的保存期限未届满
    CONDITION_UNMET = "condition_unmet"  # of a transfer, S6 第25条
    HARMS_OTHERS = "harms_others"
    NOTHING_HELD = "nothing_held"
    NOT_ENTITLED = "not_entitled"


class Content(StrEnum):
    """The three contents of an impact assessment (PIPL 第56条)."""

    LAWFULNESS = "lawfulness"
    EFFECT_AND_RISK = "effect_and_risk"
    MEASURES = "measures"


class PipiaForm(StrEnum):
    FULL = "full"
    SIMPLIFIED = "simplified"  # 影响评估表, of small processors (S10)


class Conclusion(StrEnum):
    ACCEPTABLE = "acceptable"
    WITH_MEASURES = "with_measures"
    NOT_ACCEPTABLE = "not_acceptable"


class Term(StrEnum):
    """What a contract of entrusted or joint processing settles (PIPL 第20、21条)."""

    PURPOSE = "purpose"
    TERM = "term"
    MANNER = "manner"
    KINDS = "kinds"
    PROTECTION = "protection"
    DUTIES = "duties"


class DataFate(StrEnum):
    """What became of entrusted data in the end (PIPL 第21条第2款)."""

    RETURNED = "returned"
    DELETED = "deleted"


class ConsentEnd(StrEnum):
    """How a consent ends: GRANTED → WITHDRAWN, EXPIRED or SUPERSEDED."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


Kinds: TypeAlias = Annotated[tuple[InfoKind, ...], msgspec.Meta(max_length=len(InfoKind))]
Marks: TypeAlias = Annotated[tuple[Sensitive, ...], msgspec.Meta(max_length=len(Sensitive))]
Manners: TypeAlias = Annotated[tuple[Manner, ...], msgspec.Meta(max_length=len(Manner))]
Activities: TypeAlias = Annotated[tuple[Activity, ...], msgspec.Meta(max_length=len(Activity))]
Items: TypeAlias = Annotated[tuple[Told, ...], msgspec.Meta(max_length=len(Told))]
Terms: TypeAlias = Annotated[tuple[Term, ...], msgspec.Meta(max_length=len(Term))]
Acts: TypeAlias = Annotated[tuple[Act, ...], msgspec.Meta(max_length=len(Act))]


class Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition of a basis, and whether it is met. What is not stated is asked for, never presumed."""

    condition: Condition
    is_met: bool


class PortStated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition of a transfer, and whether it is met."""

    condition: PortCondition
    is_met: bool


class Circumstances(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts of a processing that decide what the law asks of it. None: not stated, then it is asked for.

    sensitive: marks of PIPL 第28条; empty if none applies. automated: decisions about the person are automated.
    public_images: images of public places, for other ends than public security. major_effect: on the person.
    """

    sensitive: Marks | None = None
    automated: bool | None = None
    public_images: bool | None = None
    major_effect: bool | None = None


class SeparateConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A separate consent (单独同意). act_digest: of the evidence of this one act; two acts never share one."""

    activity: Activity
    act_digest: Digest


class Kin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What near kin of a dead person state (PIPL 第49条). relation_digest: of the evidence of death and kinship."""

    relation_digest: Digest
    own_interest: bool | None = None
    arranged_otherwise: bool | None = None


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One content of an impact assessment: a digest of its text."""

    content: Content
    digest: Digest


class Resource(msgspec.Struct, frozen=True):
    """A resource as the catalog sees it. persons: it holds personal information; None while it is not graded."""

    resource: ResourceId
    holder: PartyId
    persons: bool | None = None
    withdrawn: bool = False


class Held(msgspec.Struct, frozen=True):
    """What of a person lay with a processor, from when to when. until: None while the consent is in force."""

    resource: ResourceId
    processor: PartyId
    consent: ConsentId
    purposes: tuple[str, ...]
    recipients: tuple[PartyId, ...]
    since: Instant
    until: Instant | None


class Excluded(msgspec.Struct, frozen=True):
    """One person's rows that must be out of a resource. because: a consent that ended, or a petition that refused."""

    person: PartyId
    because: str
    at: Instant


class Exclusion(msgspec.Struct, frozen=True):
    """How many persons' rows must be out of a resource, and of how many the holder says that they are.

    last_at: when the last came. version_digest: of the version in which the confirmed ones are out.
    """

    withdrawn: Natural
    confirmed: Natural
    last_at: Instant
    version_digest: str = ""
