"""Which right may be registered for which source: S1 第21条, row by row (domain-rules §2.2), over facts that are stated.

A fact is stated yes, stated no, or not stated. What is not stated is asked for, never presumed.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mumian.kernel.roles import Right, SourceType
from mumian.rooms.property_register.vocabulary import BasisKind, Condition, Statement


class Row(msgspec.Struct, frozen=True):
    """One row of the table.

    requires: must be stated yes. excludes: must be stated no. basis: kinds of document it must rest on; empty for any.
    consent: every other party to the fusion must consent.
    """

    rule: str
    source: SourceType
    rights: frozenset[Right]
    requires: tuple[Condition, ...] = ()
    excludes: tuple[Condition, ...] = ()
    basis: frozenset[BasisKind] = frozenset()
    consent: bool = False


class Missing(msgspec.Struct, frozen=True):
    """Facts that the row needs and nobody stated, in the order of asking."""

    row: Row
    questions: tuple[Condition, ...]


class Barred(msgspec.Struct, frozen=True):
    """No row gives the right. failed: facts that stand against the nearest one; empty where no facts would help."""

    row: Row
    failed: tuple[Condition, ...]


_ALL = frozenset(Right)
_HOLD_USE = frozenset({Right.HOLD, Right.USE})
_AGREED = frozenset({BasisKind.CONTRACT, BasisKind.ADMINISTRATIVE_AGREEMENT})
_BY_LAW_OR_CONTRACT = _AGREED | {BasisKind.LAW}
_S, _C = SourceType, Condition
LAWFUL_CRAWL = (_C.NO_INTRUSION, _C.NO_DISTURBANCE, _C.NO_BROKEN_PROTECTION, _C.NO_HARM, _C.GRADED)
_OWN_OFFER = (_C.DATA_PRODUCT, _C.NO_SUBSTITUTION)
_DERIVED = (_C.SUBSTANTIAL_CHANGE, _C.VALUE_RAISED, _C.USE_OF_SOURCE, _C.INTERESTS_PROTECTED)

ROWS = (
    Row("S1-21-R1", _S.SELF_GENERATED, _ALL, (_C.LAWFUL_SOURCE,)),
    Row("S1-21-R2", _S.CONTRACT_COLLECTED, _ALL, (_C.BROUGHT_ABOUT, _C.COLLECTED_UNDER_CONTRACT), basis=_AGREED),
    Row("S1-21-R3", _S.NATURAL_PERSON, _ALL, (_C.LAWFUL_SOURCE,)),
    Row("S1-21-R4b", _S.WEB_CRAWLED, _ALL, (*LAWFUL_CRAWL, *_OWN_OFFER)),
    Row("S1-21-R4a", _S.WEB_CRAWLED, _HOLD_USE, LAWFUL_CRAWL),
    Row("S1-21-R5a", _S.FUSED, _ALL, (_C.CONTRACT_CLAUSE, _C.RIGHT_BY_CLAUSE), basis=_AGREED),
    Row("S1-21-R5b", _S.FUSED, _HOLD_USE, excludes=(_C.CONTRACT_CLAUSE,)),
    Row("S1-21-R5b", _S.FUSED, frozenset({Right.OPERATE}), excludes=(_C.CONTRACT_CLAUSE,), consent=True),
    Row("S1-21-R6", _S.DERIVED, _ALL, _DERIVED),
    Row("S1-21-R7", _S.ENTRUSTED, _ALL, (_C.RIGHT_BY_CLAUSE,), basis=_BY_LAW_OR_CONTRACT),
    Row("S1-21-R8", _S.GOV_DUTY, frozenset()),
    Row("S1-21-R9", _S.PUBLIC_PRODUCT, _ALL),
    Row("S1-21-R10", _S.UTILITY, _ALL, excludes=(_C.OTHERWISE_RULED,)),
)
"""Of a source's rows the first that applies decides, so the more demanding stands first. R9 rests on what the market
itself knows: whether the product is registered as public data resource (S1 第15条二)."""

_BY_SOURCE = {source: tuple(row for row in ROWS if row.source is source) for source in SourceType}

OF_PUBLIC_DATA = frozenset({_S.PUBLIC_PRODUCT, _S.UTILITY})
"""The only sources for which public data may be registered as property (S1-15)."""


class Question(msgspec.Struct, frozen=True):
    """What to ask a person."""

    en: str
    zh: str


QUESTIONS = {
    _C.LAWFUL_SOURCE: Question(
        "was the data collected, produced or obtained against no law and no contract?",
        "数据的采集、生成、获取是否不违反法律规定和合同约定？",
    ),
    _C.BROUGHT_ABOUT: Question("did the data come about through the applicant?", "数据是否由申请人促成产生？"),
    _C.COLLECTED_UNDER_CONTRACT: Question(
        "did the applicant let another collect it by a civil contract?", "申请人是否以民事合同授权他人采集？"
    ),
    _C.NO_INTRUSION: Question("did the crawler intrude nowhere unlawfully?", "自动化程序是否未非法侵入他人网络？"),
    _C.NO_DISTURBANCE: Question(
        "did the crawler leave the service undisturbed?", "自动化程序是否未干扰网络服务正常运行？"
    ),
    _C.NO_BROKEN_PROTECTION: Question(
        "did the crawler break no technical protection?", "自动化程序是否未破坏有效技术措施？"
    ),
    _C.NO_HARM: Question("did the crawling harm nobody's rights?", "收集行为是否未损害他人合法权益？"),
    _C.GRADED: Question("is the crawled data classified and protected by grade?", "是否已落实数据分类分级保护？"),
    _C.DATA_PRODUCT: Question(
        "is it a product, no longer the set as gathered?", "是否已形成数据产品，而非原始数据集？"
    ),
    _C.NO_SUBSTITUTION: Question(
        "does it not replace the crawled party's products and services in substance?",
        "是否不实质性替代被收集方的产品和服务？",
    ),
    _C.CONTRACT_CLAUSE: Question(
        "does the contract of the fusion say who has which right?", "融合数据的合同是否约定了权利归属？"
    ),
    _C.RIGHT_BY_CLAUSE: Question(
        "does law or contract give this right to this holder?", "法律规定或合同约定是否将该项权利归于该权利人？"
    ),
    _C.SUBSTANTIAL_CHANGE: Question(
        "is it changed in substance in content, form or structure?", "内容、形式、结构等是否发生实质改变？"
    ),
    _C.VALUE_RAISED: Question("is its value markedly raised?", "数据价值是否显著提升？"),
    _C.USE_OF_SOURCE: Question(
        "does the deriver have the right to use the original data?", "衍生方是否对原始数据享有使用权？"
    ),
    _C.INTERESTS_PROTECTED: Question(
        "are the interests of all parties to the original data protected?", "是否保护了各方合法权益？"
    ),
    _C.OTHERWISE_RULED: Question(
        "does any provision rule otherwise for this utility's data?", "对该公用企业数据是否另有规定？"
    ),
}
"""Each question as it is put to a person; a refusal names it by its code."""


def entitled(source: SourceType, right: Right, answers: Mapping[Condition, bool]) -> Row | Missing | Barred:
    """Answer which row gives `right` for data from `source`.

    answers: what was stated.
    Returns: the first row whose facts are all stated as it needs them; else, of the rows that nothing stands against,
    the one that needs the fewest facts more, with those; else the row that the fewest facts stand against, with those.
    Source: S1 第15、21条.
    """
    rows = [row for row in _BY_SOURCE[source] if right in row.rights]
    if not rows:
        return Barred(_BY_SOURCE[source][0], ())
    for row in rows:
        if not _failed(row, answers) and not _unstated(row, answers):
            return row
    still_open = [row for row in rows if not _failed(row, answers)]
    if still_open:
        nearest = min(still_open, key=lambda row: len(_unstated(row, answers)))
        return Missing(nearest, _unstated(nearest, answers))
    nearest = min(rows, key=lambda row: len(_failed(row, answers)))
    return Barred(nearest, _failed(nearest, answers))


def _failed(row: Row, answers: Mapping[Condition, bool]) -> tuple[Condition, ...]:
    wrong = [each for each in row.requires if answers.get(each) is False]
    return (*wrong, *(each for each in row.excludes if answers.get(each) is True))


def _unstated(row: Row, answers: Mapping[Condition, bool]) -> tuple[Condition, ...]:
    return tuple(each for each in (*row.requires, *row.excludes) if each not in answers)


def answers_for(statements: tuple[Statement, ...], claim: int) -> dict[Condition, bool]:
    """Return what is stated of one claim: what is said of it alone goes before what is said of all."""
    for_all = {each.condition: each.holds for each in statements if each.claim is None}
    return for_all | {each.condition: each.holds for each in statements if each.claim == claim}


def favourable(source: SourceType) -> tuple[Statement, ...]:
    """Return statements under which the table gives every right that it ever gives for this source."""
    row = _BY_SOURCE[source][0]
    asked = [*((each, True) for each in row.requires), *((each, False) for each in row.excludes)]
    return tuple(Statement(condition, holds) for condition, holds in asked)
