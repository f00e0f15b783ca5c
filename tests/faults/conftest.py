"""One installation for all tests of faults, running and in order at the start of each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.overdue import add_users
from tests.faults.site import Site


@pytest.fixture(scope="session")
def installation() -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="jiesu-faults-", dir="/tmp"))
    folder.chmod(0o711)
    site = Site(folder)
    try:
        site.open()
        add_users(site.settings)
        yield site
    finally:
        site.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(installation: Site) -> Site:
    installation.mend()
    return installation
