"""Our own commands, run to their end before anything is served: migrations, organisation, demo data."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from jiesu.embedded.errors import CannotStart, Stopped
from jiesu.embedded.places import log_file, tail
from jiesu.embedded.process import end, spawn

if TYPE_CHECKING:
    import threading

    from jiesu.embedded.report import Report
    from jiesu.settings import Settings

__all__ = ["child_environment", "jiesu", "prepare_data"]


def prepare_data(settings: Settings, report: Report, stop: threading.Event) -> None:
    """Migrate as the owner, then load the organisation and the demo unless they are there.

    Without the owner's URL the migrations are left to `jiesu migrate`. Raises Stopped, CannotStart.
    """
    if settings.owner_database_url:
        with report.step("更新数据结构", "migrations"):
            _run(settings, stop, "migrate")
    with report.step("载入组织机构", "organisation"):
        _run(settings, stop, "units", "import", str(settings.config_dir / "units.csv"), "--if-empty")
    if settings.demo:
        with report.step("准备演示数据", "demo data", quiet=False):
            _run(settings, stop, "demo", "fill", "--if-empty", shown=True)


def jiesu(*words: str) -> list[str]:
    """The `jiesu` command of this very installation."""
    return [sys.executable, "-m", "jiesu.cli", *words]


def child_environment(settings: Settings, *, owner: bool = False) -> dict[str, str]:
    """Our environment with `JIESU_*` replaced by these settings; the owner's URL only where it is needed."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("JIESU_")}
    ours = settings.environment() | {"PYTHONUNBUFFERED": "1"}
    if owner and settings.owner_database_url:
        ours["JIESU_OWNER_DATABASE_URL"] = settings.owner_database_url
    return inherited | ours


def _run(settings: Settings, stop: threading.Event, *words: str, shown: bool = False) -> None:
    """Run one command, its output in `log/setup.log` or, when shown, on the terminal."""
    log = log_file(settings.data_dir, "setup")
    env = child_environment(settings, owner=words[0] == "migrate")
    with log.open("ab") as out:
        child = spawn(jiesu(*words), out=None if shown else out, env=env)
    while child.poll() is None:
        if stop.wait(0.05):
            end(child, grace=5)
            raise Stopped
    if child.returncode != 0:
        command = " ".join(["jiesu", *words])
        raise CannotStart(f"命令失败:{command}\n{'' if shown else tail(log)}", f"{command} failed; its log is {log}.")
