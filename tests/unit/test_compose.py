"""docker/: what the files say of each other holds, and our own containers have no more rights than they need."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from jiesu.settings import load_settings

DOCKER = Path(__file__).parents[2] / "docker"
OURS = ("migrate", "organisation", "serve", "work", "backup")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OURS)
def test_our_containers_write_nothing_but_their_data_and_have_no_rights(compose, name):
    service = compose["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]


def test_the_database_and_redis_are_reached_from_within_only(compose):
    assert compose["networks"]["data"]["internal"]
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["data"]
        assert "ports" not in compose["services"][name]


def test_make_secrets_makes_every_secret_once_readable_through_its_folder_alone(compose, tmp_path):
    script = (DOCKER / "make-secrets").read_text(encoding="utf-8").replace('"$(dirname "$0")"', f'"{tmp_path}"')
    made: list[dict[str, str]] = []
    for _ in range(2):
        subprocess.run(["sh", "-c", script], check=True, capture_output=True)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    assert set(made[0]) == set(compose["secrets"]) - {"alert_webhook"}  # an address, which the operator writes
    assert made[0] == made[1]
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    given = {
        f"JIESU_{name.upper()}_FILE": str(tmp_path / "secrets" / name)
        for name in ("secret_key", "database_url", "redis_url")
    }
    assert load_settings({"JIESU_KEY_RING": str(tmp_path / "secrets/key_ring"), **given}).database_url


def test_every_setting_that_compose_gives_is_one_of_ours(compose):
    given = {key for name in OURS for key in compose["services"][name]["environment"]}
    known = load_settings({"JIESU_SECRET_KEY": "5e" * 32}).__struct_fields__
    names = {key.removeprefix("JIESU_").removesuffix("_FILE").lower() for key in given if key.startswith("JIESU_")}
    assert names - set(known) - {"secret_key"} == set()


def test_what_is_secret_is_not_in_the_example(compose):
    example = (DOCKER / "env.example").read_text(encoding="utf-8")
    assert not re.search("password|secret_key|[0-9a-f]{32}", example, re.IGNORECASE)
