"""PostgreSQL's own programs that copy a database, and how they are told where it is."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from jiesu.backup.refusals import ToolMissing
from jiesu.embedded.cluster import own_programs
from jiesu.embedded.errors import CannotStart

__all__ = ["environment", "program"]

#: Every row is seen, and no limit of a request's applies.
_OPTIONS = "-c jiesu.scope=system -c statement_timeout=0 -c lock_timeout=10s"
#: Parameters whose variable is not simply their name without underscores.
_NAMES = {"application_name": "PGAPPNAME", "connect_timeout": "PGCONNECT_TIMEOUT"}
_DEBIAN = Path("/usr/lib/postgresql")


def program(name: str, major: int) -> Path:
    """`pg_dump` or `pg_restore` of the server's own version, else the next newer one. Raises ToolMissing."""
    found = {version: path for path in _candidates(name) if (version := _version(path)) >= major}
    if not found:
        raise ToolMissing(tool=name, major=major)
    return found[min(found)]


def _candidates(name: str) -> list[Path]:
    places = [path / "bin" for path in sorted(_DEBIAN.glob("*"))]
    with contextlib.suppress(CannotStart):  # an installation with a server of its own may go without the wheel
        places.append(own_programs())
    on_path = shutil.which(name)
    return [path for place in places if (path := place / name).is_file()] + ([Path(on_path)] if on_path else [])


def _version(path: Path) -> int:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603
    except OSError:
        return 0
    number = re.search(r"(\d+)\.", told.stdout)
    return int(number[1]) if number else 0


def environment(url: str) -> dict[str, str]:
    """Where the database is, for a program of PostgreSQL's: in variables, where no list of processes shows a password."""
    parts = make_url(url)
    given: dict[str, Any] = {
        "PGHOST": parts.host,
        "PGPORT": parts.port,
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        "PGOPTIONS": _OPTIONS,
        **{_variable(key): value for key, value in parts.query.items() if key != "options"},
    }
    told = {key: ",".join(value) if isinstance(value, tuple) else str(value) for key, value in given.items() if value}
    return dict(os.environ) | told


def _variable(parameter: str) -> str:
    """libpq's name in the environment for a parameter of its URLs."""
    return _NAMES.get(parameter) or f"PG{parameter.upper().replace('_', '')}"
