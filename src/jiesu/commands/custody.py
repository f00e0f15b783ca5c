"""`jiesu keys`, `jiesu retention` and `jiesu hold`: another key for all data, and what is erased or kept."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.progress import Progress as Bar
from rich.table import Table

from jiesu.commands.running import BY, Json, out, with_kernel, with_uow
from jiesu.embedded.running import attach
from jiesu.kit.config import ConfigMistake
from jiesu.kit.keyfile import KeyFile, read_key_file, write_key_file
from jiesu.settings import Settings, load_settings

if TYPE_CHECKING:
    from jiesu.custody.rotation import Progress
    from jiesu.db.uow import SecurityEvent, UnitOfWork
    from jiesu.kernel import Kernel
    from jiesu.tickets.events import By
    from jiesu.tickets.models import Ticket

__all__ = ["hold_app", "keys_app", "retention_app"]

keys_app = typer.Typer(help="Keys of personal data.", no_args_is_help=True)
retention_app = typer.Typer(help="How long personal data are kept.", no_args_is_help=True)
hold_app = typer.Typer(help="Tickets whose data are kept beyond their time.", no_args_is_help=True)


@keys_app.command("list")
def keys_list(as_json: Json = False) -> None:
    """Which keys the ring holds, what each does, and how many values lie under it."""
    from jiesu.custody.rotation import census

    async def count(kernel: Kernel) -> tuple[list[dict[str, Any]], dict[str, int]]:
        found, ring = await census(kernel.db), kernel.keys
        names = [*ring.secrets, *({mark.partition(":")[0] for mark in found} - {*ring.secrets})]
        return [
            {
                "key": name,
                "current": name == ring.current,
                "search": name == ring.search,
                "values": sum(n for mark, n in found.items() if mark.partition(":")[0] == name),
            }
            for name in names
        ], found

    rows, found = with_kernel(count)
    if as_json:
        sys.stdout.write(
            msgspec.json.format(msgspec.json.encode({"keys": rows, "values": found}), indent=1).decode() + "\n"
        )
        return
    table = Table("密钥 key", "加密 encrypts", "检索 hashes", "数据 values", title="密钥环 key ring")
    for row in rows:
        table.add_row(row["key"], "✓" if row["current"] else "", "✓" if row["search"] else "", f"{row['values']:,}")
    out.print(table)
    out.print("、".join(f"{mark} {count:,}" for mark, count in sorted(found.items())), highlight=False)


@keys_app.command("add")
def keys_add(
    file: Annotated[Path | None, typer.Option(help="A new key ring file, where JIESU_KEY_RING names none yet.")] = None,
) -> None:
    """Put a new key into the ring. It reads at once, and writes only after `jiesu keys rotate`."""
    settings = attach(load_settings())
    path = file or _ring_path(settings)
    known = read_key_file(path) if path.exists() else KeyFile.first(settings.secret_key)
    grown = known.with_new_key()
    [key] = grown.keys.keys() - known.keys.keys()
    write_key_file(path, grown)
    if settings.key_ring is not None:
        with_uow(lambda _, uow: uow.record(_added(key)))
    out.print(f"{path}: {key} is there beside {', '.join(known.keys)}. Put the file on every machine", highlight=False)
    out.print("and name it in JIESU_KEY_RING, then run `jiesu keys rotate`.", highlight=False)


@keys_app.command("rotate")
def keys_rotate(
    key: Annotated[str | None, typer.Argument(help="The key to use from now on; by default the newest.")] = None,
    batch: Annotated[int, typer.Option(min=1, max=5000, help="Rows in a transaction.")] = 200,
    rest: Annotated[float, typer.Option(min=0, help="Seconds of rest after it.")] = 0.05,
) -> None:
    """Encrypt everything under the newest key, beside the running system. May be stopped and begun again."""
    settings = attach(load_settings())
    path = _ring_path(settings)
    known = read_key_file(path)
    chosen = key or [*known.keys][-1]
    if chosen not in known.keys:
        raise ValueError(f"There is no key “{chosen}” in {path}; it holds {', '.join(known.keys)}.")
    if (known.current, known.search) != (chosen, chosen):
        write_key_file(path, known.using(chosen))
    _until_seen(path)
    rows, seconds = _rotate(batch, rest)
    out.print(f"{rows:,} rows now lie under {chosen} ({rows / max(seconds, 0.001):,.0f} a second).", highlight=False)


def _rotate(batch: int, rest: float) -> tuple[int, float]:
    from jiesu.custody.events import KeysRotated
    from jiesu.custody.rotation import Pace, Rotation

    async def work(kernel: Kernel) -> tuple[int, float]:
        began = time.monotonic()
        rows = await Rotation(kernel.db, kernel.keys, Pace(batch, rest), bars.tell).run()
        seconds = time.monotonic() - began
        async with kernel.db.begin() as uow:
            await uow.record(KeysRotated(by=BY, key=kernel.keys.current, cipher=kernel.keys.cipher, rows=rows))
        return rows, seconds

    with Bar(console=out, transient=True) as bar:
        bars = _Bars(bar)
        return with_kernel(work)


@keys_app.command("retire")
def keys_retire(key: Annotated[str, typer.Argument(help="The key to forget.")]) -> None:
    """Take a key out of the ring; refused while anything lies under it."""
    from jiesu.custody.events import KeyRetired
    from jiesu.custody.rotation import check_unused

    settings = attach(load_settings())
    path = _ring_path(settings)
    known = read_key_file(path)
    if key not in known.keys:
        raise ValueError(f"There is no key “{key}” in {path}; it holds {', '.join(known.keys)}.")
    _until_seen(path)
    with_kernel(lambda kernel: check_unused(kernel.db, kernel.keys, key))
    write_key_file(path, known.without(key))
    with_uow(lambda _, uow: uow.record(KeyRetired(by=BY, key=key)))
    out.print(
        f"{key} is no longer in {path}. Take it out on every machine; old backups still need it.", highlight=False
    )


@retention_app.command("run")
def retention_run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False, as_json: Json = False
) -> None:
    """Erase what has been kept long enough (config/retention.toml). May be stopped and begun again."""
    from jiesu.custody.policy import load_retention
    from jiesu.custody.retention import Outcome, Retention, due

    settings = attach(load_settings())
    policy = load_retention(settings.config_dir / "retention.toml")

    async def work(kernel: Kernel) -> Outcome:
        if dry_run:
            return await due(kernel.db, policy)
        return await Retention(kernel.db, policy, kernel.files, BY).run()

    outcome = with_kernel(work)
    if as_json:
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
        return
    out.print(f"{'到期 due' if dry_run else '已删除 erased'}：个人信息 personal data {outcome.personal:,}，", end="")
    out.print(f"办理记录 texts of the trail {outcome.words:,}；保全 on hold {outcome.held:,}", highlight=False)


@hold_app.command("set")
def hold_set(number: str, reason: Annotated[str, typer.Option(help="Case, inspection or dispute.")]) -> None:
    """Keep a ticket's data beyond their time."""
    from jiesu.tickets.hold import set_locked

    _hold(number, reason, set_locked)
    out.print(f"{number} is on hold.", highlight=False)


