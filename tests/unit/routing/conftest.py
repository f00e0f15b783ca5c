"""The real catalogue and organisation, and one call to route."""

from pathlib import Path

import pytest

from jiesu.routing.catalogue import load_catalogue
from jiesu.routing.policy import Appeal, Routing, route
from jiesu.units.importing import read_places, read_units
from jiesu.units.organisation import Organisation

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue(CONFIG / "catalogue.toml")


@pytest.fixture(scope="session")
def hohhot():
    return Organisation(read_places(CONFIG / "places.csv").items, read_units(CONFIG / "units.csv").items)


@pytest.fixture(scope="session")
def routed(catalogue, hohhot):
    """Route a text; the place is a village in 新城区 unless another, or None, is given."""

    def run(text: str, **told: str | None) -> Routing:
        return route(Appeal(text=text, **{"place": "150102001001", **told}), catalogue, hohhot)

    return run
