"""The command line: one small function a command, each calling what the API calls too."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import OperationalError

from jiesu.custody.command import hold_app, keys_app, retention_app
from jiesu.embedded.running import attach
from jiesu.errors import DomainError
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from jiesu.logs import configure_logs
from jiesu.settings import Settings, load_settings

__all__ = ["app", "main"]

T = TypeVar("T")

app = typer.Typer(
    name="jiesu",
    help="Jiesu 接诉: petition and handle-on-receipt ticketing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(help="The files in config/.", no_args_is_help=True)
units_app = typer.Typer(help="Places and units.", no_args_is_help=True)
demo_app = typer.Typer(help="Demo data.", no_args_is_help=True)
audit_app = typer.Typer(help="The trail.", no_args_is_help=True)
clocks_app = typer.Typer(help="The clock policy.", no_args_is_help=True)
jobs_app = typer.Typer(no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(units_app, name="units")
app.add_typer(demo_app, name="demo")
app.add_typer(audit_app, name="audit")
app.add_typer(clocks_app, name="clocks")
app.add_typer(jobs_app, name="jobs")
user_app = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
app.add_typer(user_app, name="user")
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")
app.add_typer(hold_app, name="hold")

#: Who did it, in the security trail. No user name can hold a space.
BY = "command line"

out = Console()
err = Console(stderr=True)
#: How long the headers of a request may take, and how long a line, or all of them, may be.
HEADER_MILLISECONDS, HEADER_BYTES = 10_000, 16 * 1024
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


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


def _with_kernel(work: Callable[[Any], Awaitable[T]]) -> T:
    """Run work on an open kernel of the running system."""
    from jiesu.kernel import on_kernel

    return asyncio.run(on_kernel(attach(load_settings()), work))


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
    from granian.server import Server

    settings = load_settings()
    configure_logs(settings.log_level)
    _complain(settings)
    Server(
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
    ).serve()


@app.command()
def work() -> None:
    """A worker with its relay, on JIESU_DATABASE_URL and JIESU_REDIS_URL."""
    from workers.main import run_worker

    settings = load_settings()
    configure_logs(settings.log_level)
    run_worker(settings)


@app.command()
def migrate() -> None:
    """Bring the tables up to date, as their owner (JIESU_OWNER_DATABASE_URL)."""
    from jiesu.db.migrate import head, upgrade

    settings = attach(load_settings())
    url = settings.owner_database_url or settings.database_url
    if url is None:
        raise ConfigMistake("environment", "JIESU_OWNER_DATABASE_URL", None, "give the URL of the tables' owner")
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

    effects, ladder = _with_kernel(compare)
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
def rates(
    month: Annotated[str, typer.Option(help="2026-10")],
    unit: Annotated[str | None, typer.Option(help="Code of a unit; by default the whole network")] = None,
    as_json: Json = False,
) -> None:
    """The three rates of a month, of a unit and of each unit directly below it."""
    from jiesu.statistics.command import month_table

    rows = _with_kernel(lambda kernel: month_table(kernel.db, kernel.rules, month, unit))
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

    summary = _with_kernel(play)
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

    summary = _with_kernel(lambda kernel: fill(kernel, perform_jobs, out, if_empty=if_empty))
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
    from jiesu.audit.checkpoints import signer_of
    from jiesu.deployment import complaints
    from workers.invariants import Finding, check_all

    async def examine(kernel: Any) -> list[Finding]:
        wrong = complaints(kernel.settings)
        fit = Finding("the settings are fit for real people", len(wrong), wrong)
        laws = await check_all(kernel.db, kernel.clock.now(), files=kernel.files, signer=signer_of(kernel.settings))
        return [*laws, fit]

    found = _with_kernel(examine)
    if as_json:
        sys.stdout.write(json.dumps([vars(row) for row in found], ensure_ascii=False, indent=1, default=str) + "\n")
    for row in [] if as_json else found:
        mark = "[green]✓[/]" if not row.examples else "[bold red]✗[/]"
        more = "" if not row.examples else f": {row.count}, for example {', '.join(row.examples[:5])}"
        out.print(f"{mark} {row.law}{more}", highlight=False)
    raise SystemExit(1 if any(row.examples for row in found) else 0)


@audit_app.command("verify")
def audit_verify(
    since: Annotated[int, typer.Option(help="Only what came after this checkpoint; 0: everything.")] = 0,
    against: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere, as `audit checkpoint --json`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk every chain of both trails and compare them with the signed checkpoints; exit code 1 when one was tampered with."""
    from jiesu.audit.checkpoints import CheckpointCopy, signer_of
    from jiesu.audit.verify import last_checkpoint, verify

    copy = msgspec.json.decode(against.read_bytes(), type=CheckpointCopy) if against else None

    async def walk(kernel: Any) -> tuple[list[Any], int, bool]:
        signer = signer_of(kernel.settings)
        async with kernel.db.sessions() as session:
            newest = await last_checkpoint(session)
            found = [fault async for fault in verify(session, signer, since=since, copy=copy)]
        return found, newest.id if newest else 0, signer is not None

    faults, upto, signed = _with_kernel(walk)
    if as_json:
        found = {"faults": [fault._asdict() for fault in faults], "checkpoint": upto, "signatures": signed}
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        raise SystemExit(1 if faults else 0)
    for fault in faults:
        err.print(f"[bold red]✗[/] {fault.place}: {fault.fault}", highlight=False)
    if not faults:
        out.print("[green]✓[/] Every chain of the trail is whole, and the security trail.")
    unsigned = "" if signed else " Signatures were not looked at: there is no signing_key."
    out.print(f"Up to checkpoint {upto}; to go on from here: --since {upto}.{unsigned}", highlight=False)
    raise SystemExit(1 if faults else 0)


