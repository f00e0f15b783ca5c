"""What people see of other people's data."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from jiesu.kit.masking import mask_id_number, mask_name, mask_phone, mask_text
from jiesu.logs import configure_logs


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("04711234567", "047****4567"), ("12345", "****45"), (None, None), ("", None)],
)
def test_a_telephone_keeps_its_ends(phone: str | None, shown: str | None):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("张建国", "张*"), ("张", "张*"), ("欧阳娜娜", "欧*"), (None, None)])
def test_a_name_is_one_character_and_a_star(name: str | None, shown: str | None):
    assert mask_name(name) == shown


def test_an_id_number_shows_more_inside_than_outside():
    number = "11010519491231002X"
    assert mask_id_number(number, inside=True) == "110105********002X"
    assert mask_id_number(number, inside=False) == "110***********002X"
    assert mask_id_number(None, inside=True) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 13800138000 back", "call 138****8000 back"),
        ("+8613800138000", "138****8000"),
        ("电话13800138000。", "电话138****8000。"),
        ("身份证150102195003072514", "身份证150***********2514"),
        ("HH20261123-00042-7 at 1764000000000", "HH20261123-00042-7 at 1764000000000"),
        (
            "NotNull\nDETAIL:  Failing row contains (1, 张建国,\n家住).\n[SQL: INSERT]",
            "NotNull\nDETAIL: …\n[SQL: INSERT]",
        ),
    ],
)
def test_a_line_for_the_log_names_no_number_and_quotes_no_row(text: str, shown: str):
    assert mask_text(text) == shown


@pytest.fixture
def logs_kept() -> Iterator[None]:
    """Other tests find the logs as they were."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    structlog.configure(**before)
    root.handlers, root.level = handlers, level


@pytest.mark.usefixtures("logs_kept")
def test_logs_are_masked_whoever_writes_them(capsys):
    configure_logs("info")
    structlog.get_logger("x").warning("no answer", to="13800138000")
    try:
        raise ValueError("13800138000 is taken")
    except ValueError:
        structlog.get_logger("x").exception("fault")
        logging.getLogger("library").exception("fault")
    written = capsys.readouterr().err
    assert "13800138000" not in written
    assert written.count("138****8000") >= 3
