"""The four model contracts (合同示范文本): terms become an ODRL policy and a text in two languages. The skeletons are data.

What a model says lies in `data/contract_models.toml`; this module fills it in and adds nothing to it.
Source: S29 (2025-07-04), sections and the clause on fused data; S1 第21条(五) where that clause is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, TypeAlias

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.ids import PartyId
from mumian.kernel.money import PositiveFen
from mumian.kernel.time import Instant, iso
from mumian.policy.model import Constraint, Duty, Policy, PolicyType, Rule

Code: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Lang: TypeAlias = Literal["en", "zh"]


class ContractModel(StrEnum):
    """The kinds of `S29-MODELS`."""

    PROVISION = "provision"  # 数据提供
    ENTRUSTMENT = "entrustment"  # 数据委托处理服务
    FUSION = "fusion"  # 数据融合开发
    INTERMEDIATION = "intermediation"  # 数据中介服务


class Ownership(StrEnum):
    """Who operates what a joint development makes. No clause at all is the case of `S1-21-R5b`."""

    BUYER = "buyer"
    SELLER = "seller"
    EACH = "each"


class Clauses(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is agreed besides price and quantity.

    territory: a code, parts named `whole-part`. use_until: first instant at which use is no longer permitted.
    uses_max: 0 where uses are not counted. is_onward: what was received may be passed on.
    ownership, participants: of a joint development only; participants: who takes part besides the two sides.
    """

    model: ContractModel
    purposes: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=16)]
    territory: Code
    use_until: Instant
    uses_max: Natural = 0
    is_onward: bool = False
    ownership: Ownership | None = None
    participants: Annotated[tuple[PartyId, ...], msgspec.Meta(max_length=16)] = ()

    @property
    def operates_by_consent(self) -> bool:
        """Tell whether the contract leaves open who operates the fused data."""
        return self.model is ContractModel.FUSION and self.ownership is None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What the contract is about and who its sides are: what fills a text's braces besides the clauses."""

    product: str
    seller: PartyId
    buyer: PartyId
    quantity: Positive
    unit_fen: PositiveFen
    expires_at: Instant


class _Said(msgspec.Struct, frozen=True):
    en: str
    zh: str


class _Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    zh: str
    rights_en: str
    rights_zh: str
    permission: tuple[str, ...]
    unless_onward: tuple[str, ...]
    obligation: tuple[str, ...]


class _Models(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sections: dict[str, _Said]
    models: dict[ContractModel, _Model]
    ownership: dict[str, _Said]


@cache
def _models() -> _Models:
    content = files("mumian.policy").joinpath("data/contract_models.toml").read_bytes()
    return msgspec.toml.decode(content, type=_Models)


def policy_of(clauses: Clauses, *, product: str, seller: PartyId) -> Policy:
    """Return the policy, of type Offer, that the clauses make for one product; `binding.bind` binds it to the two sides.

    Operating fused data (`sell`) is a permission of its own: with the buyer or with each, free; with the seller, forbidden;
    unsettled, gated by one duty `consent-PARTY` for the seller and every further participant.
    """
    model = _models().models[clauses.model]
    bounds = _bounds(clauses)
    permission = tuple(Rule(f"permit-{each}", each, product, constraints=bounds) for each in model.permission)
    forbidden = () if clauses.is_onward else model.unless_onward
    if clauses.model is ContractModel.FUSION:
        if clauses.ownership is Ownership.SELLER:
            forbidden = (*forbidden, "sell")
        else:
            permission = (*permission, _operate(clauses, product, seller))
    return Policy(
        f"policy-{product}",
        PolicyType.OFFER,
        permission=permission,
        prohibition=tuple(Rule(f"forbid-{each}", each, product) for each in forbidden),
        obligation=tuple(Duty(f"owe-{each}", each) for each in model.obligation),
    )


def _bounds(clauses: Clauses) -> tuple[Constraint, ...]:
    bounds = (
        Constraint("purpose", "isAnyOf", clauses.purposes),
        Constraint("spatial", "isPartOf", clauses.territory),
        Constraint("dateTime", "lt", clauses.use_until),
    )
    return (*bounds, Constraint("count", "lteq", clauses.uses_max)) if clauses.uses_max else bounds


def _operate(clauses: Clauses, product: str, seller: PartyId) -> Rule:
    asked = others(clauses, seller) if clauses.operates_by_consent else ()
    duties = tuple(Duty(f"consent-{party}", "obtainConsent") for party in asked)
    purpose, _territory, until, *_count = _bounds(clauses)
    return Rule("permit-sell", "sell", product, constraints=(purpose, until), duties=duties)


def others(clauses: Clauses, seller: PartyId) -> tuple[PartyId, ...]:
    """Return whose consent the buyer needs to operate unsettled fused data: everybody else who takes part, once each."""
    return tuple(dict.fromkeys((seller, *clauses.participants)))


def text_of(clauses: Clauses, subject: Subject, lang: Lang) -> str:
    """Return the contract as text, a line a section, in the order of `S29-SECTIONS`."""
    models = _models()
    model = models.models[clauses.model]
    words = _words(clauses, subject)
    settled = models.ownership[clauses.ownership or "unsettled"]
    ownership = getattr(settled, lang).format_map(words)
    rights: str = model.rights_en if lang == "en" else model.rights_zh
    lines: list[str] = [getattr(model, lang)]
    for name, section in models.sections.items():
        lines.append(getattr(section, lang).format_map(words))
        if name == "subject":
            lines.append(rights.format_map({**words, "ownership": ownership}))
    return "\n".join(lines)


def _words(clauses: Clauses, subject: Subject) -> Mapping[str, str | int]:
    return {
        "product": subject.product,
        "seller": subject.seller,
        "buyer": subject.buyer,
        "quantity": subject.quantity,
        "unit_fen": subject.unit_fen,
        "amount_fen": subject.quantity * subject.unit_fen,
        "expires_at": iso(subject.expires_at),
        "purposes": ", ".join(clauses.purposes),
        "territory": clauses.territory,
        "use_until": iso(clauses.use_until),
        "others": ", ".join(f"`{party}`" for party in others(clauses, subject.seller)),
    }