@hold_app.command("lift")
def hold_lift(number: str, reason: Annotated[str, typer.Option(help="Why it is needed no longer.")]) -> None:
    """Let the policy take its course again."""
    from jiesu.tickets.hold import lift

    _hold(number, reason, lift)
    out.print(f"{number} is no longer on hold.", highlight=False)


def _hold(number: str, reason: str, change: Callable[[UnitOfWork, Ticket, str, By], Awaitable[None]]) -> None:
    from jiesu.tickets.events import By
    from jiesu.tickets.repository import TicketRepository

    async def work(_: Kernel, uow: UnitOfWork) -> None:
        ticket = await TicketRepository(uow).lock(number)
        await change(uow, ticket, reason, By("staff", name=BY))

    with_uow(work)


class _Bars:
    """One bar a table."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._tasks: dict[str, Any] = {}

    def tell(self, progress: Progress) -> None:
        if progress.table not in self._tasks:
            self._tasks[progress.table] = self._bar.add_task(progress.table)
        self._bar.update(self._tasks[progress.table], completed=progress.done, total=progress.left)


def _ring_path(settings: Settings) -> Path:
    if settings.key_ring is None:
        remedy = "name the file of the key ring; `jiesu keys add --file PATH` makes one from the secret key"
        raise ConfigMistake("environment", "JIESU_KEY_RING", None, remedy)
    return settings.key_ring


def _until_seen(path: Path) -> None:
    """Wait until every process at work has read the file as it now is."""
    from jiesu.kernel import SNAPSHOT_AGE

    time.sleep(max(0.0, path.stat().st_mtime + SNAPSHOT_AGE + 2 - time.time()))


def _added(key: str) -> SecurityEvent:
    from jiesu.custody.events import KeyAdded

    return KeyAdded(by=BY, key=key)
