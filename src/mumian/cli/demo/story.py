"""What happened in the demo, as plain data: `mumian demo --json` prints it, `report.html` draws it.

Money in fen, privacy loss in 10^-9 rho, shares of ten thousand in bp, parts of a thousand in permille, times in ms.
"""

from __future__ import annotations

import msgspec


class Act(msgspec.Struct, frozen=True):
    """One act of the story. leaves: journal leaves that it added."""

    number: int
    title_en: str
    title_zh: str
    seconds_milli: int
    leaves: int


class Actor(msgspec.Struct, frozen=True):
    """A party of the market. roles: as `kernel.roles.Role`. key: its Ed25519 public key, hex."""

    party: str
    name: str
    roles: tuple[str, ...]
    key: str


class Supplied(msgspec.Struct, frozen=True):
    """A resource and how it came to market.

    quality: dimension of GB/T 36344 → permille, for those that could be measured.
    certificates: numbers of its property registrations (HOLD, OPERATE, USE), or none for public data.
    query_code: of its public data resource registration, or empty. grant: what the merchant got.
    """

    resource: str
    title: str
    holder: str
    data_kind: str
    rows: int
    units: int
    level: str
    quality: dict[str, int]
    version_digest: str
    certificates: tuple[str, ...]
    query_code: str
    grant: str


class Link(msgspec.Struct, frozen=True):
    """One step of a chain of rights, from the product's source up to its root. right: empty for an authorisation."""

    id: str
    holder: str
    right: str
    valid_from: int
    valid_to: int


class Chain(msgspec.Struct, frozen=True):
    """The chain beneath one source of a product."""

    resource: str
    title: str
    links: tuple[Link, ...]
    unbroken: bool


class Gate(msgspec.Struct, frozen=True):
    """One of the three gates that a product passed: name, evidence, leaf."""

    name_en: str
    name_zh: str
    evidence: str
    seq: int


class Product(msgspec.Struct, frozen=True):
    """A product on the shelf. unit: what the price is for (product, call). sold: units. gross_fen: of all sales."""

    product: str
    title: str
    delivery: str
    listing: str
    price_fen: int
    ceiling_fen: int
    unit: str
    sold: int
    gross_fen: int
    gates: tuple[Gate, ...]
    chains: tuple[Chain, ...]


class Cell(msgspec.Struct, frozen=True):
    """One released group: a route in a month, with noisy figures.

    flights: count. delay_sum: minutes. mean_delay_centi: minutes/100, or None where the noisy count is below the
    half width and a mean would mean nothing. mean_low_centi, mean_high_centi: its interval.
    """

    route: str
    month: int
    flights: int
    delay_sum: int
    mean_delay_centi: int | None
    mean_low_centi: int | None
    mean_high_centi: int | None


class Answer(msgspec.Struct, frozen=True):
    """The aggregate job. half_width_*: of the noise, at `confidence_permille`. epsilon: for people, at delta 10^-6."""

    job: str
    agreement: str
    purpose: str
    root: str
    domains: int
    unit: str
    l0: int
    linf_rows: int
    rho_nano: int
    epsilon: str
    half_width_flights: int
    half_width_delay_sum: int
    confidence_permille: int
    release_digest: str
    cells: tuple[Cell, ...]


class Calls(msgspec.Struct, frozen=True):
    """The verification calls. late: answered yes. proved_call: one that was proved offline, with its batch's root."""

    job: str
    agreement: str
    question: str
    calls: int
    late: int
    unknown: int
    batches: int
    calls_per_second: int
    proved_call: int
    proved_batch_root: str


class Budget(msgspec.Struct, frozen=True):
    """A privacy budget. epsilon_*: for people, at delta 10^-6."""

    budget: str
    resource: str
    holder: str
    privacy_unit: str
    rho_nano: int
    spent_rho_nano: int
    epsilon: str
    epsilon_spent: str


class Payment(msgspec.Struct, frozen=True):
    """What one payee got of one product, and why. weight_permille: its part of the owners' contribution, else 0."""

    product: str
    payee: str
    kind: str
    amount_fen: int
    weight_permille: int
    why_en: str
    why_zh: str


class Shown(msgspec.Struct, frozen=True):
    """A refusal that was shown live. rule: id of the rule of law behind it, or empty."""

    what_en: str
    what_zh: str
    name: str
    en: str
    zh: str
    rule: str
    seq: int


class Proofs(msgspec.Struct, frozen=True):
    """What an outsider can check. caught: what `fsck` said of a copy with one byte flipped, at leaf `caught_seq`."""

    leaves: int
    root: str
    vkey: str
    audit_milli: int
    laws: int
    receipt_seq: int
    receipt_hashes: int
    witness: str
    caught: str
    caught_seq: int


class Bargain(msgspec.Struct, frozen=True):
    """A joint development that was bargained for, disputed in part and paid out by measured values; a licence of it that was
    auctioned; and a month's invoice.

    evidence: the file that the values are measured from.
    """

    product: str
    title: str
    order: str
    unit_fen: int
    units_ordered: int
    units_settled: int
    evidence: str
    auction: str
    auctioned_fen: int
    invoice: str
    month: str
    invoiced_fen: int
    tax_fen: int

    @property
    def gross_fen(self) -> int:
        return self.units_settled * self.unit_fen + self.auctioned_fen


class Story(msgspec.Struct, frozen=True):
    """The whole. home: where it lies. cash_fen: what every party holds in the end, by party. payments: of the products, and of
    the joint development.
    """

    home: str
    origin: str
    started_at: int
    seconds_milli: int
    acts: tuple[Act, ...]
    actors: tuple[Actor, ...]
    supplied: tuple[Supplied, ...]
    products: tuple[Product, ...]
    answer: Answer
    calls: Calls
    budgets: tuple[Budget, ...]
    payments: tuple[Payment, ...]
    cash_fen: dict[str, int]
    refusals: tuple[Shown, ...]
    proofs: Proofs
    bargain: Bargain
