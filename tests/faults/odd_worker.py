"""`jiesu work` as the torture runs it: an SMS operator over HTTP although it is a demo, and a clock that is set while it runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jiesu import kernel
from jiesu.logs import configure_logs
from jiesu.notifications.gateway import HttpGateway
from jiesu.settings import load_settings
from workers.main import run_worker

__all__ = ["CLOCK", "OPERATOR", "main"]

#: Variables: a file with the seconds by which the clock is wrong, and where the operator is.
CLOCK, OPERATOR = "JIESU_TEST_CLOCK", "JIESU_TEST_OPERATOR"


class SetClock:
    """The machine's clock, wrong by as many seconds as the file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        try:
            wrong = float(self._file.read_text())
        except (OSError, ValueError):
            wrong = 0.0
        return datetime.now(UTC) + timedelta(seconds=wrong)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


def main() -> None:
    """Work until SIGTERM."""
    kernel._clock = lambda _: SetClock(Path(os.environ[CLOCK]))
    kernel._gateway = lambda _, __: HttpGateway(os.environ[OPERATOR], "")
    settings = load_settings()
    configure_logs(settings.log_level)
    run_worker(settings)


if __name__ == "__main__":
    main()
