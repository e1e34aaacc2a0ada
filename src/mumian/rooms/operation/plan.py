"""The plan of an authorised operation (授权运营实施方案): its twelve items as they are drafted and as they are complete."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from mumian.kernel.ids import ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.operation.vocabulary import (
    PRODUCTS_MAX,
    RESOURCES_MAX,
    Code,
    ConditionKind,
    Digest,
    Form,
    Further,
    Mode,
    Moment,
    OptionalCode,
    Title,
    Use,
)


class PlanItem(StrEnum):
    """The twelve items of S3 第9条, in its order."""

    NAME = "name"  # 名称
    NECESSITY = "necessity"  # 必要性、可行性
    OPERATOR_CONDITIONS = "operator_conditions"  # 运营机构选择条件
    MODE = "mode"  # 授权模式
    RESOURCES = "resources"  # 资源范围、目录、更新频率、质量
    TERM = "term"  # 期限、建设、技术、进度、评价、退出、资产管理
    PRODUCTS = "products"  # 产品和服务清单
    ACCOUNTS = "accounts"  # 成本收入核算、收益分配
    SECURITY = "security"  # 安全、个人信息保护、应急
    DUTIES = "duties"  # 权责
    SUPERVISION = "supervision"  # 监督考核
    OTHER = "other"  # 其他


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator must bring of one kind."""

    kind: ConditionKind
    requirement_digest: Digest


class PlannedProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product or service of the list. Its use says on which of the two halves of the list it stands (两大类)."""

    code: Code
    title: Title
    use: Use
    form: Form


class Accounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cost, revenue and sharing. separate: accounts are kept for this operation alone (单独核算); None: not stated."""

    separate: bool | None
    costing_digest: Digest
    sharing_digest: Digest


PlanResources = Annotated[tuple[ResourceId, ...], msgspec.Meta(max_length=RESOURCES_MAX)]
PlannedProducts = Annotated[tuple[PlannedProduct, ...], msgspec.Meta(max_length=PRODUCTS_MAX)]
Conditions = Annotated[tuple[Condition, ...], msgspec.Meta(max_length=len(ConditionKind))]


class PlanDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the implementing institution wrote down; an item that is None or empty is not there.

    scenario: the sector or scenario of those modes. valid_from, valid_to: the term that agreements must keep within.
    """

    title: Title = ""
    necessity_digest: Digest | None = None
    conditions: Conditions = ()
    mode: Mode | None = None
    scenario: OptionalCode = ""
    resources: PlanResources = ()
    catalogue_digest: Digest | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    arrangements_digest: Digest | None = None
    products: PlannedProducts = ()
    accounts: Accounts | None = None
    security_digest: Digest | None = None
    duties_digest: Digest | None = None
    supervision_digest: Digest | None = None
    other: Further | None = None


class PlanContent(msgspec.Struct, frozen=True):
    """A plan with all of its twelve items."""

    title: str
    necessity_digest: str
    conditions: tuple[Condition, ...]
    mode: Mode
    scenario: str
    resources: tuple[ResourceId, ...]
    catalogue_digest: str
    valid_from: Instant
    valid_to: Instant
    arrangements_digest: str
    products: tuple[PlannedProduct, ...]
    accounts: Accounts
    security_digest: str
    duties_digest: str
    supervision_digest: str
    other: str

    def product(self, code: str) -> PlannedProduct | None:
        """Return a product of the list by its code, or None."""
        return next((each for each in self.products if each.code == code), None)


def complete(d: PlanDraft) -> PlanContent | PlanItem:
    """Return the plan with all that it must have, or the first item that is missing."""
    if not d.title:
        return PlanItem.NAME
    if d.necessity_digest is None:
        return PlanItem.NECESSITY
    if {each.kind for each in d.conditions} != set(ConditionKind):
        return PlanItem.OPERATOR_CONDITIONS
    if d.mode is None:
        return PlanItem.MODE
    if not d.resources or d.catalogue_digest is None:
        return PlanItem.RESOURCES
    if d.valid_from is None or d.valid_to is None or d.arrangements_digest is None:
        return PlanItem.TERM
    if not d.products:
        return PlanItem.PRODUCTS
    if d.accounts is None:
        return PlanItem.ACCOUNTS
    if d.security_digest is None:
        return PlanItem.SECURITY
    if d.duties_digest is None:
        return PlanItem.DUTIES
    if d.supervision_digest is None:
        return PlanItem.SUPERVISION
    if d.other is None:
        return PlanItem.OTHER
    return PlanContent(
        title=d.title,
        necessity_digest=d.necessity_digest,
        conditions=d.conditions,
        mode=d.mode,
        scenario=d.scenario,
        resources=d.resources,
        catalogue_digest=d.catalogue_digest,
        valid_from=d.valid_from,
        valid_to=d.valid_to,
        arrangements_digest=d.arrangements_digest,
        products=d.products,
        accounts=d.accounts,
        security_digest=d.security_digest,
        duties_digest=d.duties_digest,
        supervision_digest=d.supervision_digest,
        other=d.other,
    )


_MAJOR = {
    PlanItem.OPERATOR_CONDITIONS: ("conditions",),
    PlanItem.MODE: ("mode", "scenario"),
    PlanItem.RESOURCES: ("resources",),
    PlanItem.TERM: ("valid_from", "valid_to"),
    PlanItem.PRODUCTS: ("products",),
    PlanItem.ACCOUNTS: ("accounts",),
}
"""Items by which something is decided: to change one is a major change (S3 names no list; a setting of this market)."""


def major_change(old: PlanContent, new: PlanContent) -> PlanItem | None:
    """Return the first item whose change is major, so that it goes the whole way again (重大变更走原流程), or None."""
    for item, fields in _MAJOR.items():
        if any(getattr(old, field) != getattr(new, field) for field in fields):
            return item
    return None
