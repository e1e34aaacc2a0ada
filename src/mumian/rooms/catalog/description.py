"""How a resource is described: the words of the form of S1 附件1 and of GB/T 36343, rendered as DCAT by `dcat`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.roles import DataKind
from mumian.kernel.roles import SourceType as SourceType

TITLE_CHARS_MAX = 40
SUMMARY_CHARS_MAX = 400
LIMITS_CHARS_MAX = 400
KEYWORDS_MAX = 20
KEYWORD_CHARS_MAX = 20
FIELDS_MAX = 512
FIELD_NAME_CHARS_MAX = 64
UNIT_CHARS_MAX = 32
MEANING_CHARS_MAX = 200


class SpatialScope(StrEnum):
    """地域范围."""

    INTERNATIONAL = "international"
    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    BELOW_COUNTY = "below_county"


class UpdateFrequency(StrEnum):
    """更新频率."""

    REAL_TIME = "real_time"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    ON_DEMAND = "on_demand"
    OTHER = "other"


class Form(StrEnum):
    """数据形态."""

    TABLE = "table"
    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    OTHER = "other"


class FieldType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    BINARY = "binary"
    OTHER = "other"


class Identifier(StrEnum):
    """What a field gives away (GB/T 37964-2019: 直接标识符, 准标识符; PIPL 第28条: 敏感)."""

    NONE = "none"
    DIRECT = "direct"
    QUASI = "quasi"
    SENSITIVE = "sensitive"
    UNIT = "unit"  # names the privacy unit: everything of one of its values is one person's, or one aircraft's


class FieldEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the data dictionary. unit: of measurement, as `min`, empty if it has none."""

    name: str
    type: FieldType
    unit: str = ""
    meaning: str = ""
    identifier: Identifier = Identifier.NONE


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a resource is.

    title: 1 to 40 characters as people count; time, place, industry, content and kind of data in it. summary: 1 to 400.
    industry: section letter of GB/T 4754 with, at will, its two-digit division: `G`, `G56`.
    temporal_from, temporal_to: days `YYYY-MM-DD`, both included; `temporal_to` empty while the data goes on.
    language: BCP 47. limits: who may not use it, where, how; 无 if nothing limits it.
    domain: name of the holder's domain that keeps the data.
    privacy_unit: name of the field marked `unit`, empty if there is none.
    duty_item: code of the item of the holder's duty inventory that the data comes from, empty outside it.
    """

    title: str
    summary: str
    data_kind: DataKind
    industry: str
    source_type: SourceType
    spatial_scope: SpatialScope
    temporal_from: str
    temporal_to: str = ""
    update_frequency: UpdateFrequency
    form: Form
    domain: str
    fields: tuple[FieldEntry, ...] = ()
    privacy_unit: str = ""
    language: str = "zh"
    keywords: tuple[str, ...] = ()
    limits: str = "无"
    duty_item: str = ""


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rate X/Y of GB/T 36344-2018: `met` of `of` checked elements keep the rule."""

    met: Natural
    of: Positive

    @property
    def permille(self) -> int:
        """The rate, rounded down: 1,000 only if every element keeps the rule."""
        return self.met * 1_000 // self.of


class Quality(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The six dimensions of GB/T 36344-2018; None where nothing was measured (rule GBT36344-DIMENSIONS)."""

    conformity: Measure | None = None  # 规范性
    completeness: Measure | None = None  # 完整性
    accuracy: Measure | None = None  # 准确性
    consistency: Measure | None = None  # 一致性
    timeliness: Measure | None = None  # 时效性
    accessibility: Measure | None = None  # 可访问性


DIMENSIONS = Quality.__struct_fields__
