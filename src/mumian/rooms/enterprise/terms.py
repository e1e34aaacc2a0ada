"""The terms of a licence in the words of the model contracts: what each side gives, and what each side owes."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import Digest
from mumian.kernel.money import Fen
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant
from mumian.rooms.enterprise.vocabulary import (
    Code,
    Codes,
    Derived,
    Dispute,
    Fields,
    Model,
    Moment,
    PriceForm,
    Section,
    Side,
)

NoticeDays: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=3_650)]
AcceptanceDays: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=365)]

SKELETON = tuple(section for section in Section if section is not Section.OWNERSHIP)
"""What no contract may lack (S29-SECTIONS)."""

LICENCES = (Model.PROVISION, Model.FUSION)
"""Model contracts that give rights in data; the others give none (S1-21-R7: an entrusted processor has none)."""


class DataGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data that one side gives the other.

    parent: the right or grant that it is given from. territory, fields: empty for all of the parent's.
    exclusive: to nobody else meanwhile. resale: the taker may sell what it makes of it. price_fen: per form, by the taker.
    """

    parent: Code
    right: Right
    purposes: Codes
    territory: Codes = ()
    fields: Fields = ()
    valid_from: Moment
    valid_to: Moment
    onward: bool = False
    exclusive: bool = False
    resale: bool = False
    price_form: PriceForm = PriceForm.FREE
    price_fen: Fen = 0


class Leg(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one side gives and owes.

    data: None where this side gives none. derived: whose the data is that is derived from it.
    audit: this side may audit the other. liability_cap_fen: the most that this side owes for a breach, None for no cap.
    termination_days: notice that this side must give. acceptance_days: for objections to what this side delivers; use
        alone does not count as acceptance where conformity cannot be judged without it (S29-ACCEPTANCE).
    """

    data: DataGiven | None
    derived: Derived = Derived.NO_CLAUSE
    audit: bool = False
    liability_cap_fen: Fen | None = None
    termination_days: NoticeDays = 30
    acceptance_days: AcceptanceDays = 7
    dispute: Dispute = Dispute.NEGOTIATION


class SectionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section of the contract, by the digest of its text, which both sides keep."""

    section: Section
    digest: Digest


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A licence's terms, both sides'. One that gives data in both directions is two-way (双向)."""

    model: Model
    first: Leg
    second: Leg
    sections: Annotated[tuple[SectionText, ...], msgspec.Meta(max_length=len(Section))]

    def leg(self, side: Side) -> Leg:
        return self.first if side is Side.FIRST else self.second

    @property
    def given(self) -> tuple[tuple[Side, DataGiven], ...]:
        """Who gives which data, the first side first."""
        return tuple((side, data) for side in Side if (data := self.leg(side).data) is not None)

    @property
    def starts_at(self) -> Instant:
        return min(data.valid_from for _, data in self.given)

    @property
    def ends_at(self) -> Instant:
        return max(data.valid_to for _, data in self.given)

    @property
    def is_two_way(self) -> bool:
        return len(self.given) == len(Side)

    @property
    def lacks_ownership(self) -> bool:
        """Data is fused and nothing says whose the outcome is: S1-21-R5b says so instead."""
        return self.model is Model.FUSION and any(self.leg(side).derived is Derived.NO_CLAUSE for side, _ in self.given)
