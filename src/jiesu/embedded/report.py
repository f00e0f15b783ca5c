"""What `jiesu up` says to the person at the terminal, Chinese first."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from jiesu.embedded.errors import CannotStart
    from jiesu.settings import Settings

__all__ = ["Report"]

#: every demo user has it; see the API's `/api/v1/demo/users`
DEMO_PASSWORD = "jiesu-demo"  # noqa: S105 - public on purpose, demo mode answers on loopback only


class Report:
    """Progress while starting, then what runs where."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    @contextmanager
    def step(self, zh: str, en: str, *, quiet: bool = True) -> Iterator[None]:
        """A spinner while it runs, then one line with its seconds; `quiet=False` leaves the screen to the step."""
        began = time.monotonic()
        text = f"{zh} [dim]{en}[/]"
        if quiet:
            with self.console.status(text):
                yield
        else:
            self.console.print(f"  … {text}")
            yield
        self.console.print(f"  [green]✓[/] {text} [dim]{time.monotonic() - began:.1f} s[/]")

    def refuse(self, problem: CannotStart) -> None:
        self.console.print(
            f"[bold red]无法启动[/] {problem.zh}\n[bold red]Cannot start.[/] {problem.en}", soft_wrap=True
        )

    def died(self, name: str, pause: float) -> None:
        self.console.print(f"  [yellow]![/] {name} 意外退出,{pause:g} 秒后重启 [dim]died, restarts in {pause:g} s[/]")

    def ready(self, settings: Settings, places: Sequence[tuple[str, str, str]], seconds: float) -> None:
        """`places` are (name, where, log under the data directory)."""
        url = f"http://{settings.host}:{settings.port}"
        self.console.print(
            f"\n[bold green]接诉已就绪[/] [dim]Jiesu is ready after {seconds:.1f} s[/]  [bold]{url}[/]\n"
        )
        table = _table("服务 Service", "位置 Where", "日志 Log")
        for row in places:
            table.add_row(*row)
        self.console.print(table)

    def sign_ins(self, users: Sequence[dict[str, Any]]) -> None:
        """One demo user of each role, as the API lists them."""
        if not users:
            return
        one_each = {user["role"]: user for user in reversed(users)}
        table = _table("角色 Role", "用户名 User", "单位 Unit")
        for role, user in sorted(one_each.items()):
            table.add_row(role, user["username"], (user.get("unit") or {}).get("name", "—"))
        self.console.print(f"\n[bold]演示账号[/] [dim]demo sign-ins, password[/] [bold]{DEMO_PASSWORD}[/]")
        self.console.print(table)

    def waiting(self, data_dir: Path) -> None:
        self.console.print(f"\n数据目录 [dim]data in[/] {data_dir}", soft_wrap=True)
        self.console.print("按 Ctrl-C 停止 [dim]Ctrl-C stops, twice at once[/]\n")

    def stopping(self) -> None:
        self.console.print("\n正在停止 [dim]stopping …[/]")

    def stopped(self) -> None:
        self.console.print("已停止,数据已保存 [dim]stopped, everything is saved[/]")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
