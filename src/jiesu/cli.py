"""The command line: one small function a command, each calling what the API calls too."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from sqlalchemy.exc import OperationalError

from jiesu.commands.audit import audit_app
from jiesu.commands.backup import backup, check, restored
from jiesu.commands.custody import hold_app, keys_app, retention_app
from jiesu.commands.importing import import_file
from jiesu.commands.jobs import jobs_app
from jiesu.commands.report import report_app
from jiesu.commands.running import BY, Json, err, out, with_kernel
from jiesu.commands.three_rates import rates_app
from jiesu.commands.users import user_app
from jiesu.embedded.running import attach
from jiesu.errors import DomainError
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from jiesu.logs import configure_logs
from jiesu.settings import Settings, load_settings

__all__ = ["app", "main"]

app = typer.Typer(
    name="jiesu",
    help="Jiesu 接诉: petition and handle-on-receipt ticketing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(help="The files in config/.", no_args_is_help=True)
units_app = typer.Typer(help="Places and units.", no_args_is_help=True)
demo_app = typer.Typer(help="Demo data.", no_args_is_help=True)
clocks_app = typer.Typer(help="The clock policy.", no_args_is_help=True)
app.command("import")(import_file)
app.command("backup")(backup)
app.add_typer(config_app, name="config")
app.add_typer(units_app, name="units")
app.add_typer(demo_app, name="demo")
app.add_typer(audit_app, name="audit")
app.add_typer(clocks_app, name="clocks")
app.add_typer(jobs_app, name="jobs")
app.add_typer(user_app, name="user")
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")
app.add_typer(hold_app, name="hold")
app.add_typer(report_app, name="report")
app.add_typer(rates_app, name="rates")

#: How long the headers of a request may take, and how long a line, or all of them, may be.
HEADER_MILLISECONDS, HEADER_BYTES = 10_000, 16 * 1024


def main() -> None:
    """Run a command; a mistake in configuration or input is one sentence and exit code 2."""
    try:
        app()
    except (ConfigMistake, DomainError, LookupError, ValueError) as mistake:
        err.print(f"[bold red]✗[/] {mistake}", highlight=False)
        raise SystemExit(2) from mistake
    except OperationalError as away:
        err.print(f"[bold red]✗[/] The database does not answer: {away.orig}", highlight=False)
        raise SystemExit(3) from away


def _complain(settings: Settings) -> None:
    from jiesu.deployment import complaints

    for complaint in complaints(settings):
        err.print(f"[bold yellow]![/] {complaint}", highlight=False)


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Demo users and data; loopback only.")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the web server.")] = None,
) -> None:
    """Everything on one machine: PostgreSQL, Redis, web server and workers."""
    from jiesu.embedded.up import run_up

    settings = load_settings(port=port, demo=demo or None)
    _complain(settings)
    raise SystemExit(run_up(settings, demo=demo))


@app.command()
def serve() -> None:
    """The web server alone, on JIESU_DATABASE_URL and JIESU_REDIS_URL."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    from jiesu.web.serving import GRACE, StreamingServer

    settings = load_settings()
    configure_logs(settings.log_level)
    _complain(settings)
    server = StreamingServer(
        "jiesu.app:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # what proxies speak; the limits below are of that alone
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES),
        workers=settings.web_workers,
        log_access=False,
        log_level=settings.log_level,  # type: ignore[arg-type]  # the same words
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    )
    server.drain = settings.drain_seconds
    server.serve()


@app.command()
def work() -> None:
    """A worker with its relay, on JIESU_DATABASE_URL and JIESU_REDIS_URL."""
    from workers.main import run_worker

    settings = load_settings()
    configure_logs(settings.log_level)
    run_worker(settings)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def torture(context: typer.Context) -> None:
    """Break everything again and again under load, in a scratch folder of its own, and count; from a checkout (--help says more)."""
    script = Path(__file__).parents[2] / "bench" / "torture.py"
    if not script.exists():
        raise LookupError(
            "`jiesu torture` wants a checkout, for its faults and its crowd are no part of the package: clone the repository and run it there"
        )
    raise SystemExit(subprocess.run([sys.executable, str(script), *context.args], check=False).returncode)  # noqa: S603


