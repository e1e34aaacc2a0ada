"""`mumian domain describe`: a holding becomes a resource of the catalog: described, published, classified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
import typer

from mumian.cli.domain.place import HoldingOption, NameArgument, Place, ResourceOption, place_of
from mumian.cli.opened import HomeOption, fail, opened
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.domain.grading import draft
from mumian.domain.profile import Profile
from mumian.domain.store import Manifest
from mumian.kernel.ids import ResourceId
from mumian.kernel.roles import DataKind
from mumian.rooms.catalog.description import Description, Form, SourceType, SpatialScope, UpdateFrequency
from mumian.rooms.catalog.factors import Factors
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.catalog.model import ClassifyResource, DescribeResource, PublishVersion

Title: TypeAlias = Annotated[str, typer.Option(help=say("1 to 40 characters", "1 至 40 字"))]
Summary: TypeAlias = Annotated[str, typer.Option(help=say("1 to 400 characters", "1 至 400 字"))]
Industry: TypeAlias = Annotated[
    str, typer.Option(help=say("GB/T 4754, such as G or G59", "GB/T 4754 行业，如 G 或 G59"))
]
Since: TypeAlias = Annotated[str, typer.Option("--from", help=say("first day of the data", "数据起始日"))]
Until: TypeAlias = Annotated[str, typer.Option("--to", help=say("last day; empty: it goes on", "数据截止日；空为持续"))]
Impacts: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--impact", help=say("whom harm touches, how badly: organisation=serious", "影响对象=程度")),
]
Officer: TypeAlias = Annotated[str, typer.Option(help=say("code of who answers for the level", "定级责任人代码"))]
Persons: TypeAlias = Annotated[bool, typer.Option("--persons", help=say("it holds personal data", "含个人信息"))]
FactorOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--factor", help=say("a factor that no figure shows: persons=1200", "画像无法得出的分级要素=值")),
]
Kind: TypeAlias = Annotated[DataKind, typer.Option(help=say("whose data it is by law", "数据类别"))]
Source: TypeAlias = Annotated[SourceType, typer.Option(help=say("where it comes from", "数据来源"))]
Scope: TypeAlias = Annotated[SpatialScope, typer.Option(help=say("territory that it covers", "地域范围"))]
Frequency: TypeAlias = Annotated[UpdateFrequency, typer.Option(help=say("how often it is renewed", "更新频率"))]
Submit: TypeAlias = Annotated[
    bool, typer.Option("--submit", help=say("say it, signed by the domain's key", "以数据域密钥签名并提交"))
]

MADE_BY_FIRST = ResourceId("$1.resource")
"""Stands for the resource until the first command has made it (see `references`)."""


def register(app: typer.Typer) -> None:
    app.command(
        "describe", help=say("describe, publish and classify a holding in the market", "在市场中描述、发布并定级数据")
    )(describe)


def describe(
    name: NameArgument,
    home: HomeOption,
    title: Title = "",
    summary: Summary = "",
    industry: Industry = "",
    since: Since = "",
    until: Until = "",
    impact: Impacts = None,
    signed_by: Officer = "",
    persons: Persons = False,
    factor: FactorOptions = None,
    kind: Kind = DataKind.ENTERPRISE,
    source: Source = SourceType.SELF_GENERATED,
    scope: Scope = SpatialScope.CITY,
    frequency: Frequency = UpdateFrequency.YEARLY,
    holding: HoldingOption = "main",
    resource: ResourceOption = "",
    submit: Submit = False,
) -> None:
    place = place_of(home, name)
    held = place.current(holding)
    about = place.store.profile(holding, held.version)
    commands: list[Any] = []
    if not resource:
        description = Description(
            title=_wanted("title", title),
            summary=_wanted("summary", summary),
            data_kind=kind,
            industry=_wanted("industry", industry),
            source_type=source,
            spatial_scope=scope,
            temporal_from=_wanted("from", since),
            temporal_to=until,
            update_frequency=frequency,
            form=Form.TABLE,
            domain=name,
            fields=about.fields(held.declaration),
            privacy_unit=held.declaration.unit,
        )
        commands = [DescribeResource(description)]
    target = ResourceId(resource) if resource else MADE_BY_FIRST
    commands.append(_published(place, held, about, target))
    if impact or not resource:
        graded = _graded(target, impact or [], persons=persons, signed_by=signed_by)
        if persons or factor:
            drafted = draft(about, held.declaration, known=factors_of(factor or []))
            graded = msgspec.structs.replace(graded, factors=drafted.factors)
        commands.append(graded)
    hand_on(home, place, commands, submit=submit)


def _graded(resource: ResourceId, impact: list[str], *, persons: bool, signed_by: str) -> ClassifyResource:
    impacts = tuple(map(_impact, impact or [_wanted("impact", "")]))
    return ClassifyResource(resource, impacts, persons, _wanted("signed-by", signed_by))


def factors_of(stated: list[str]) -> Factors:
    """Return the factors that were given as NAME=VALUE, or leave with a sentence."""
    pairs = dict(each.partition("=")[::2] for each in stated)
    try:
        return msgspec.convert(pairs, Factors, strict=False)
    except msgspec.ValidationError as fault:
        names = ", ".join(Factors.__struct_fields__)
        fail(say(f"`--factor` is NAME=VALUE of {names}: {fault}", f"`--factor` 应为 要素=值，要素：{names}；{fault}"))


def _wanted(option: str, value: str) -> str:
    if not value:
        fail(say(f"--{option} is needed to describe a resource", f"描述数据资源需要 --{option}"))
    return value


def _impact(text: str) -> Impact:
    affected, _, degree = text.partition("=")
    try:
        return Impact(Affected(affected), Degree(degree))
    except ValueError:
        whom, how = ", ".join(Affected), ", ".join(Degree)
        fail(
            say(
                f"`--impact {text}` is not WHOM=HOW; whom: {whom}; how: {how}",
                f"`--impact {text}` 应为 对象=程度；对象：{whom}；程度：{how}",
            )
        )


def _published(place: Place, held: Manifest, about: Profile, resource: ResourceId) -> PublishVersion:
    """Return the command that publishes a version; its size is that of the arrays that the domain keeps."""
    folder = place.store.folder / held.name / held.version
    size_bytes = sum((folder / file).stat().st_size for file in held.arrays)
    return PublishVersion(resource, held.version, held.rows, size_bytes, about.quality)


def hand_on(home: Path, place: Place, commands: list[Any], *, submit: bool) -> None:
    """Print the commands; or say them as the domain's party, the resource filled in as it is made, and print its id."""
    if not submit:
        typer.echo(json.dumps(msgspec.to_builtins(commands), indent=2, ensure_ascii=False))
        return
    resource = ResourceId("")
    with opened(home) as (where, market):
        for command in commands:
            if isinstance(command, DescribeResource):
                resource = said(where, market, place.party, command).events[0].resource
            else:
                resource = resource or command.resource
                said(where, market, place.party, msgspec.structs.replace(command, resource=resource))
    typer.echo(resource)
