"""`jiesu rates`: the three rates of a month, and making again what is added up for them."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from jiesu.commands.running import Json, err, out, with_kernel, with_uow

__all__ = ["rates_app"]

rates_app = typer.Typer(help="The three rates of a month; what is added up for them.", invoke_without_command=True)

#: So many differences are named.
NAMED = 20


@rates_app.callback()
def rates(
    context: typer.Context,
    month: Annotated[str | None, typer.Option(help="2026-10")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of a unit; by default the whole network")] = None,
    as_json: Json = False,
) -> None:
    """The three rates of a month, of a unit and of each unit directly below it."""
    if context.invoked_subcommand is not None:
        return
    if month is None:
        raise typer.BadParameter("Which month? Write it like 2026-10.", param_hint="--month")
    from jiesu.statistics.command import month_table

    chosen = month
    rows = with_kernel(lambda kernel: month_table(kernel.db, kernel.rules, chosen, unit))
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table(title=f"三率 {month}")
    for heading in ("单位", "V", "响应率", "解决率", "满意率", "得分", "一次办结率"):
        table.add_column(heading, justify="left" if heading == "单位" else "right")
    for row in rows:
        figures = [row["response"], row["resolution"], row["satisfaction"], row["score"], row["first_time_solved"]]
        table.add_row(row["name"], str(row["base"]), *("—" if f is None else f"{f:.1%}" for f in figures))
    out.print(table)


@rates_app.command("rebuild")
def rebuild_rates(
    check: Annotated[bool, typer.Option("--check", help="Change nothing: say whether it equals the facts.")] = False,
    as_json: Json = False,
) -> None:
    """Count every survey anew from the facts. Beside work; figures stay exact meanwhile. With --check: 1 where anything differs."""
    from jiesu.statistics.fold import rebuild, unlike

    async def work(kernel: Any, uow: Any) -> list[str]:
        if not check:
            await rebuild(uow, kernel.rules.rates.kept_days)
        return await unlike(uow.session)

    different = with_uow(work)
    if as_json:
        sys.stdout.write(json.dumps({"different": different}, ensure_ascii=False, indent=1) + "\n")
    elif different:
        err.print(f"[red]✗[/] {len(different)} differ from the facts:", *different[:NAMED], sep="\n  ", highlight=False)
    else:
        out.print("[green]✓[/] equal to the facts", highlight=False)
    raise SystemExit(1 if different else 0)
