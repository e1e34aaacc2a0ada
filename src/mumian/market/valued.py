"""What a method finds a payout's evidence to be worth, and the same found again by whoever doubts it.

Evidence is a file: the worth of every coalition, or each owner's sums over its rows with those of the test set, or whose
rows are how near to those of a test set. It holds no row. Its digest is in the journal beside the values, so that they can be found again from nothing else.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.kernel.canonical import Int53, Positive
from mumian.methods.coalitions import Masks
from mumian.methods.knn_shapley import owner_values, ranked_knn_shapley
from mumian.methods.owner_utility import UTILITY_VERSION, Moments, owner_table
from mumian.methods.sampled_shapley import members, sampled_shapley
from mumian.methods.semivalues import float_shapley
from mumian.methods.shapley import PLAYERS_MAX, exact_shapley
from mumian.rooms.revenue.terms import NANO, OWNERS_MAX, Valuation, Version

EXACT = "exact-table/1"
KNN = "knn-rows/1"
CONFIDENCE_PERMILLE = 950
OFF_NANO = 2
"""How far a value that was found in floats may lie from the recorded one on another machine, beside a millionth of a
millionth of the largest."""

Floats = npt.NDArray[np.float64]


class EvidenceFault(ValueError):  # noqa: N818  # named for what is the matter
    """The evidence is none, or not of what it is said to be; says why and what to do."""


class WorthTable(msgspec.Struct, frozen=True, tag="table", forbid_unknown_fields=True):
    """worths_nano: of all 2^n coalitions by mask, bit i being the i-th owner, in 1/`NANO` of the utility's unit."""

    utility: Version
    worths_nano: tuple[Int53, ...]


