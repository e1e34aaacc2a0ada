"""A trial market on a stage: a test says commands one by one and makes what it needs with few words."""

from __future__ import annotations

from typing import Any

import msgspec

from mumian.kernel.canonical import digest, sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId, ListingId, OrderId, PartyId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.leaf import Leaf
from mumian.market.operating import admit_scenario, authorize
from mumian.market.registering import register_rights
from mumian.market.registering_public import register_public
from mumian.market.rooms import States
from mumian.market.simulator import T0, Simulator
from mumian.market.trial import EVIDENCE, PURPOSE, RULES, Script, policy_of, uscc
from mumian.policy.model import Policy
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import Quality, SourceType
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.operation.vocabulary import OperationId
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.property_register import model as property_register
from mumian.rooms.property_register.vocabulary import RevokeReason
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import AuthorizationId, Mode
from mumian.rooms.rights.vocabulary import SourceType as RightSource
from mumian.rulebook.rules import RULEBOOK_VERSION

UNTIL = T0 + 1_000 * DAY_MS
SCENARIO = goods.Scenario("FIN-01", "航班延误保险定价", goods.FieldOfUse.INDUSTRY)


class Stage:
    def __init__(self, rulebook: str = RULEBOOK_VERSION) -> None:
        self.market = Simulator(0, rulebook=rulebook)
        self.script = Script(self.market.handle_all, T0)
        self.script._said = 1_000  # the trial's own script has used the ids before
        self.world = self.market.world
        self.states: States = self.market.states
        self._companies = 500

    def say(self, actor: str, command: Any) -> Leaf:
        """Say a command that is accepted."""
        return self.script.say(actor, command).leaf

    def made(self, actor: str, command: Any, field: str) -> str:
        return self.script.made(actor, command, field)

    def ask(self, actor: str, command: Any) -> Leaf:
        """Say a command that may be refused."""
        envelope = Envelope(f"asked-{self.market.size:08d}", PartyId(actor), command)
        return self.market.handle_all([Spoken(envelope, "door:test")])[0].leaf

    def admit(self, kind: PartyKind, *roles: Role, key: str | None = None) -> PartyId:
        self._companies += 1
        if kind is PartyKind.NATURAL:
            commitment = sha256_hex(b"%d" % self._companies)
            return PartyId(self.made(OPERATOR, AdmitParty(kind, "", None, commitment, roles), "party"))
        named = AdmitParty(kind, "公司", uscc(self._companies), None, roles, key)
        return PartyId(self.made(OPERATOR, named, "party"))

    def merchant(self) -> PartyId:
        return self.admit(PartyKind.LEGAL, Role.DATA_MERCHANT)

    def right(self, nth: int, right: str) -> rights.RightId:
        key = f"{self.world.resources[nth]}/{self.world.owners[nth]}/{right}"
        return rights.RightId(self.states.rights.by_holder[key])

    def revocation(self, nth: int, right: str) -> property_register.RevokeRights:
        """What a registry says to revoke one right of the trial's nth owner for false material."""
        number = self.states.rights.rights[self.right(nth, right)].certificate
        lines = self.states.property_register.certificates[number].lines
        line = next(at for at, each in enumerate(lines) if each.right.value == right)
        return property_register.RevokeRights(number, (line,), RevokeReason.FALSE_MATERIAL, EVIDENCE)

    def resource(
        self,
        holder: str,
        kind: DataKind,
        source: SourceType,
        *,
        published: bool = True,
        rules: AnalysisRules | None = RULES,
    ) -> ResourceId:
        """Describe data like the trial's, of another kind, grade it, and let be asked of it what `rules` allow."""
        like = self.states.catalog.descriptions[self.world.resources[0]]
        fields = {name: getattr(like, name) for name in like.__struct_fields__}
        described = type(like)(**{**fields, "data_kind": kind, "source_type": source})
        resource = ResourceId(self.made(holder, catalog.DescribeResource(described), "resource"))
        impact = (Impact(Affected.ORGANISATION, Degree.GENERAL),)
        self.say(holder, catalog.ClassifyResource(resource, impact, False, "cdo"))
        if rules is not None:
            self.say(holder, cleanroom.SetAnalysisRules(resource, rules))
        if published:
            self.say(holder, catalog.PublishVersion(resource, sha256_hex(b"v"), 1, 1, Quality()))
        return resource

    def register(self, resource: ResourceId, holder: str, right: Right, source: RightSource) -> str:
        made = register_rights(self.script, self.world.registry, holder, resource, source, (right,), until=UNTIL)
        return made[right]

    def wait(self, until: int) -> None:
        """Let time pass; what is over by then is met."""
        self.market.scene.now = self.script.now = max(self.market.scene.now, until)
        self.market.handle_all([])

    def grant(self, actor: str, parent: str, grantee: str, *, right: Right = Right.USE, onward: bool = False) -> Leaf:
        """Grant onward, accepted or not."""
        command = rights.GrantRight(
            parent, PartyId(grantee), right, (PURPOSE,), (), (), self.now, UNTIL, onward, EVIDENCE
        )
        return self.ask(actor, command)

    @property
    def now(self) -> int:
        return self.market.scene.now

    def public(self, *, mode: Mode = Mode.WHOLE, scenario: str = "", ceiling_fen: int | None = 100) -> Public:
        """Bring public data from its body, through both registers and an operator, to the trial's merchant."""
        body = self.admit(PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY)
        bureau = self.admit(PartyKind.PUBLIC_BODY, Role.DATA_BUREAU)
        registry = self.admit(PartyKind.PUBLIC_BODY, Role.REGISTRY)
        operator = self.admit(PartyKind.LEGAL, Role.PUBLIC_DATA_OPERATOR)
        resource = self.resource(body, DataKind.PUBLIC, SourceType.GOV_DUTY)
        coded = register_public(self.script, registry=registry, body=body, resource=resource, wait=self.wait)
        key, authorization = authorize(
            self.script, body, operator, (resource,), mode, scenario, ceiling_fen, UNTIL, bureau=bureau
        )
        public = Public(
            self,
            body,
            bureau,
            registry,
            operator,
            resource,
            coded,
            key,
            AuthorizationId(authorization),
            ceiling_fen is None,
        )
        public.grant = public.admit(self.world.merchant)
        return public

    def product(self, *sources: str, kind: goods.ProductType = goods.ProductType.INDICATOR) -> ProductId:
        """Register a product of the trial's merchant; by default on the trial's grants."""
        named = tuple(map(goods.SourceId, sources or self.world.grants))
        form = goods.DeliveryForm.SANDBOX
        command = exchange.RegisterProduct("延误", kind, form, named, (PURPOSE,), SCENARIO)
        return ProductId(self.made(self.world.merchant, command, "product"))

    def offer(self, product: str, policy: Policy | None = None) -> contracts.MakeOffer:
        return contracts.MakeOffer(ProductId(product), policy or policy_of(ProductId(product)), None, UNTIL)

    def agree(self, product: str, policy: Policy | None = None) -> AgreementId:
        """Offer a product and have the trial's insurer sign."""
        offer = self.offer(product, policy)
        name = contracts.OfferId(self.made(self.world.merchant, offer, "offer"))
        signed = contracts.SignAgreement(name, digest(offer.policy))
        return AgreementId(self.made(self.world.insurer, signed, "agreement"))

    def order(self, listing: ListingId | None = None, *, quantity: int = 1, max_price_fen: int = 10**12) -> OrderId:
        placed = exchange.PlaceOrder(listing or self.world.report_listing, quantity, T0 + 300 * DAY_MS, max_price_fen)
        return OrderId(self.made(self.world.insurer, placed, "order"))


class Public(msgspec.Struct):
    """A chain of public data, from body to grant."""

    stage: Stage
    body: PartyId
    bureau: PartyId
    registry: PartyId
    operator: PartyId
    resource: ResourceId
    coded: str
    agreement: OperationId
    authorization: AuthorizationId
    is_free: bool
    grant: str = ""

    def admit(self, merchant: str, scenario: str = "FIN-01") -> str:
        """Bring a merchant's application through every review; return its grant. It is for the charged product, if one is agreed."""
        return admit_scenario(
            self.stage.script,
            self.agreement,
            department=self.body,
            operator=self.operator,
            merchant=merchant,
            resource=self.resource,
            scenario=scenario,
            purposes=(PURPOSE,),
            until=UNTIL - DAY_MS,
            is_free=self.is_free,
            bureau=self.bureau,
        )
