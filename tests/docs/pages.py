"""The documentation as tests read it: pages, links, headings, words in backticks, blocks that are run.

    <!-- run -->    the console block below is run: one shell a page, in a folder of its own, from top to bottom
    <!-- demo -->   the console block below is a part of what `mumian demo` prints, `demo-zh` of what it says in Chinese

In a console block a line that begins with `$ ` is a command, `# exit N` at its end the code that it leaves with, and the
lines below it are all that it prints. `…` stands for anything: inside a line, or, alone, for any number of lines.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from demo_run import ENVIRONMENT, demo

ROOT = Path(__file__).parents[2]
GENERATED = ("docs/reference/",)
"""Written from the code by `make docs`; what they say is tested in `tests/house`."""

_fence = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_marked = re.compile(r"^<!-- (run|demo|demo-zh) -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_link = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_heading = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_ticked = re.compile(r"`([^`\n]+)`")
_exit = re.compile(r"  # exit (\d+)$")
PAGE_TIMEOUT_S = 180


class Step(NamedTuple):
    """A command of a block and what it should print. code: what it leaves with."""

    command: str
    code: int
    printed: list[str]


class Ran(NamedTuple):
    code: int
    printed: str


def pages() -> list[str]:
    """Return every page of the project, as paths from its root."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf8")


def prose_of(page: str) -> str:
    """Return a page without its fenced blocks."""
    return _fence.sub("", text_of(page))


def links_of(page: str) -> list[str]:
    """Return what a page links to; what stands in backticks is no link, whatever it looks like."""
    return [one or other for one, other in _link.findall(_ticked.sub("", prose_of(page)))]


def headings_of(page: str) -> list[tuple[int, str]]:
    """Return (level, text) of every heading."""
    return [(len(marks), text) for marks, text in _heading.findall(prose_of(page))]


def anchors_of(page: str) -> set[str]:
    """Return the anchors that headings make: lower case, no punctuation, dashes for spaces."""
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in headings_of(page)}


def ticked_in(page: str) -> list[str]:
    return _ticked.findall(prose_of(page))


def blocks_of(page: str, kind: str) -> list[str]:
    return [body for mark, body in _marked.findall(text_of(page)) if mark == kind]


def steps_of(page: str) -> list[Step]:
    """Return the commands of all blocks of a page that are run, in order."""
    return [step for block in blocks_of(page, "run") for step in _steps(block)]


def _steps(block: str) -> Iterator[Step]:
    step: Step | None = None
    for line in block.replace("\\\n", " ").splitlines():
        if not line.startswith("$ "):
            assert step is not None, f"a block begins with a command, not with `{line}`"
            step.printed.append(line)
            continue
        if step is not None:
            yield step
        code = _exit.search(line)
        step = Step(_exit.sub("", line[2:]), int(code[1]) if code else 0, [])
    if step is not None:
        yield step


def fits(expected: list[str], printed: str) -> bool:
    """Tell whether `printed` is what `expected` says. Empty lines and blanks at either end of a line do not count."""
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        elif line.strip():
            pattern += ".*?".join(re.escape(part) for part in line.strip().split("…")) + r"\n"
    lines = (line.strip() for line in printed.splitlines())
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines if line)) is not None


def run_page(page: str, folder: Path) -> list[tuple[Step, Ran]]:
    """Run a page's commands in one shell in `folder`, with a demo's home in it if they name one."""
    steps = steps_of(page)
    if any("demo-home" in step.command for step in steps):
        shutil.copytree(demo().home, folder / "demo-home", dirs_exist_ok=True)
    script = "\n".join(_shell(nth, step.command) for nth, step in enumerate(steps))
    shell = subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env={**ENVIRONMENT, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        shell.wait(timeout=PAGE_TIMEOUT_S)
    finally:
        os.killpg(shell.pid, signal.SIGKILL) if _alive(shell.pid) else None
    return [(step, _ran(folder, nth)) for nth, step in enumerate(steps)]


def _shell(nth: int, command: str) -> str:
    """Return the shell's lines for one command; one that stays in the background is waited for until it listens."""
    out = f".out-{nth}"
    if not command.endswith("&"):
        return f"{{ {command}\n}} > {out} 2>&1; echo $? > .code-{nth}"
    port = f"grep -oE 'http://[0-9.]+:[0-9]+' {out} | head -1 | tr -d /"
    wait = f'for _ in $(seq 300); do at=$({port}); [ "$at" ] && (: < /dev/tcp/127.0.0.1/${{at##*:}}) && break; sleep 0.1; done'
    return f"{{ {command[:-1]}\n}} > {out} 2>&1 &\n{wait} 2> /dev/null; echo 0 > .code-{nth}"


def _ran(folder: Path, nth: int) -> Ran:
    code, out = folder / f".code-{nth}", folder / f".out-{nth}"
    return Ran(int(code.read_text()) if code.exists() else -1, out.read_text("utf8") if out.exists() else "")


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