@audit_app.command("checkpoint")
def audit_checkpoint(as_json: Json = False) -> None:
    """Sign what was added to both trails since the last checkpoint. Keep what it prints on another machine."""
    from jiesu.audit.checkpoints import CheckpointCopy, take_checkpoint

    async def take(kernel: Any, uow: Any) -> tuple[Any, int]:
        taken = await take_checkpoint(uow, _signer(kernel.settings))
        return CheckpointCopy.of(taken), taken.chains

    copy, chains = _with_uow(take)
    if as_json:
        sys.stdout.write(msgspec.json.encode(copy).decode() + "\n")
    else:
        out.print(f"Checkpoint {copy.id}: {chains} chains had grown. {copy.hash}", highlight=False, soft_wrap=True)


@audit_app.command("key")
def audit_key() -> None:
    """Print the public key that checks the checkpoints' signatures."""
    sys.stdout.write(_signer(attach(load_settings())).public_pem())


def _signer(settings: Any) -> Any:
    """Raises ConfigMistake without a key."""
    from jiesu.audit.checkpoints import signer_of

    signer = signer_of(settings)
    if signer is None:
        remedy = "name a PEM file with an Ed25519 key; make one with: openssl genpkey -algorithm ed25519"
        raise ConfigMistake("settings", "signing_key", None, remedy)
    return signer


@jobs_app.callback()
def jobs_logs() -> None:
    """Work that was given up."""
    configure_logs(load_settings().log_level)


@jobs_app.command("dead")
def jobs_dead(as_json: Json = False) -> None:
    """The dead letters, the newest first."""
    from jiesu.db.dead_letters import every_dead

    rows = _with_kernel(lambda kernel: _in_transaction(kernel, every_dead))
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

    out.print(f"Sent again: {_with_kernel(lambda kernel: _in_transaction(kernel, again))}", highlight=False)


