"""Words that several rooms share: the roles of the market, the three rights, whose data it is, where it comes from."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a party may be in the market; a party can have several (domain-rules §4.3)."""

    SUPPLIER = "supplier"  # 供方
    BUYER = "buyer"  # 需方
    DATA_MERCHANT = "data_merchant"  # 数据商
    BROKER = "broker"  # 数据经纪人
    PUBLIC_DATA_OPERATOR = "public_data_operator"  # 公共数据运营机构
    PUBLIC_BODY = "public_body"  # 公共管理和服务机构
    SERVICE_PROVIDER = "service_provider"  # 第三方专业服务机构
    EXCHANGE = "exchange"  # 数据交易所
    REGISTRY = "registry"  # 登记机构
    REGULATOR = "regulator"  # 监管
    DATA_BUREAU = "data_bureau"  # 公共数据主管部门
    INDIVIDUAL = "individual"  # 个人


class Right(StrEnum):
    """The three rights: independent, not exclusive (政策第1条; S1 第3条)."""

    HOLD = "hold"  # 数据资源持有权 / 数据持有权
    USE = "use"  # 数据加工使用权 / 数据使用权
    OPERATE = "operate"  # 数据产品经营权 / 数据经营权


class DataKind(StrEnum):
    """Whose data it is by law (政策第1条: public, enterprise, personal)."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    PERSONAL = "personal"


class SourceType(StrEnum):
    """Where data comes from, the rows R1 to R10 of S1 第21条: it decides which rights may be registered (domain-rules §2.2)."""

    SELF_GENERATED = "self_generated"
    CONTRACT_COLLECTED = "contract_collected"
    NATURAL_PERSON = "natural_person"
    WEB_CRAWLED = "web_crawled"
    FUSED = "fused"
    DERIVED = "derived"
    ENTRUSTED = "entrusted"
    GOV_DUTY = "gov_duty"
    PUBLIC_PRODUCT = "public_product"
    UTILITY = "utility"
