"""ODRL's JSON-LD, in and out. What the market does not understand is refused by its name, never dropped.

Ids of the market (`product-12`) become `urn:mumian:product-12`; ms become xsd:dateTime and xsd:duration, fen a decimal of
yuan. Nothing is fetched: the two contexts are known by name.
Source: ODRL Vocabulary & Expression 2.2, §2.2 (JSON-LD); ODRL IM 2.2 §2.7.1 (compact policies), §2.10 (conflict default).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mumian.kernel.money import yuan
from mumian.policy.check import defects
from mumian.policy.model import Conflict, Constraint, Duty, Logical, Policy, PolicyType, RightOperand, Rule
from mumian.policy.vocabulary import LOGICAL, ODRL_ACTIONS, OPERANDS, OPERATORS, PROFILE, PROFILE_ACTIONS, Kind

ODRL_CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
CONTEXT = (ODRL_CONTEXT, {"mumian": f"{PROFILE}:"})
YUAN_UNIT = "http://dbpedia.org/resource/Renminbi"
URN = "urn:mumian:"
INSTANT_MAX = 253_402_300_799_999
"""The last millisecond of the year 9999, beyond which xsd:dateTime and its readers part ways."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPAN = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,13})(?:\.(\d{3}))?S)?)?")
_YUAN = re.compile(r"(\d{1,14})\.(\d\d)")


class Unreadable(ValueError):  # noqa: N818  # said to people as it stands
    """A document or policy that cannot be carried over; the message names the term and its place."""


def to_jsonld(policy: Policy) -> dict[str, Any]:
    """Return `policy` as a JSON-LD document.

    Raises: Unreadable: the policy has a defect (see `check.defects`), or an instant after the year 9999.
    """
    for defect in defects(policy):
        raise Unreadable(defect)
    document: dict[str, Any] = {"@context": list(CONTEXT), "@type": policy.type.value, "uid": _iri(policy.uid)}
    if policy.profile is not None:
        document["profile"] = policy.profile
    document["conflict"] = policy.conflict.value
    for name in ("permission", "prohibition", "obligation"):
        if rules := getattr(policy, name):
            document[name] = [_part_out(rule) for rule in rules]
    return document


def from_jsonld(document: object) -> Policy:
    """Read a JSON-LD document. Target, parties and action given for the whole policy are given to each rule.

    Raises: Unreadable: a term, context or value that the market does not understand, by name and place.
    """
    top = _object(document, "$")
    _only(top, _POLICY_TERMS, "$")
    _read_context(top.get("@context"))
    shared = {name: top[name] for name in ("target", "assigner", "assignee", "action") if name in top}
    policy = Policy(
        uid=_id(top.get("uid"), "$.uid"),
        type=_word(PolicyType, top.get("@type", "Set"), "$.@type"),
        permission=tuple(_rule_in(item, at) for item, at in _items(top, "permission", "$", shared)),
        prohibition=tuple(_rule_in(item, at) for item, at in _items(top, "prohibition", "$", shared)),
        obligation=tuple(_duty_in(item, at) for item, at in _items(top, "obligation", "$", shared)),
        profile=_text(top["profile"], "$.profile") if "profile" in top else None,
        conflict=_word(Conflict, top.get("conflict", "invalid"), "$.conflict"),
    )
    for defect in defects(policy):
        raise Unreadable(defect)
    return policy


_POLICY_TERMS = frozenset(
    {"@context", "@type", "uid", "profile", "conflict", "permission", "prohibition", "obligation"}
    | {"target", "assigner", "assignee", "action"}
)
_DUTY_TERMS = frozenset({"uid", "action", "target", "assigner", "assignee", "constraint"})
_RULE_TERMS = _DUTY_TERMS | {"duty"}
_CONSTRAINT_TERMS = frozenset({"leftOperand", "operator", "rightOperand", "unit"})


