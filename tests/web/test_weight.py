"""What the petitioner's pages weigh, and that nothing on them jumps while somebody is about to touch it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from bench.pages import figures
from jiesu.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
HEAVIEST = 60 * 1024


async def test_every_page_is_light_and_stands_still(browser: Browser, served: Settings):
    found = await figures(browser, served.public_url)
    assert {one.name: one.bytes for one in found if one.bytes > HEAVIEST} == {}
    assert {one.name: one.shift for one in found if one.shift > 0} == {}
