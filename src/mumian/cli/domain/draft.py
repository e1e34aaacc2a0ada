"""`mumian domain draft`: the frame of a declaration, with every choice that is the holder's left open.

Names and types come from the file; bounds and lists never do: a bound read off the data is itself an answer. What is
left open is `null`, and `mumian domain add` names each null with what to write there.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import duckdb
import msgspec
import typer

from mumian.cli.opened import fail
from mumian.cli.words import say
from mumian.domain.declaration import Declaration
from mumian.engines.duck import literal
from mumian.rooms.catalog.levels import Level

SAMPLE_LINES = 20_000
"""Lines that the types are told from."""

_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_DECIMAL = re.compile(r"DECIMAL\([0-9]+,([0-9]+)\)")
_FLOAT = frozenset({"FLOAT", "DOUBLE"})


def register(app: typer.Typer) -> None:
    app.command(
        "draft",
        help=say("print a declaration of a file for its holder to complete", "输出文件声明的草稿，供持有人补全"),
    )(draft)


def draft(
    file: Annotated[Path, typer.Argument(help=say("a .csv or .parquet file", ".csv 或 .parquet 文件"))],
    encoding: Annotated[str, typer.Option(help=say("of a CSV, such as gb18030", "CSV 编码，如 gb18030"))] = "utf-8",
) -> None:
    try:
        columns, delimiter = _columns(file, encoding)
    except (duckdb.Error, OSError, UnicodeError, LookupError) as error:
        first = str(error).splitlines()[0]
        fail(say(f"`{file}` cannot be read: {first}", f"无法读取 `{file}`：{first}"))
    drafted = {
        "unit": None,
        "columns": [_column(name, kind) for name, kind in columns],
        "sensitivity": None,
        "null_text": "NA",
        "delimiter": delimiter,
        "encoding": encoding,
    }
    typer.echo(json.dumps(drafted, indent=2, ensure_ascii=False))
    typer.echo(
        say(
            "write a value for every null, from what is publicly known and not from the rows; drop columns to keep them out",
            "请为每个 null 填写值（依据公开常识，而非数据本身）；删去不入域的列",
        ),
        err=True,
    )


def _columns(file: Path, encoding: str) -> tuple[list[tuple[str, str]], str]:
    """Return the file's columns with DuckDB's types, and its delimiter."""
    if file.suffix not in (".csv", ".parquet"):
        fail(
            say(
                f"`{file}` is no kind of file that is read here; give a .csv or a .parquet",
                f"`{file}` 不是可读取的文件类型；请提供 .csv 或 .parquet",
            )
        )
    with file.open("rb"):
        pass  # an absent file is told by name
    if file.suffix == ".parquet":
        return _described(f"read_parquet({literal(str(file))})"), ","
    with tempfile.TemporaryDirectory(prefix="mumian-draft-") as folder:
        sample = Path(folder) / "sample.csv"
        with file.open(encoding=encoding, newline="") as source, sample.open("w", encoding="utf-8", newline="") as out:
            for _, line in zip(range(SAMPLE_LINES), source, strict=False):
                out.write(line)
        options = "header=true, sample_size=-1, ignore_errors=true"
        read = f"{literal(str(sample))}, {options}"
        sniffed = duckdb.connect().execute(f"SELECT Delimiter FROM sniff_csv({read})").fetchone()
        return _described(f"read_csv({read})"), str(sniffed[0]) if sniffed else ","


def _described(source: str) -> list[tuple[str, str]]:
    rows = duckdb.connect().execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


def _column(name: str, kind: str) -> dict[str, Any]:
    decimal = _DECIMAL.fullmatch(kind)
    if not (_INTEGER.fullmatch(kind) or decimal or kind in _FLOAT):
        return {"type": "column.TextColumn", "name": name, "keys": None}
    decimals = int(decimal[1]) if decimal else None if kind in _FLOAT else 0
    return {
        "type": "column.IntegerColumn",
        "name": name,
        "unit": "",
        "lower": None,
        "upper": None,
        "decimals": decimals,
        "keys": [],
    }


def declaration_in(file: Path) -> Declaration:
    """Return the declaration in `file`; leave with one sentence for everything that is still open in it."""
    try:
        plain = msgspec.json.decode(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _unfit(file, [str(error)])
    if isinstance(plain, dict) and (found := list(_open_choices(plain))):
        _unfit(file, found)
    try:
        return msgspec.convert(plain, Declaration)
    except msgspec.ValidationError as error:
        _unfit(file, [str(error)])


def _unfit(file: Path, found: list[str]) -> NoReturn:
    fail("\n".join(f"`{file}`: {sentence}" for sentence in found))


def _open_choices(plain: dict[str, Any]) -> Iterator[str]:
    """Yield what the holder has yet to say."""
    if plain.get("unit", "") is None:
        yield say(
            'write `unit`: the column that says whose each row is (a person, a vehicle), or "" if the data protects nobody',
            '请填写 `unit`：说明每行属于谁（人、车辆等）的列名；如数据不涉及受保护对象则填 ""',
        )
    if plain.get("sensitivity", "") is None:
        levels = ", ".join(f'"{level.value}"' for level in Level)
        yield say(f"write `sensitivity`: one of {levels}", f"请填写 `sensitivity`：可选 {levels}")
    columns = plain.get("columns")
    for column in columns if isinstance(columns, list) else []:
        if isinstance(column, dict):
            yield from _open_in(column)


def _open_in(column: dict[str, Any]) -> Iterator[str]:
    name = column.get("name")
    if column.get("keys", "") is None:
        yield say(
            f"column `{name}`: write `keys`, the public list of its values, or [] if nobody may group by it",
            f"列 `{name}`：请填写 `keys`（公开的取值列表）；不允许按此列分组则填 []",
        )
    for bound in ("lower", "upper"):
        if column.get(bound, "") is None:
            yield say(
                f"column `{name}`: write `{bound}`, a bound known without the data, as an integer in 10^-decimals of its unit",
                f"列 `{name}`：请填写 `{bound}`（无需查看数据即知的界），以 10^-decimals 单位的整数表示",
            )
    if column.get("decimals", "") is None:
        yield say(
            f"column `{name}`: write `decimals`, the digits after the point that are kept, 0 to 9",
            f"列 `{name}`：请填写 `decimals`（保留的小数位数，0 至 9）",
        )