def _part_out(part: Rule | Duty) -> dict[str, Any]:
    action = f"mumian:{part.action}" if part.action in PROFILE_ACTIONS else part.action
    out: dict[str, Any] = {"uid": _iri(part.uid), "action": action}
    for name in ("target", "assigner", "assignee"):
        value = getattr(part, name)
        if value is not None:
            out[name] = _iri(value)
    if part.constraints:
        out["constraint"] = [_constraint_out(constraint) for constraint in part.constraints]
    if isinstance(part, Rule) and part.duties:
        out["duty"] = [_part_out(duty) for duty in part.duties]
    return out


def _constraint_out(constraint: Constraint | Logical) -> dict[str, Any]:
    if isinstance(constraint, Logical):
        return {constraint.operand: [_constraint_out(part) for part in constraint.constraints]}
    kind = OPERANDS[constraint.left_operand]
    out: dict[str, Any] = {"leftOperand": constraint.left_operand, "operator": constraint.operator}
    out["rightOperand"] = _value_out(kind, constraint.right_operand)
    if kind is Kind.FEN:
        out["unit"] = YUAN_UNIT
    return out


def _value_out(kind: Kind, value: RightOperand) -> object:
    if isinstance(value, int):
        match kind:
            case Kind.INSTANT:
                if value > INSTANT_MAX:
                    raise Unreadable(f"the instant {value} lies after the year 9999")
                instant = _EPOCH + timedelta(milliseconds=value)  # exact, where seconds as a float lose the last digit
                text = instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                return {"@value": text, "@type": "xsd:dateTime"}
            case Kind.SPAN:
                return {"@value": f"PT{value // 1000}.{value % 1000:03d}S", "@type": "xsd:duration"}
            case Kind.FEN:
                return {"@value": yuan(value).replace(",", ""), "@type": "xsd:decimal"}
    return list(value) if isinstance(value, tuple) else value


def _rule_in(item: Mapping[str, object], at: str) -> Rule:
    _only(item, _RULE_TERMS, at)
    duty = _duty_in({name: value for name, value in item.items() if name != "duty"}, at)
    if duty.target is None:
        raise Unreadable(f"`{at}` has no target; name the asset")
    duties = tuple(_duty_in(inner, where) for inner, where in _items(item, "duty", at, {}))
    return Rule(duty.uid, duty.action, duty.target, duty.assigner, duty.assignee, duty.constraints, duties)


def _duty_in(item: Mapping[str, object], at: str) -> Duty:
    _only(item, _DUTY_TERMS, at)
    nameless = re.sub(r"[^a-z0-9]+", "-", at).strip("-")  # `$.permission[0]` → `permission-0`
    ids = {name: _id(item[name], f"{at}.{name}") for name in ("target", "assigner", "assignee") if name in item}
    return Duty(
        uid=_id(item.get("uid", nameless), f"{at}.uid"),
        action=_action(item.get("action"), f"{at}.action"),
        constraints=tuple(_constraint_in(inner, where) for inner, where in _items(item, "constraint", at, {})),
        **ids,
    )


def _constraint_in(item: Mapping[str, object], at: str) -> Constraint | Logical:
    names = LOGICAL & item.keys()
    if not names:
        return _comparison_in(item, at)
    name = min(names)
    _only(item, frozenset({name}), at)
    listed = item[name]
    inside = {name: listed["@list"]} if isinstance(listed, dict) and set(listed) == {"@list"} else item
    return Logical(name, tuple(_comparison_in(inner, where) for inner, where in _items(inside, name, at, {})))


def _comparison_in(item: Mapping[str, object], at: str) -> Constraint:
    _only(item, _CONSTRAINT_TERMS, at)
    left, operator = _text(item.get("leftOperand"), f"{at}.leftOperand"), _text(item.get("operator"), f"{at}.operator")
    kind = OPERANDS.get(left)
    if kind is None:
        raise Unreadable(f"unknown operand `{left}` at `{at}.leftOperand`")
    if operator not in OPERATORS:
        raise Unreadable(f"unknown operator `{operator}` at `{at}.operator`")
    unit = item.get("unit")
    if unit != (YUAN_UNIT if kind is Kind.FEN else None):
        raise Unreadable(f"the unit `{unit}` at `{at}.unit` does not fit `{left}`; amounts are in `{YUAN_UNIT}`")
    return Constraint(left, operator, _value_in(kind, item.get("rightOperand"), f"{at}.rightOperand"))


