"""The real calendar and the real policy, as shipped in config/."""

from pathlib import Path

import pytest

from jiesu.kit.calendar import load_calendar
from jiesu.sla.classes import load_clocks

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="session")
def calendar():
    return load_calendar(CONFIG / "calendar")


@pytest.fixture(scope="session")
def policy():
    return load_clocks(CONFIG / "clocks.toml")
