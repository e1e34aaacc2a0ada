"""Act 5, afterwards: the insurer asks in SQL, hears why one query is not answered, what the next costs, and its answer."""

from __future__ import annotations

from mumian.cli.demo import deal
from mumian.cli.demo.cast import Cast
from mumian.cli.demo.data import flights_declaration
from mumian.cli.demo.shelf import OnShelf
from mumian.cli.demo.stage import OffScript, Stage
from mumian.domain.ruling import drafted
from mumian.sql.compiling import Compiled, Options, compile_sql
from mumian.sql.explaining import explain
from mumian.sql.presenting import Group, Table, present
from mumian.sql.refusals import SqlRefused

TOO_MUCH = "SELECT tailnum, MAX(arr_delay) FROM flights GROUP BY tailnum"
LATEST = "SELECT month, COUNT(*) AS late FROM flights WHERE arr_delay > 60 GROUP BY month ORDER BY late DESC LIMIT 3"
OPTIONS = Options(l0=12, linf_rows=10, rho_nano=50_000_000)
"""An aircraft counts in every month, with ten late flights in each; rho of 0.05."""


def ask(stage: Stage, cast: Cast, goods: OnShelf, bought: deal.Deal) -> Table:
    """Ask two queries under the agreement that stands; return the answer of the second."""
    tables = {"flights": drafted(flights_declaration(), "flights")}
    refused = compile_sql(TOO_MUCH, tables, party=cast.insurer, options=OPTIONS)
    if not isinstance(refused, SqlRefused):
        raise OffScript(f"`{TOO_MUCH}` was answered")
    stage.tell(f"SQL that tells of a row: {refused.say('en')}", f"会泄露单行的 SQL：{refused.say('zh')}")
    said = explain(LATEST, tables, party=cast.insurer, options=OPTIONS)
    if not isinstance(said.outcome, Compiled):
        raise OffScript(said.say())
    told = (
        f"SQL that is answered, explained before it costs anything: rho 0.05, ε {said.epsilon:.2f} at δ {said.delta:.0e}",
        f"可答复的 SQL，提交前即说明代价：rho 0.05，即 δ {said.delta:.0e} 时 ε {said.epsilon:.2f}",
    )
    stage.tell(*told)
    answer = deal.answered(stage, cast, deal.ticket(stage, cast, bought, goods, said.outcome.plan, "sql-1"))
    groups = [Group(row.keys, tuple(value or 0 for value in row.values)) for row in answer.cells.rows]
    table = present(said.outcome, groups)
    worst = ", ".join(
        f"{row[0]}: {row[1]} ±{(bounds[1][1] - bounds[1][0]) / 2}"
        for row, bounds in zip(table.rows, table.intervals, strict=True)
        if bounds[1] is not None
    )
    stage.tell(f"months with most flights over an hour late: {worst}", f"晚到一小时以上航班最多的月份：{worst}")
    return table