def _value_in(kind: Kind, value: object, at: str) -> RightOperand:
    match kind:
        case Kind.TEXT:
            if isinstance(value, list):
                return tuple(_text(part, f"{at}[{index}]") for index, part in enumerate(value))
            return _text(value, at)
        case Kind.NUMBER:
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            raise Unreadable(f"`{value}` at `{at}` is not an integer")
        case Kind.INSTANT:
            return _instant_in(_typed(value, "xsd:dateTime", at), at)
        case Kind.SPAN:
            return _span_in(_typed(value, "xsd:duration", at), at)
        case Kind.FEN:
            found = _YUAN.fullmatch(_typed(value, "xsd:decimal", at))
            if found is None:
                raise Unreadable(f"`{value}` at `{at}` is not an amount of yuan with two decimals")
            return int(found[1]) * 100 + int(found[2])


def _instant_in(text: str, at: str) -> int:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as e:
        raise Unreadable(f"`{text}` at `{at}` is not an xsd:dateTime") from e
    if instant.tzinfo is None or instant.microsecond % 1000:
        raise Unreadable(f"`{text}` at `{at}` needs a time zone and at most milliseconds")
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _span_in(text: str, at: str) -> int:
    found = _SPAN.fullmatch(text)
    if found is None or not any(found.groups()):
        raise Unreadable(f"`{text}` at `{at}` is not an xsd:duration of days, hours, minutes and seconds")
    days, hours, minutes, seconds, ms = (int(part or 0) for part in found.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms


def _iri(name: str) -> str:
    if name.startswith(URN):
        raise Unreadable(f"the id `{name}` already begins with `{URN}`; write it without")
    return name if ":" in name else URN + name


def _id(value: object, at: str) -> str:
    return _text(value, at).removeprefix(URN)


def _action(value: object, at: str) -> str:
    text = _text(value, at)
    bare = text.removeprefix("mumian:")
    if text in ODRL_ACTIONS or (text != bare and bare in PROFILE_ACTIONS):
        return bare
    raise Unreadable(f"unknown action `{text}` at `{at}`")


def _typed(value: object, xsd: str, at: str) -> str:
    """Return the text of a JSON-LD typed value of the datatype `xsd`."""
    found = _object(value, at)
    _only(found, frozenset({"@value", "@type"}), at)
    if found.get("@type") != xsd:
        raise Unreadable(f"the type `{found.get('@type')}` at `{at}` is not `{xsd}`")
    return _text(found.get("@value"), at)


def _read_context(context: object) -> None:
    given = context if isinstance(context, list) else [context]
    if ODRL_CONTEXT not in given:
        raise Unreadable(f"`$.@context` does not name `{ODRL_CONTEXT}`")
    for part in given:
        if part not in CONTEXT:
            raise Unreadable(f"unknown context `{part}` at `$.@context`")


def _only(item: Mapping[str, object], terms: frozenset[str], at: str) -> None:
    for name in item:
        if name not in terms:
            raise Unreadable(f"unknown term `{name}` at `{at}`")


def _items(
    item: Mapping[str, object], name: str, at: str, shared: Mapping[str, object]
) -> Iterator[tuple[Mapping[str, object], str]]:
    """Yield each object of the list `item[name]` with its place, completed by what is shared."""
    listed = item.get(name, [])
    for index, inner in enumerate(listed if isinstance(listed, list) else [listed]):
        where = f"{at}.{name}[{index}]"
        yield {**shared, **_object(inner, where)}, where


def _object(value: object, at: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable(f"`{at}` is not an object")
    return value


def _text(value: object, at: str) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable(f"`{at}` is not a text")
    return value


def _word(kind: type[Any], value: object, at: str) -> Any:
    try:
        return kind(value)
    except ValueError as e:
        raise Unreadable(f"unknown term `{value}` at `{at}`") from e
