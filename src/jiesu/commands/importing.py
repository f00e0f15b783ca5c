"""`jiesu import`: the tickets of an earlier system, from a workbook or CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from jiesu.commands.running import Json, out, with_uow

__all__ = ["import_file"]

MOST_SHOWN = 50


def import_file(
    file: Annotated[Path, typer.Argument(help="A .xlsx, .xls or .ods workbook, or CSV in UTF-8 or GB18030")],
    mapping: Annotated[Path, typer.Option(help="How its columns become fields, see config/import/example.toml")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring over an earlier system's tickets: all rows or, when one is wrong, none. Repeatable: a row comes over once.

    Exit code 1 when a row is wrong.
    """
    from jiesu.intake.import_mapping import load_mapping
    from jiesu.intake.import_sheet import read_rows
    from jiesu.intake.import_tickets import import_tickets

    known = load_mapping(mapping)
    rows = read_rows(file, known)
    report = with_uow(lambda kernel, uow: import_tickets(uow, kernel.rules, known, rows, dry_run=dry_run))
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n")
    else:
        _show(report, dry_run=dry_run)
    raise SystemExit(1 if report.problems else 0)


def _show(report: Any, *, dry_run: bool) -> None:
    for wrong in report.problems[:MOST_SHOWN]:
        where = f"第{wrong.row}行 {wrong.column or wrong.field}"
        out.print(f"[bold red]✗[/] {where}：{wrong.problem}", highlight=False, markup=True)
    if len(report.problems) > MOST_SHOWN:
        out.print(f"… {len(report.problems) - MOST_SHOWN} 处未列出，用 --json 看全部。")
    ready = report.rows - report.skipped - len(report.already) - len({wrong.row for wrong in report.problems})
    out.print(f"共 {report.rows} 行：不导入 {report.skipped}，以前已导入 {len(report.already)}。", highlight=False)
    if report.problems:
        out.print(f"{len(report.problems)} 处有误，一行也没有写入。Nothing was written.", highlight=False)
    elif dry_run:
        out.print(f"[green]✓[/] 可以导入 {ready} 行（只检查，没有写入）。", highlight=False)
    else:
        out.print(f"[green]✓[/] 已导入 {len(report.tickets)} 件。", highlight=False)
