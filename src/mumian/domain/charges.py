"""What questions cost a domain's holdings, booked before anything runs; a question that was paid for costs nothing again.

Loss is booked by holding, the lineage of the data: a new version, another resource or another product on the same holding
starts with what is left. charges/QUESTION.json is written before the question runs, and nothing gives it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import msgspec

from mumian.domain.plans import Source
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import read, write
from mumian.kernel.canonical import Natural
from mumian.kernel.ids import JobId
from mumian.kernel.outcome import Refused


class Charge(msgspec.Struct, frozen=True):
    """rho_nano, delta_femto: by holding of this domain, what the question cost, in 10^-9 and 10^-15."""

    job: JobId
    rho_nano: dict[str, Natural]
    delta_femto: dict[str, Natural] = {}


class Charges:
    """The book of one domain. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._rho, self._delta = Counter[str](), Counter[str]()
        self._questions: set[str] = set()
        for path in folder.glob("*.json"):
            self._book(path.stem, read(path, Charge))

    def spent_nano(self, holding: str) -> int:
        """Return the zCDP loss of all questions to a holding, in 10^-9."""
        return self._rho[holding]

    def spent_femto(self, holding: str) -> int:
        """Return the delta of all questions to a holding, in 10^-15."""
        return self._delta[holding]

    def charge(
        self, question: str, job: JobId, sources: Sequence[Source], *, rho_nano: int, delta_femto: int
    ) -> Refused | None:
        """Book a question's loss on the holdings that it reads, all of them or none."""
        with self._lock:
            if question in self._questions:
                return None
            rho: dict[str, int] = {}
            delta: dict[str, int] = {}
            for source in sources:
                refused = self._refuse(source, rho_nano=rho_nano, delta_femto=delta_femto)
                if refused is not None:
                    return refused
                rho[source.terms.name], delta[source.terms.name] = rho_nano, delta_femto
            made = Charge(job, rho, delta)
            write(self._folder / f"{question}.json", made)
            self._book(question, made)
            return None

    def _refuse(self, source: Source, *, rho_nano: int, delta_femto: int) -> Refused | None:
        asked, terms = source.asked, source.terms
        detail: dict[str, str | int] = {"resource": asked.resource, "cost_nano": rho_nano}
        if asked.rho_nano < rho_nano or asked.delta_femto < delta_femto:
            return Refused(R.RHO_NOT_CHARGED, {**detail, "charged_nano": asked.rho_nano})
        left = terms.rho_nano_max - self._rho[terms.name]
        if rho_nano > left:
            return Refused(R.RHO_OVER_TERMS, {**detail, "left_nano": left})
        left_femto = terms.delta_femto_max - self._delta[terms.name]
        if delta_femto > left_femto:
            more: dict[str, str | int] = {"cost_femto": delta_femto, "left_femto": left_femto}
            return Refused(R.DELTA_OVER_TERMS, {"resource": asked.resource, **more})
        return None

    def _book(self, question: str, charge: Charge) -> None:
        self._questions.add(question)
        self._rho.update(charge.rho_nano)
        self._delta.update(charge.delta_femto)