@app.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is to be done; exit code 1 if anything.")
    ] = False,
) -> None:
    """Bring the tables up to date, as their owner (JIESU_OWNER_DATABASE_URL)."""
    from jiesu.db.migrate import head, pending, upgrade

    settings = attach(load_settings())
    url = settings.owner_database_url or settings.database_url
    if url is None:
        raise ConfigMistake("environment", "JIESU_OWNER_DATABASE_URL", None, "give the URL of the tables' owner")
    if check:
        steps = pending(url)
        for revision, title in steps:
            out.print(f"{revision} {title}", highlight=False)
        out.print(f"{len(steps)} migrations to be done." if steps else f"The tables are at revision {head()}.")
        raise SystemExit(1 if steps else 0)
    upgrade(url)
    out.print(f"The tables are at revision {head()}.")


@config_app.command("check")
def config_check(as_json: Json = False) -> None:
    """Read every file in config/ and name each mistake with its remedy. Needs no server."""
    from jiesu.configuration import mistakes

    found = mistakes(load_settings().config_dir)
    if as_json:
        rows = [{"file": str(m.file), "key": m.key, "value": repr(m.value), "remedy": m.remedy} for m in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    else:
        for mistake in found:
            err.print(f"[bold red]✗[/] {mistake}", highlight=False)
        if not found:
            out.print("[green]✓[/] Every file in config/ is in order.")
    raise SystemExit(1 if found else 0)


@app.command()
def deadline(
    service_class: Annotated[str, typer.Option("--class", help="P0 P1 P2 P3 P4 C X")],
    start: Annotated[str, typer.Option("--from", help="2026-09-24T10:00, Shanghai time unless an offset is given")],
    english: Annotated[bool, typer.Option("--en", help="Explain in English.")] = False,
    as_json: Json = False,
) -> None:
    """Compute the deadlines of a class and explain each. Needs no server."""
    from jiesu.kit.calendar import load_calendar
    from jiesu.sla.classes import load_clocks
    from jiesu.sla.explain import command_view

    folder = load_settings().config_dir
    policy, calendar = load_clocks(folder / "clocks.toml"), load_calendar(folder / "calendar")
    view = command_view(policy, calendar, service_class, _moment(start), "en" if english else "zh")
    if as_json:
        sys.stdout.write(json.dumps(view, ensure_ascii=False, indent=1) + "\n")
        return
    for row in view["deadlines"]:
        mark = " (provisional)" if row["provisional"] else ""
        out.print(f"[bold]{row['target']}[/] → {row['due_at']}{mark}", highlight=False)
        for line in row["explanation"]:
            out.print(f"  {line}", highlight=False)


def _moment(text: str, option: str = "--from") -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{option}: “{text}” is no time. Write it like 2026-09-24T10:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


@clocks_app.command("diff")
def clocks_diff(
    file: Annotated[Path | None, typer.Argument(help="The other clocks.toml; by default the one in config/")] = None,
    as_json: Json = False,
) -> None:
    """What another clock policy would do to the tickets that are open. Nothing is changed: they keep their own."""
    from jiesu.sla.classes import load_clocks
    from jiesu.sla.compare import compare_ladders, effects_on_open

    policy = load_clocks(file or load_settings().config_dir / "clocks.toml")

    async def compare(kernel: Any) -> Any:
        async with kernel.db.sessions() as session:
            effects = await effects_on_open(session, kernel.clock.now(), policy, kernel.rules.calendars)
        return effects, compare_ladders(kernel.rules.clocks.ladder, policy.ladder)

    effects, ladder = with_kernel(compare)
    if as_json:
        found = {"version": policy.version, "deadlines": effects, "ladder": ladder}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n")
        return
    table = Table(
        title=f"未办结工单的时限，若按 {policy.version} 版\nrunning deadlines under version {policy.version}",
        caption="earlier (of these late at once) · later · same · dropped",
    )
    for heading in ("等级", "时钟 clock", "时限 target", "提前", "即超时", "推后", "不变", "取消"):
        table.add_column(heading, justify="left" if len(table.columns) < 3 else "right")
    for row in effects:
        counts = (row.earlier, row.at_once, row.later, row.same, row.dropped)
        table.add_row(row.service_class, row.clock, row.target, *map(str, counts))
    out.print(table)
    for change in ladder:
        out.print(f"{change.rung}: {change.change}", highlight=False)


@units_app.command("import")
def units_import(
    file: Path,
    places: Annotated[Path | None, typer.Option(help="places.csv; by default the one beside FILE")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even when units are removed.")] = False,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Apply to an empty database, else do nothing.")] = False,
) -> None:
    """Check places and units, show what would change, and apply it. Repeatable.

    On a terminal it asks first. Elsewhere it applies, but takes units out only with --yes.
    """
    from jiesu.units.command import Wish, import_units

    wish = Wish(dry_run=dry_run, yes=yes, if_empty=if_empty)
    work = import_units(attach(load_settings()), file, places or file.with_name("places.csv"), wish, _note_units)
    raise SystemExit(asyncio.run(work))


