"""`jiesu jobs`: work that was given up."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from jiesu.commands.running import BY, Json, out, with_uow
from jiesu.kit.clock import SHANGHAI
from jiesu.logs import configure_logs
from jiesu.settings import load_settings

__all__ = ["jobs_app"]

jobs_app = typer.Typer(no_args_is_help=True)


@jobs_app.callback()
def jobs_logs() -> None:
    """Work that was given up."""
    configure_logs(load_settings().log_level)


@jobs_app.command("dead")
def jobs_dead(as_json: Json = False) -> None:
    """The dead letters, the newest first."""
    from jiesu.db.dead_letters import every_dead

    rows = with_uow(lambda _, uow: every_dead(uow))
    if as_json:
        fields = ("id", "kind", "key", "priority", "tries", "error", "died_at")
        found = [{field: getattr(row, field) for field in fields} for row in rows]
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    table = Table(title=f"失败任务 dead letters: {len(rows)}")
    for heading in ("ID", "kind", "key", "tries", "died", "error"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        died = row.died_at.astimezone(SHANGHAI).isoformat(" ", "seconds")
        table.add_row(str(row.id), row.kind, row.key, str(row.tries), died, row.error)
    out.print(table)


@jobs_app.command("retry")
def jobs_retry(
    letter: Annotated[int | None, typer.Argument(metavar="ID", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
) -> None:
    """Send a dead letter again, now and with all its tries before it."""
    from jiesu.audit.events import WorkRetried
    from jiesu.db.dead_letters import retry, retry_all

    if (letter is None) is not every:
        raise ValueError("Give the ID of one dead letter (see `jiesu jobs dead`), or --all.")

    async def again(uow: Any) -> int:
        key = None if letter is None else (await retry(uow, letter)).key
        count = await retry_all(uow) if letter is None else 1
        await uow.record(WorkRetried(by=BY, count=count, key=key))
        return count

    out.print(f"Sent again: {with_uow(lambda _, uow: again(uow))}", highlight=False)


@jobs_app.command("discard")
def jobs_discard(letter: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Drop a dead letter for good; the log keeps what it was."""
    from jiesu.audit.events import WorkDiscarded
    from jiesu.db.dead_letters import discard

    async def drop(uow: Any) -> Any:
        gone = await discard(uow, letter, by=BY)
        await uow.record(WorkDiscarded(by=BY, kind=gone.kind, key=gone.key))
        return gone

    gone = with_uow(lambda _, uow: drop(uow))
    out.print(f"Dropped: {gone.kind} {gone.key}", highlight=False)
