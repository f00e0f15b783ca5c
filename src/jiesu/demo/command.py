"""`jiesu simulate` and `jiesu demo fill`: a play with its progress shown, and what it left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import select

from jiesu.demo.beside import stand_beside
from jiesu.demo.simulation import Script, Seen
from jiesu.demo.stage import Perform
from jiesu.demo.summary import Summary
from jiesu.demo.together import simulate_together
from jiesu.kernel import Kernel
from jiesu.kit.clock import SHANGHAI
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status, say_status

__all__ = ["FILL", "fill", "print_summary", "run_script", "script_until"]

#: What `make run` fills: tickets, days, seed.
FILL = (1500, 90, 20260701)
#: A history ends at a full five minutes, so that the same command given twice plays the same.
ROUND = timedelta(minutes=5)


def script_until(kernel: Kernel, tickets: int, days: int, seed: int, end: datetime | None = None) -> Script:
    """The script of a history up to `end`, by default now. Raises ValueError for numbers below 1."""
    if tickets < 1 or days < 1:
        raise ValueError("Give at least one ticket and one day.")
    now = kernel.clock.now()
    return Script(tickets, days, seed, end or now - timedelta(seconds=now.timestamp() % ROUND.total_seconds()))


async def run_script(kernel: Kernel, perform: Perform, script: Script, console: Console) -> Summary:
    """Play with a progress bar. Raises OnlyInDemo."""
    with progress(console, script) as seen:
        return await simulate_together(kernel, perform, script, seen)


async def fill(kernel: Kernel, perform: Perform, console: Console, *, if_empty: bool) -> Summary | None:
    """Add demo staff and a history; None when there are tickets already and `if_empty` asks to leave them be."""
    if if_empty:
        async with kernel.db.begin() as uow:
            if await uow.session.scalar(select(Ticket.id).limit(1)) is not None:
                return None
    summary = await run_script(kernel, perform, script_until(kernel, *FILL), console)
    async with kernel.db.begin() as uow:
        await stand_beside(uow, kernel.rules, FILL[2])
    return summary


@contextmanager
def progress(console: Console, script: Script) -> Iterator[Seen]:
    """A bar over the simulated days; where the output is no terminal, a line each tenth of the way."""
    if not console.is_terminal:
        yield _lines(console, script)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("模拟历史 history", total=script.days * 86400)

        def seen(now: datetime) -> None:
            day = now.astimezone(SHANGHAI)
            bar.update(task, completed=(now - script.start).total_seconds(), description=f"模拟历史 {day:%Y-%m-%d}")

        yield seen
        bar.update(task, completed=script.days * 86400)


def _lines(console: Console, script: Script) -> Callable[[datetime], None]:
    said = 0

    def seen(now: datetime) -> None:
        nonlocal said
        tenth = int((now - script.start) / (script.end - script.start) * 10)
        if tenth > said:
            said = tenth
            console.print(f"模拟历史 history {tenth * 10} %  {now.astimezone(SHANGHAI):%Y-%m-%d}", highlight=False)

    return seen


def print_summary(console: Console, summary: Summary) -> None:
    """Counts by status, escalations by level, the surveys and the shares of good answers."""
    table = Table("状态 status", "工单 tickets", box=None, pad_edge=False)
    for status, number in summary.by_status.items():
        table.add_row(f"{say_status(Status(status), 'zh')} [dim]{status}[/]", str(number))
    console.print(table)
    levels = "  ".join(f"{level} {number}" for level, number in summary.escalations.items())
    surveys = "  ".join(f"{state} {number}" for state, number in summary.surveys.items())
    shares = (summary.response, summary.resolution, summary.satisfaction)
    rates = " / ".join("—" if share is None else f"{share:.1%}" for share in shares)
    for line in (
        f"提级 escalations: {levels or '—'}",
        f"回访 surveys: {surveys or '—'}",
        f"三率 contacted / solved / content: {rates}",
        f"未结 open: {summary.open}, 超期 overdue: {summary.overdue}",
        f"{summary.tickets} 件工单，{summary.texts} 种诉求，用时 {summary.seconds} 秒 [dim]tickets, texts, seconds[/]",
    ):
        console.print(line, highlight=False)