@jobs_app.command("discard")
def jobs_discard(letter: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Drop a dead letter for good; the log keeps what it was."""
    from jiesu.audit.events import WorkDiscarded
    from jiesu.db.dead_letters import discard

    async def drop(uow: Any) -> Any:
        gone = await discard(uow, letter, by=BY)
        await uow.record(WorkDiscarded(by=BY, kind=gone.kind, key=gone.key))
        return gone

    gone = _with_kernel(lambda kernel: _in_transaction(kernel, drop))
    out.print(f"Dropped: {gone.kind} {gone.key}", highlight=False)


Username = Annotated[str, typer.Argument(metavar="USERNAME")]


@user_app.command("add")
def user_add(
    username: Username,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[str, typer.Option(help="intake, dispatcher, officer, unit_head, callback, supervisor, …")],
    unit: Annotated[str, typer.Option(help="Code of the unit, such as VS-1501.")],
    as_json: Json = False,
) -> None:
    """Add somebody in a post; prints the initial password, which must be changed at the first sign-in."""
    from jiesu.accounts.add import add_account
    from jiesu.accounts.grants import give_post
    from jiesu.accounts.roles import Role

    async def add(kernel: Any, uow: Any) -> str:
        password = await add_account(uow, username, name, by=BY)
        await give_post(uow, kernel.rules.organisation, username, Role(role), unit, by=BY)
        return password

    _show_password(username, _with_uow(add), as_json=as_json)


@user_app.command("post")
def user_post(
    username: Username,
    role: Annotated[str, typer.Option(help="As for `user add`.")],
    unit: Annotated[str, typer.Option(help="Code of the unit.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the post away.")] = False,
) -> None:
    """Give somebody another post, or take one away."""
    from jiesu.accounts.grants import give_post, take_post
    from jiesu.accounts.roles import Role

    async def change(kernel: Any, uow: Any) -> None:
        if remove:
            await take_post(uow, username, Role(role), unit, by=BY)
        else:
            await give_post(uow, kernel.rules.organisation, username, Role(role), unit, by=BY)

    _with_uow(change)
    out.print(f"{username}: {role} at {unit} {'taken' if remove else 'given'}.", highlight=False)


@user_app.command("deactivate")
def user_deactivate(username: Username) -> None:
    """End an account; its sessions end at once."""
    from jiesu.accounts.resets import deactivate

    _with_uow(lambda _, uow: deactivate(uow, username, by=BY))
    out.print(f"{username} can no longer sign in.", highlight=False)


@user_app.command("activate")
def user_activate(username: Username) -> None:
    """Let somebody sign in again."""
    from jiesu.accounts.resets import activate

    _with_uow(lambda _, uow: activate(uow, username, by=BY))
    out.print(f"{username} may sign in again.", highlight=False)


@user_app.command("reset-password")
def user_reset_password(username: Username, as_json: Json = False) -> None:
    """Print a new initial password; all sessions of the account end."""
    from jiesu.accounts.resets import reset_password

    _show_password(username, _with_uow(lambda _, uow: reset_password(uow, username, by=BY)), as_json=as_json)


@user_app.command("reset-second-factor")
def user_reset_second_factor(username: Username) -> None:
    """Forget the second factor of a lost telephone; it is set up anew at the next sign-in."""
    from jiesu.accounts.resets import reset_second_factor

    _with_uow(lambda _, uow: reset_second_factor(uow, username, by=BY))
    out.print(f"{username} sets up a second factor at the next sign-in.", highlight=False)


@user_app.command("link")
def user_link(
    username: Username,
    subject: Annotated[str, typer.Argument(help="The `sub` that the identity provider gives the person.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Name and password alone from now on.")] = False,
) -> None:
    """Say who an account is at the identity provider (oidc_issuer)."""
    from jiesu.accounts.links import link_account, unlink_account

    async def change(kernel: Any, uow: Any) -> None:
        issuer = kernel.settings.oidc_issuer
        if remove:
            await unlink_account(uow, username, by=BY)
        elif issuer is None:
            raise ConfigMistake("settings", "oidc_issuer", None, "name the identity provider first")
        else:
            await link_account(uow, username, issuer, subject, by=BY)

    _with_uow(change)
    out.print(f"{username}: {'unlinked' if remove else 'linked'}.", highlight=False)


def _show_password(username: str, password: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"username": username, "initial_password": password}) + "\n")
    else:
        out.print(
            f"{username}: initial password [bold]{password}[/], to be changed at the first sign-in.", highlight=False
        )


def _with_uow(work: Callable[[Any, Any], Awaitable[T]]) -> T:
    """Run work in one transaction of the running system."""
    return _with_kernel(lambda kernel: _in_transaction(kernel, lambda uow: work(kernel, uow)))


async def _in_transaction(kernel: Any, work: Callable[[Any], Awaitable[T]]) -> T:
    async with kernel.db.begin() as uow:
        return await work(uow)


if __name__ == "__main__":
    main()
