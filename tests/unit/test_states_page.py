"""The page of states, steps and roles is what the table of steps says."""

from pathlib import Path

from bench.states import page
from jiesu.tickets.words import Status, Step

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_committed_page_is_what_is_generated():
    assert PAGE.read_text(encoding="utf-8") == page(), "python bench/states.py > docs/states.md"


def test_every_state_and_every_step_stands_on_it():
    text = page()
    assert all(f"## `{status}`" in text for status in Status)
    assert all(f"| `{step}`" in text for step in Step)
