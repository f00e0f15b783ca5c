"""What `jiesu doctor` and every start say of settings that are not fit for real people."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.deployment import complaints
from jiesu.settings import load_settings

GOOD = {
    "JIESU_SECRET_KEY": "8f3b1c0d9e7a46525d0f8b3c1e9a7d64" * 2,
    "JIESU_PUBLIC_URL": "https://jiesu.example",
    "JIESU_HOST": "0.0.0.0",
    "JIESU_TRUSTED_PROXIES": "10.0.0.5",
    "JIESU_DATABASE_URL": "postgresql+psycopg://jiesu_app:Vt9wqPz3@db/jiesu",
}


def test_a_careful_installation_hears_nothing(tmp_path: Path):
    assert complaints(load_settings(GOOD, data_dir=tmp_path)) == []


def test_nor_does_a_demo_or_one_machine_that_serves_only_itself(tmp_path: Path):
    assert complaints(load_settings({"JIESU_DEMO": "true"}, data_dir=tmp_path)) == []
    alone = {"JIESU_SECRET_KEY": GOOD["JIESU_SECRET_KEY"]}
    assert complaints(load_settings(alone, data_dir=tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"JIESU_SECRET_KEY": "0" * 64}, "made up, not drawn"),
        ({"JIESU_PUBLIC_URL": "http://jiesu.example"}, "travel readably"),
        ({"JIESU_TRUSTED_PROXIES": ""}, "name it in trusted_proxies"),
        ({"JIESU_DATABASE_URL": "postgresql+psycopg://jiesu_app:change-me@db/jiesu"}, "stands in our examples"),
        ({"JIESU_REDIS_URL": "redis://:password@redis:6379/0"}, "stands in our examples"),
    ],
)
def test_each_carelessness_is_named_with_its_remedy(tmp_path: Path, change: dict[str, str], sentence: str):
    (found,) = complaints(load_settings(GOOD | change, data_dir=tmp_path))
    assert sentence in found


def test_a_demos_secret_is_not_carried_into_earnest(tmp_path: Path):
    secret = load_settings({"JIESU_DEMO": "true"}, data_dir=tmp_path).secret_key
    (found,) = complaints(load_settings(GOOD | {"JIESU_SECRET_KEY": secret}, data_dir=tmp_path))
    assert "demo's" in found