async def _note_units(session: Any, difference: Any) -> None:
    """Who sees what follows from the organisation, so a change of it is in the security trail."""
    from jiesu.audit import security
    from jiesu.audit.events import OrganisationChanged
    from jiesu.db.uow import UnitOfWork
    from jiesu.kit.clock import SystemClock

    append: Any = security.append
    uow = UnitOfWork(session, SystemClock().now(), append)
    added, changed, removed = map(len, (difference.added, difference.changed, difference.removed))
    await uow.record(OrganisationChanged(by=BY, added=added, changed=changed, removed=removed))
    await session.flush()


@app.command()
def simulate(
    tickets: Annotated[int, typer.Option(help="How many tickets are filed.")] = 1500,
    days: Annotated[int, typer.Option(help="Over how many days up to now.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed and end play the same history.")] = 1,
    until: Annotated[str | None, typer.Option(help="End of the history, 2026-11-20T16:00; by default now.")] = None,
    as_json: Json = False,
) -> None:
    """Play a believable history through the same use cases, with a simulated clock. Demo mode only."""
    from jiesu.demo.command import print_summary, run_script, script_until

    async def play(kernel: Any) -> Any:
        script = script_until(kernel, tickets, days, seed, _moment(until, "--until") if until else None)
        return await run_script(kernel, perform_jobs, script, err if as_json else out)

    summary = with_kernel(play)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(summary), indent=1).decode() + "\n")
    else:
        print_summary(out, summary)


@demo_app.command("fill")
def demo_fill(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing when there are tickets.")] = False,
) -> None:
    """Add demo staff and a history of 1,500 tickets over 90 days."""
    from jiesu.demo.command import fill, print_summary

    summary = with_kernel(lambda kernel: fill(kernel, perform_jobs, out, if_empty=if_empty))
    if summary is not None:
        print_summary(out, summary)


async def perform_jobs(kernel: Any, kind: str, ids: Any) -> None:
    """Do due jobs, with every handler registered; named so that a second process finds it too."""
    import workers.main  # noqa: F401  (registers the handlers)
    from workers.actor import perform

    await perform(kernel, kind, ids)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check everything that must always hold; exit code 1 when something does not."""
    found = with_kernel(_examine)
    if as_json:
        sys.stdout.write(json.dumps([vars(row) for row in found], ensure_ascii=False, indent=1, default=str) + "\n")
    else:
        _show(found)
    raise SystemExit(1 if any(row.examples for row in found) else 0)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="One backup: a folder that `jiesu backup` made.")],
    only_check: Annotated[bool, typer.Option("--check", help="Read every byte of it and change nothing.")] = False,
) -> None:
    """Put a backup back, into an empty database and data directory, and check everything (doctor)."""
    from jiesu.kernel import on_kernel

    if only_check:
        check(folder)
        return
    with restored(folder) as settings:
        found = asyncio.run(on_kernel(settings, lambda kernel: _examine(kernel, running=False)))
    _show(found)
    raise SystemExit(1 if any(row.examples for row in found) else 0)


async def _examine(kernel: Any, *, running: bool = True) -> list[Any]:
    from jiesu.audit.checkpoints import signer_of
    from jiesu.deployment import complaints
    from workers.invariants import Finding, check_all

    wrong = complaints(kernel.settings)
    fit = Finding("the settings are fit for real people", len(wrong), wrong)
    signer = signer_of(kernel.settings)
    return [*await check_all(kernel.db, kernel.clock.now(), files=kernel.files, signer=signer, running=running), fit]


def _show(found: list[Any]) -> None:
    for row in found:
        mark = "[green]✓[/]" if not row.examples else "[bold red]✗[/]"
        more = "" if not row.examples else f": {row.count}, for example {', '.join(row.examples[:5])}"
        out.print(f"{mark} {row.law}{more}", highlight=False)


if __name__ == "__main__":
    main()
