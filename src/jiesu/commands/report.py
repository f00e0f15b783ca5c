"""`jiesu report`: the weekly analysis and the monthly bulletin without anybody signed in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from jiesu.commands.running import Json, err, out, with_kernel
from jiesu.kit.clock import SHANGHAI

__all__ = ["report_app"]

report_app = typer.Typer(help="The weekly analysis and the monthly bulletin.", no_args_is_help=True)

Unit = Annotated[str | None, typer.Option(help="Code of a unit; by default the whole network.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the Word file here.")]


@report_app.command("weekly")
def weekly(
    week: Annotated[str | None, typer.Option(help="2026-W48; by default the last one that is over.")] = None,
    unit: Unit = None,
    file: Out = None,
    as_json: Json = False,
) -> None:
    """A week's figures beside the week before, and the remarks drafted from them."""
    _report("weekly", week, unit, file, as_json=as_json)


@report_app.command("monthly")
def monthly(
    month: Annotated[str | None, typer.Option(help="2026-11; by default the last one that is over.")] = None,
    unit: Unit = None,
    file: Out = None,
    as_json: Json = False,
) -> None:
    """The same of a month."""
    _report("monthly", month, unit, file, as_json=as_json)


def _report(kind: str, name: str | None, unit: str | None, file: Path | None, *, as_json: bool) -> None:
    from jiesu.desk.reports.periods import BadPeriod, PeriodKind, period_named, recent
    from jiesu.desk.reports.report import reader_of, report_of

    async def gather(kernel: Any) -> Any:
        organisation = kernel.rules.organisation
        reader = reader_of(organisation, unit or organisation.root.code)
        async with kernel.db.begin() as uow:
            last = recent(PeriodKind(kind), uow.now.astimezone(SHANGHAI).date())[1]
            period = period_named(name) if name else last
            if period.kind != kind:
                raise BadPeriod("period", period=period.name)
            return await report_of(uow, kernel.rules, reader, period), kernel.rules.reports.template

    report, template = with_kernel(gather)
    if file is not None:
        from jiesu.desk.reports.document import report_document

        file.write_bytes(report_document(report, template))
        err.print(f"[green]✓[/] {file}", highlight=False)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n")
    elif file is None:
        _print(report)


def _print(report: Any) -> None:
    from jiesu.desk.reports.words import TOTAL_WORDS, title_of

    table = Table(title=f"{title_of(report)} {report.unit.name}\n{report.since} – {report.until}")
    for heading in ("", "本期", "上期"):
        table.add_column(heading, justify="right" if heading else "left")
    for figure in report.totals:
        table.add_row(TOTAL_WORDS[figure.what][0], str(figure.now), str(figure.before))
    out.print(table)
    for remark in report.remarks:
        out.print(f"· {remark}", highlight=False)
