"""Print the part of requirements.lock that Jiesu needs to run: what builds and tests it stays out of the image.

Run it with a Python in which the whole lock file is installed: what needs what is read from there.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed(requirements: list[str]) -> set[str]:
    """Names of everything that these requirements pull in, on this machine."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        for extra in {"", *wanted.extras}:
            if (key := (canonicalize_name(wanted.name), extra)) not in found:
                found.add(key)
                waiting += [each for each in _requirements(wanted.name) if _applies(each, extra)]
    return {name for name, _ in found}


def _requirements(name: str) -> list[Requirement]:
    try:
        return [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return []


def _applies(requirement: Requirement, extra: str) -> bool:
    if requirement.marker is None:
        return not extra
    applies = requirement.marker.evaluate({"extra": extra})
    requirement.marker = None
    return applies


def blocks(lock: str) -> list[str]:
    """Each pinned package with its hashes."""
    return re.findall(r"^[a-z0-9].*?(?=^[a-z0-9#]|\Z)", lock, flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    wanted = needed(tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"])
    for block in blocks(Path(sys.argv[1]).read_text(encoding="utf-8")):
        if canonicalize_name(re.match(r"[A-Za-z0-9._-]+", block)[0]) in wanted:
            sys.stdout.write(block)
