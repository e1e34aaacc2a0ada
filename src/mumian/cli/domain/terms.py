"""`mumian domain allow`: the owner's own copy of what may be done with a resource."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

import msgspec
import typer

from mumian.cli.domain.consents import is_about_persons
from mumian.cli.domain.place import HoldingOption, NameArgument, ResourceOption, place_of
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import say
from mumian.domain.declaration import Declaration, IntegerColumn, PlanKind, Terms
from mumian.domain.store import integer_text, write
from mumian.kernel.canonical import INT53_MAX
from mumian.kernel.ids import PartyId, ResourceId, is_id
from mumian.rooms.cleanroom.plan import DELTA_FEMTO_MAX, Filter, Op

SIGNS = {"=": Op.EQ, "==": Op.EQ, "!=": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_OPS = SIGNS | {op.value: op for op in Op}
_PREDICATE = re.compile(r"(.+?)\s+(eq|ne|lt|le|gt|ge|==?|!=|<=?|>=?)\s+(.+)")


SET_BY_LIMITS = ("bands", "key_columns", "persons", "consents_age_ms_max", "calls_per_minute_max", "probing")
"""What `mumian domain limits` sets, and stays as it was."""


def register(app: typer.Typer) -> None:
    app.command("allow", help=say("say what may be done with a resource", "设定数据资源的使用条款"))(allow)


def allow(
    name: NameArgument,
    resource: ResourceOption,
    purpose: Annotated[list[str], typer.Option(help=say("what for", "用途"))],
    kind: Annotated[list[PlanKind], typer.Option(help=say("how it may be asked", "允许的任务类型"))],
    rho: Annotated[
        str,
        typer.Option(
            help=say("privacy loss (zCDP) of all jobs together, such as 0.5", "全部任务合计的隐私损失 rho，如 0.5")
        ),
    ],
    home: HomeOption,
    predicate: Annotated[
        list[str] | None, typer.Option(help=say('what may be verified: "minutes > 60"', '可核验的条件："minutes > 60"'))
    ] = None,
    refuse: Annotated[list[str] | None, typer.Option(help=say("whom not to serve", "拒绝服务的主体"))] = None,
    delta: Annotated[
        str,
        typer.Option(help=say("delta that found keys may cost in all, such as 1e-6", "发现键合计可用的 δ，如 1e-6")),
    ] = "0",
    holding: HoldingOption = "main",
) -> None:
    place = place_of(home, name)
    if not is_id(resource):
        fail(
            say(
                f"`{resource}` is no resource's id, as `resource-12` is",
                f"`{resource}` 不是数据资源编号（如 `resource-12`）",
            )
        )
    declaration = place.current(holding).declaration
    earlier = next((terms for terms in place.terms() if terms.resource == resource), None)
    terms = Terms(
        resource=ResourceId(resource),
        name=holding,
        purposes=tuple(purpose),
        kinds=tuple(dict.fromkeys(kind)),
        rho_nano_max=nano(rho),
        predicates=tuple(predicate_of(text, declaration) for text in predicate or ()),
        refused_consumers=tuple(map(PartyId, refuse or ())),
        rules=earlier.rules if earlier else None,
        delta_femto_max=femto(delta),
    )
    if earlier is not None:
        terms = msgspec.structs.replace(terms, **{name: getattr(earlier, name) for name in SET_BY_LIMITS})
    if is_about_persons(home, terms.resource):
        terms = msgspec.structs.replace(terms, persons=True)
    write(place.folder / "terms" / f"{resource}.json", terms)
    typer.echo(json.dumps(msgspec.to_builtins(terms), ensure_ascii=False))


def nano(rho: str) -> int:
    """Return rho in 10^-9, of a decimal number that has no finer part; leave with a sentence if it is none."""
    whole = _scaled(rho, places=9, most=INT53_MAX)
    if whole is None:
        fail(
            say(
                f"`--rho {rho}` is not a number from 0 on with at most nine decimals",
                f"`--rho {rho}` 应为不小于 0、至多九位小数的数",
            )
        )
    return whole


def femto(delta: str) -> int:
    """Return a delta in 10^-15, or leave with a sentence if it is none that finds may cost."""
    whole = _scaled(delta, places=15, most=DELTA_FEMTO_MAX)
    if whole is None:
        fail(say(f"`--delta {delta}` is not within 0 to 0.001", f"`--delta {delta}` 应在 0 至 0.001 之间"))
    return whole


def _scaled(text: str, *, places: int, most: int) -> int | None:
    """Return a decimal number in 10^-places; None if it is none, has a finer part, or is not within 0 to `most`."""
    try:
        exact = Decimal(text).scaleb(places)
        whole = int(exact)
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return whole if whole == exact and 0 <= whole <= most else None


def predicate_of(text: str, declaration: Declaration) -> Filter:
    """Return the predicate that `text` writes, as `minutes > 60`, its number in the column's smaller unit."""
    parts = _PREDICATE.fullmatch(text.strip())
    column = declaration.column(parts[1]) if parts else None
    if parts is None or column is None:
        names = ", ".join(each.name for each in declaration.columns)
        fail(
            say(
                f'`{text}` is not "COLUMN OP VALUE" with one of the columns {names}',
                f"`{text}` 应为“列 运算 值”，可用的列：{names}",
            )
        )
    op, written = _OPS[parts[2]], parts[3]
    value = integer_text(column, written) if isinstance(column, IntegerColumn) else written
    if value is None or (isinstance(value, str) and (op not in (Op.EQ, Op.NE) or value not in column.keys)):
        fail(
            say(
                f"`{column.name}` cannot be compared so with `{written}`: a number wants a number, a text one of its public list",
                f"`{column.name}` 不能与 `{written}` 如此比较：数值列需要数，文本列需要公开列表中的值",
            )
        )
    return Filter(column.name, op, value)