class Sums(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Over an owner's rows (x, y): gram X'X, cross X'y, square y'y, and how many rows."""

    gram: tuple[tuple[float, ...], ...]
    cross: tuple[float, ...]
    square: float
    rows: Annotated[int, msgspec.Meta(ge=0)]

    def moments(self) -> Moments:
        return Moments(gram=np.array(self.gram), cross=np.array(self.cross), square=self.square, rows=self.rows)


class RidgeSums(msgspec.Struct, frozen=True, tag="ridge", forbid_unknown_fields=True):
    """Owners in the order of the rule, the test set that none of them saw, and the ridge as text."""

    owners: tuple[Sums, ...]
    test: Sums
    ridge: Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$")]

    @property
    def utility(self) -> str:
        return f"{UTILITY_VERSION}/{self.ridge}"


class Neighbours(msgspec.Struct, frozen=True, tag="neighbours", forbid_unknown_fields=True):
    """Training rows as the rows of a test set see them: whose they are, near to far, and whether the label fits.

    ranks: for each test row every training row: n for one of the n-th owner (from 1) with its label, -n for one without.
    Rows are the players, an owner's value the sum of its rows'. k: neighbours that vote.
    """

    owners: Annotated[int, msgspec.Meta(ge=1, le=OWNERS_MAX)]
    k: Positive
    ranks: Annotated[tuple[tuple[Int53, ...], ...], msgspec.Meta(min_length=1)]

    @property
    def utility(self) -> str:
        return f"knn/1/{self.k}"


Evidence: TypeAlias = WorthTable | RidgeSums | Neighbours


_decode: Any = msgspec.json.Decoder(Evidence).decode


class Sampling(msgspec.Struct, frozen=True):
    """How a game too large for a table is sampled."""

    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0
    evaluations: Positive = 10_000


def read_evidence(text: bytes) -> Evidence:
    """Raises: EvidenceFault: it is not of the form, or a table's length is no power of two."""
    try:
        found: Evidence = _decode(text)
    except msgspec.DecodeError as error:
        raise EvidenceFault(f"this is no evidence: {error}; see docs/concepts/money.md for its form") from error
    if isinstance(found, WorthTable) and len(found.worths_nano) != 1 << _players(found):
        raise EvidenceFault(f"a table of {len(found.worths_nano)} worths; it holds one for each of 2^n coalitions")
    if isinstance(found, Neighbours):
        _check_ranks(found)
    if not 1 <= _players(found) <= (PLAYERS_MAX if isinstance(found, WorthTable) else OWNERS_MAX):
        raise EvidenceFault(
            f"evidence of {_players(found)} owners; a table holds 1 to {PLAYERS_MAX}, sums {OWNERS_MAX}"
        )
    return found


def _players(evidence: Evidence) -> int:
    match evidence:
        case WorthTable():
            return len(evidence.worths_nano).bit_length() - 1
        case RidgeSums():
            return len(evidence.owners)
        case Neighbours():
            return evidence.owners


def _check_ranks(evidence: Neighbours) -> None:
    """Raise EvidenceFault unless every test row ranks the same rows: as many of each owner."""
    first = Counter(map(abs, evidence.ranks[0]))
    for nth, ranks in enumerate(evidence.ranks, 1):
        whose = Counter(map(abs, ranks))
        if not whose.keys() <= set(range(1, evidence.owners + 1)) or whose != first:
            raise EvidenceFault(
                f"test row {nth} ranks other rows than the first, or of others than owners 1 to {evidence.owners}"
            )


def valuation_of(evidence: Evidence, sampling: Sampling) -> Valuation:
    """Return every owner's Shapley value: exact up to 20 owners, sampled beyond; of neighbours, its rows' together, exact.

    Raises: EvidenceFault: sums do not fit one another, or a value exceeds what a journal can carry.
    """
    n = _players(evidence)
    try:
        if isinstance(evidence, WorthTable):
            worths = evidence.worths_nano
            return _exact(evidence.utility, [round(value) for value in exact_shapley(n, worths.__getitem__)])
        if isinstance(evidence, Neighbours):
            return _closed(evidence)
        if n <= PLAYERS_MAX:
            table = owner_table(
                [own.moments() for own in evidence.owners], evidence.test.moments(), ridge=_ridge(evidence)
            )
            return _exact(evidence.utility, _nano(float_shapley(table).tolist()))
        return _sampled(evidence, sampling)
    except (ValueError, np.linalg.LinAlgError) as error:
        raise EvidenceFault(f"no values can be found of this evidence: {error}") from error


def _ridge(evidence: RidgeSums) -> float:
    return float(evidence.ridge)


def _exact(utility: str, values: list[int]) -> Valuation:
    none = (0,) * len(values)
    return msgspec.convert(
        msgspec.to_builtins(Valuation(EXACT, utility, tuple(values), none, 1_000, 0, 1 << len(values))), Valuation
    )


def _closed(evidence: Neighbours) -> Valuation:
    """KNN-Shapley of every training row, added up by owner, as the mean over the test set."""
    ranks = np.array(evidence.ranks, dtype=np.int64)
    worth = ranked_knn_shapley(ranks > 0, k=evidence.k)
    sums = owner_values(worth.ravel(), np.abs(ranks).ravel() - 1)
    values = _nano([each / len(ranks) for each in sums])
    padded = (*values, *(0,) * (evidence.owners - len(values)))
    return Valuation(KNN, evidence.utility, padded, (0,) * evidence.owners, 1_000, 0, len(ranks))


def _sampled(evidence: RidgeSums, sampling: Sampling) -> Valuation:
    found = sampled_shapley(
        len(evidence.owners),
        _Ridge(evidence).worths,
        evaluations=sampling.evaluations,
        rng=np.random.default_rng(sampling.seed),
        confidence_permille=CONFIDENCE_PERMILLE,
    )
    valuation = Valuation(
        f"{found.method}/{found.version}",
        evidence.utility,
        tuple(_nano(found.values)),
        tuple(_nano(found.half_widths)),
        CONFIDENCE_PERMILLE,
        sampling.seed,
        sampling.evaluations,
    )
    return msgspec.convert(msgspec.to_builtins(valuation), Valuation)


def _nano(values: list[float] | tuple[float, ...]) -> list[int]:
    return [round(Fraction(value) * NANO) for value in values]


class _Ridge:
    """The worth of given coalitions: as `methods.owner_utility`, for those alone that are asked about."""

    def __init__(self, evidence: RidgeSums) -> None:
        owners, test = [own.moments() for own in evidence.owners], evidence.test.moments()
        self._columns = len(test.cross)
        self._grams = np.array([own.gram.ravel() for own in owners])
        self._crosses = np.array([own.cross for own in owners])
        self._ridge = _ridge(evidence) * np.eye(self._columns)
        self._test_gram, self._test_cross = test.gram / test.rows, test.cross / test.rows

    def worths(self, masks: Masks) -> Floats:
        inside, d = members(len(self._crosses), masks), self._columns
        grams = (inside @ self._grams).reshape(-1, d, d) + self._ridge
        models = np.linalg.solve(grams, (inside @ self._crosses)[..., None])[..., 0]
        explained = 2 * models @ self._test_cross - np.einsum("mi,ij,mj->m", models, self._test_gram, models)
        return np.asarray(explained, dtype=np.float64)


class Doubt(msgspec.Struct, frozen=True):
    """One owner's value as recorded and as found again, in 1/`NANO`."""

    owner: str
    recorded_nano: int
    again_nano: int
    off_nano: int

    @property
    def is_equal(self) -> bool:
        return abs(self.recorded_nano - self.again_nano) <= self.off_nano


def valued_again(evidence: Evidence, recorded: Valuation, owners: list[str]) -> list[Doubt]:
    """Find the values again by the recorded method, seed and number of coalitions; one line an owner.

    Raises: EvidenceFault: the evidence is of other owners or of another utility than recorded, or gives no values.
    """
    if _players(evidence) != len(owners) or evidence.utility != recorded.utility:
        said = f"{_players(evidence)} owners by `{evidence.utility}`"
        raise EvidenceFault(
            f"evidence of {said}, recorded are {len(owners)} by `{recorded.utility}`; find the right file"
        )
    again = valuation_of(evidence, Sampling(recorded.seed, recorded.evaluations))
    if again.method != recorded.method:
        raise EvidenceFault(f"recorded by `{recorded.method}`, this program would find them by `{again.method}`")
    floats = 0 if isinstance(evidence, WorthTable) else OFF_NANO + max(map(abs, recorded.values)) // 10**12
    return [
        Doubt(owner, value, found, floats)
        for owner, value, found in zip(owners, recorded.values, again.values, strict=True)
    ]
