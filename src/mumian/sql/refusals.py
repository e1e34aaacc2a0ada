"""Why a query is not answered, and where in its text. Found in the text and in public rules, never in data."""

from __future__ import annotations

import msgspec

from mumian.kernel.outcome import Refusal, Refused, Sentence


class SqlRefusal(Refusal):
    """In order of precedence."""

    TEXT_TOO_LONG = Sentence(
        "the query has {characters} characters, {most} are read at most; shorten it",
        "查询有 {characters} 个字符，至多读取 {most} 个；请缩短",
    )
    CHARACTER_FORBIDDEN = Sentence(
        "the control character {code} has no place in a query; remove it", "查询中不得有控制字符 {code}；请删除"
    )
    NOT_READABLE = Sentence(
        "`{found}` cannot be read here; write SELECT … FROM … WHERE … GROUP BY …",
        "此处的 `{found}` 无法读取；请写成 SELECT … FROM … WHERE … GROUP BY …",
    )
    TOO_MANY_WORDS = Sentence(
        "the query has {words} words and signs, {most} are read at most; shorten it",
        "查询有 {words} 个词与符号，至多读取 {most} 个；请缩短",
    )
    TOO_DEEP = Sentence(
        "`{found}` is nested or chained too deep; name parts in WITH, or shorten lists of conditions by IN",
        "`{found}` 嵌套或串接过深；请用 WITH 分步，或用 IN 缩短条件",
    )
    LITERAL_TOO_LONG = Sentence(
        "the literal `{found}` is too long or too large; numbers have at most 16 digits here",
        "字面量 `{found}` 过长或过大；数字至多 16 位",
    )
    HINT = Sentence("the hint `{found}` is not followed; remove it", "不接受提示 `{found}`；请删除")
    NOT_A_SELECT = Sentence(
        "`{found}` is no question; only one SELECT is answered, with WITH before it if need be",
        "`{found}` 不是查询；只答复一条 SELECT（其前可有 WITH）",
    )
    SEVERAL_STATEMENTS = Sentence(
        "a second statement begins at `{found}`; send one SELECT at a time", "`{found}` 起为第二条语句；请每次只发一条"
    )
    PARAMETER = Sentence(
        "nothing fills the parameter `{found}`; write the value itself", "参数 `{found}` 没有取值；请直接写出值"
    )
    SET_OPERATION = Sentence(
        "`{found}` is not answered; a table is read in every domain that holds a part of it, so one SELECT is the union",
        "不支持 `{found}`；同名表在各数据域中一并读取，一条 SELECT 即为并集",
    )
    WINDOW = Sentence(
        "windows (`{found}`) are not answered; group by the column and compare the released figures",
        "不支持窗口函数（`{found}`）；请按列分组后比较已发布的结果",
    )
    CLAUSE = Sentence(
        "`{found}` is not answered; there are WITH, SELECT, FROM, JOIN, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET",
        "不支持 `{found}`；可用 WITH、SELECT、FROM、JOIN、WHERE、GROUP BY、HAVING、ORDER BY、LIMIT、OFFSET",
    )
    DISTINCT_ROWS = Sentence(
        "SELECT DISTINCT is not answered; write GROUP BY, with COUNT(*) as a figure",
        "不支持 SELECT DISTINCT；请写 GROUP BY 并以 COUNT(*) 计数",
    )
    SUBQUERY = Sentence(
        "`{found}` is a query where none may stand; name it in WITH, or list the values",
        "`{found}` 处不得使用子查询；请用 WITH 命名，或列出各值",
    )
    CTE_FORM = Sentence(
        "`{found}` in WITH is not answered; write plain names, not recursive, each once, without a list of columns",
        "WITH 中的 `{found}` 不支持；请写普通名称，不递归、不重名、不带列清单",
    )
    NO_TABLE = Sentence("the query reads no table; write FROM `{tables}`", "查询没有表；请写 FROM `{tables}`")
    SOURCE_FORM = Sentence(
        "`{found}` is nothing to read from; write a table's own name: `{tables}`",
        "不可从 `{found}` 读取；请写表名：`{tables}`",
    )
    JOIN_KIND = Sentence(
        "`{found}` is not answered; write JOIN or LEFT JOIN with another table's key",
        "不支持 `{found}`；请用 JOIN 或 LEFT JOIN，按另一表的主键关联",
    )
    JOIN_CONDITION = Sentence(
        "`{found}` does not join; write `first.column = joined.key` for each part of the key, other conditions in WHERE",
        "`{found}` 不能作关联条件；请逐一写 `首表.列 = 被关联表.主键`，其他条件写在 WHERE",
    )
    COLUMN_AMBIGUOUS = Sentence(
        "`{column}` is a column of several tables; write `table.column`", "多个表都有列 `{column}`；请写 `表名.列名`"
    )
    COLUMN_SOURCE = Sentence(
        "`{found}` names no table of this query; there is `{tables}`", "`{found}` 不属于本查询的表；可用：`{tables}`"
    )
    ROWS_WANTED = Sentence(
        "rows never leave; ask for figures: COUNT(*), COUNT(DISTINCT unit), SUM, AVG, VARIANCE, MEDIAN",
        "数据行不出域；请查询统计值：COUNT(*)、COUNT(DISTINCT 隐私单元)、SUM、AVG、VARIANCE、MEDIAN",
    )
    PROJECTION = Sentence(
        "`{found}` is computed row by row; a query in WITH that does not aggregate only names columns",
        "`{found}` 为逐行计算；WITH 中不聚合的查询只能列出列",
    )
    STAR = Sentence(
        "`{found}` does not stand here; name the columns or figures", "此处不能用 `{found}`；请列出列或统计值"
    )
    AGGREGATED_AGAIN = Sentence(
        "`{found}` adds up released figures; ask for the coarser figure from the table itself",
        "`{found}` 对已发布的结果再聚合；请直接从表中查询更粗的统计值",
    )
    AGGREGATE_PLACE = Sentence(
        "`{found}` is a figure where rows are chosen; write it in SELECT, HAVING or ORDER BY",
        "`{found}` 为统计值，不能用于筛选行；请写在 SELECT、HAVING 或 ORDER BY",
    )
    GROUP_FORM = Sentence(
        "`{found}` is no group; write a column with a public list, WIDTH_BUCKET(column, low, high, bins) or FLOOR(column / width)",
        "不可按 `{found}` 分组；请用有公开列表的列、WIDTH_BUCKET(列, 下限, 上限, 段数) 或 FLOOR(列 / 宽度)",
    )
    GROUP_NEEDS_BINS = Sentence(
        "`{column}` is a number without a public list; group by FLOOR({column} / width) or WIDTH_BUCKET({column}, low, high, bins)",
        "`{column}` 为没有公开列表的数值；请按 FLOOR({column} / 宽度) 或 WIDTH_BUCKET({column}, 下限, 上限, 段数) 分组",
    )
    GROUP_TWICE = Sentence(
        "`{column}` is grouped by twice, differently; once is enough", "`{column}` 以两种方式分组；请保留一种"
    )
    BINS_FORM = Sentence(
        "`{found}` makes no bins; write numbers, low below high, 1 to {most} bins no narrower than the column's smallest step",
        "`{found}` 不成分段；请写数字，下限小于上限，1 至 {most} 段，且每段不窄于该列的最小单位",
    )
    NOT_GROUPED = Sentence(
        "`{column}` is neither a figure nor grouped by; put it in GROUP BY or in an aggregate",
        "`{column}` 既非统计值也未分组；请写入 GROUP BY 或聚合函数",
    )
    EXTREME = Sentence(
        "`{found}` is one row's value and never leaves; write QUANTILE_DISC({column}, 0.01) or 0.99",
        "`{found}` 为单行的值，不出域；请写 QUANTILE_DISC({column}, 0.01) 或 0.99",
    )
    DISTINCT_OTHER = Sentence(
        "only different privacy units are counted, not `{found}`; write COUNT(DISTINCT {unit})",
        "只能对隐私单元去重计数，不能用 `{found}`；请写 COUNT(DISTINCT {unit})",
    )
    CONDITIONAL = Sentence(
        "`{found}` counts by a condition of its own; put the condition in WHERE, or give all aggregates one same FILTER",
        "`{found}` 自带条件；请把条件写在 WHERE，或让所有聚合使用同一个 FILTER",
    )
    AGGREGATE_OF = Sentence(
        "`{found}` is not added up; aggregate a column itself, and compute with the figures",
        "不能聚合 `{found}`；请直接聚合列，再用统计值计算",
    )
    QUANTILE_FORM = Sentence(
        "`{found}` is no quantile that is answered; write QUANTILE_CONT(column, p) with p from 0.001 to 0.999",
        "`{found}` 不是可答复的分位数；请写 QUANTILE_CONT(列, p)，p 为 0.001 至 0.999",
    )
    NO_BOUNDS = Sentence(
        "`{column}` has no public bounds, so nothing bounds what one row adds; ask its holder to declare them",
        "`{column}` 没有公开上下界，无法限制单行的影响；请持有方声明",
    )
    FUNCTION = Sentence(
        "`{found}` is not answered; see the list of what is in docs/reference/sql.md",
        "不支持 `{found}`；可用的写法见 docs/reference/sql.md",
    )
    PATTERN = Sentence(
        "`{found}` searches within texts; list the values: {column} IN ('…', '…')",
        "`{found}` 为文本搜索；请列出各值：{column} IN ('…', '…')",
    )
    COLUMNS_COMPARED = Sentence(
        "`{found}` compares columns with each other; compare a column with a literal",
        "`{found}` 在列之间比较；请将列与字面量比较",
    )
    COMPUTED_COLUMN = Sentence(
        "`{found}` computes with a column row by row; leave the column alone and move the arithmetic to the literal",
        "`{found}` 对列逐行计算；请保留列本身，把运算移到字面量一侧",
    )
    ORDER_OF_TEXT = Sentence(
        "`{column}` is text, which has no order here; compare by =, <>, IN or NOT IN",
        "`{column}` 为文本，没有大小；请用 =、<>、IN 或 NOT IN 比较",
    )
    LITERAL_KIND = Sentence(
        "`{found}` is not of the kind that `{column}` holds, which is {kind}; write such a literal",
        "`{found}` 的类型与列 `{column}`（{kind}）不符；请改写字面量",
    )
    CONDITION_FORM = Sentence(
        "`{found}` is no condition; write column = literal, <, >, IN, BETWEEN or IS NULL, joined by AND, OR, NOT",
        "`{found}` 不是条件；请写 列 = 字面量、<、>、IN、BETWEEN 或 IS NULL，以 AND、OR、NOT 连接",
    )
    CONDITION_TOO_LARGE = Sentence(
        "the conditions come to more than {most} alternatives that must all hold; make WHERE simpler",
        "条件展开后超过 {most} 组须同时成立的选项；请简化 WHERE",
    )
    ASKS_NOTHING = Sentence(
        "no row can satisfy the conditions on `{column}`, so there is nothing to ask; correct WHERE",
        "没有任何行能满足 `{column}` 的条件，查询无意义；请更正 WHERE",
    )
    EXPRESSION = Sentence(
        "`{found}` is not computed with released figures; there are + - * /, comparisons, CASE, ROUND, FLOOR, CEIL, ABS, COALESCE, NULLIF, GREATEST, LEAST, CAST",
        "不能以已发布的结果计算 `{found}`；可用 + - * /、比较、CASE、ROUND、FLOOR、CEIL、ABS、COALESCE、NULLIF、GREATEST、LEAST、CAST",
    )
    LIMIT_FORM = Sentence(
        "`{found}` is no limit; write a whole number from 0 to {most}", "`{found}` 不是行数；请写 0 至 {most} 的整数"
    )
    POSITION = Sentence(
        "there is no column number `{found}` in SELECT; there are {columns}",
        "SELECT 没有第 `{found}` 列；共 {columns} 列",
    )
    NAME_TWICE = Sentence(
        "two columns are called `{found}`; give one another name with AS", "有两列都叫 `{found}`；请用 AS 改名"
    )
    NOTHING_MEASURED = Sentence(
        "no figure is asked for; add COUNT(*), SUM, AVG or another aggregate",
        "没有统计值；请加上 COUNT(*)、SUM、AVG 等",
    )
    NO_UNIT = Sentence(
        "`{table}` has no privacy unit and is only joined to; put a table with units first in FROM",
        "`{table}` 没有隐私单元，只能被关联；请把有隐私单元的表放在 FROM 首位",
    )
    DELTA_NEEDED = Sentence(
        "`{column}` has no public list, so its values are found in the data, which costs a delta; set delta, or do not group by it",
        "`{column}` 没有公开列表，须从数据中发现其值，需要 δ；请设定 delta，或不按它分组",
    )
    FOUND_EXACTLY = Sentence(
        "`{column}` has no public list, and exact answers find no values in the data; group by public lists or bins",
        "`{column}` 没有公开列表，精确模式不从数据中发现其值；请按公开列表或分段分组",
    )
    GAUSSIAN_NEEDED = Sentence(
        "`{found}` is released with Gaussian noise only; choose the mechanism `gaussian`",
        "`{found}` 只以高斯噪声发布；请选用 `gaussian` 机制",
    )
    BOUNDS_NEEDED = Sentence(
        "a unit's share must be bounded: l0 is {l0}, linf_rows is {linf_rows}; both are 1 at least",
        "须限制单个隐私单元的影响：l0 为 {l0}，linf_rows 为 {linf_rows}；两者至少为 1",
    )
    RHO_TOO_SMALL = Sentence(
        "{rho_nano} nano-rho are too little for {measures} measures; ask for less or spend more",
        "{rho_nano} nano-rho 不足以发布 {measures} 项统计；请减少统计项或增加预算",
    )
    TOO_MANY_CELLS = Sentence(
        "the answer would have {cells} cells, {most} leave at most; group by less",
        "结果将有 {cells} 个单元格，至多 {most} 个；请减少分组",
    )


class SqlRefused(msgspec.Struct, frozen=True):
    """An expected no, and its place in the text. line, column: from 1. snippet: the words that it is about, at most 60."""

    refused: Refused
    line: int
    column: int
    snippet: str

    def say(self, lang: str = "en") -> str:
        """Return the place and the sentence in `lang` ("en" or "zh")."""
        if lang == "zh":
            return f"第 {self.line} 行第 {self.column} 列：{self.refused.say('zh')}"
        return f"line {self.line}, column {self.column}: {self.refused.say()}"
