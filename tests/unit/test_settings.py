"""Settings: file, environment and overrides in that order, and mistakes that say what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.settings import load_settings

KEY = "0123456789abcdef" * 4


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


def env(config: Path, **more: str) -> dict[str, str]:
    return {"JIESU_CONFIG_DIR": str(config), **{f"JIESU_{k.upper()}": v for k, v in more.items()}}


def test_the_shipped_file_is_valid():
    settings = load_settings({})
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8000, False)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.config_dir / "jiesu.toml").is_file()
    assert settings.data_dir.name == "var"


def test_the_environment_wins_over_the_file_and_an_override_over_both(config: Path):
    (config / "jiesu.toml").write_text('port = 9001\nlog_level = "debug"\nsession_hours = 4\n')
    settings = load_settings(env(config, port="9002", log_level="error"), port=9003, host=None)
    assert (settings.port, settings.log_level, settings.session_hours) == (9003, "error", 4)
    assert settings.public_url == "http://127.0.0.1:9003"


def test_an_empty_variable_counts_as_unset(config: Path):
    assert load_settings(env(config, database_url="", port="")).database_url is None


def test_a_relative_path_in_the_file_starts_beside_the_config_folder(config: Path):
    (config / "jiesu.toml").write_text('data_dir = "elsewhere"\n')
    assert load_settings(env(config)).data_dir == config.parent / "elsewhere"


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("port", "eighty", "Expected `int`"),
        ("port", "0", "`int` >= 1"),
        ("prot", "8000", "did you mean port?"),
        ("log_level", "loud", "Invalid enum value"),
        ("database_url", "mysql://somewhere/jiesu", r"postgresql\\+psycopg"),
        ("host", "0.0.0.0", "keep host on 127.0.0.1"),
        ("trusted_proxies", "10.0.0.1/8", "host bits"),
    ],
)
def test_every_mistake_names_its_key_and_a_remedy(config: Path, key: str, value: str, remedy: str):
    with pytest.raises(ConfigMistake) as caught:
        load_settings(env(config, demo="true", **{key: value}))
    assert key in caught.value.key.lower()
    assert remedy in caught.value.remedy


def test_a_mistake_in_the_file_names_the_file(config: Path):
    (config / "jiesu.toml").write_text("port = 'x'\n")
    with pytest.raises(ConfigMistake) as caught:
        load_settings(env(config))
    assert caught.value.file == str(config / "jiesu.toml")
    assert caught.value.key == "port"


def test_a_missing_config_folder_is_a_mistake(tmp_path: Path):
    with pytest.raises(ConfigMistake, match="JIESU_CONFIG_DIR"):
        load_settings({"JIESU_CONFIG_DIR": str(tmp_path / "nowhere")})


def test_a_demo_makes_its_secret_once_and_keeps_it_private(config: Path, tmp_path: Path):
    first = load_settings(env(config, demo="1"), data_dir=tmp_path / "var").secret_key
    again = load_settings(env(config, demo="1"), data_dir=tmp_path / "var").secret_key
    assert first == again
    assert len(bytes.fromhex(first)) == 32
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


def test_outside_a_demo_the_secret_must_be_given(config: Path, tmp_path: Path):
    with pytest.raises(ConfigMistake, match="JIESU_SECRET_KEY"):
        _ = load_settings(env(config)).secret_key
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert load_settings(env(config, secret_key_file=str(tmp_path / "key"))).secret_key == KEY


def test_no_secret_is_shown(config: Path):
    settings = load_settings(env(config, secret_key=KEY, redis_url="redis://:hush@localhost/0"))
    assert KEY not in repr(settings)
    assert "hush" not in repr(settings)
    with pytest.raises(ConfigMistake) as caught:
        load_settings(env(config, secret_key="too-short"))
    assert "too-short" not in str(caught.value)


def test_a_child_process_gets_the_same_settings_but_not_the_owner(config: Path):
    url, owner = "postgresql+psycopg://app@/jiesu", "postgresql+psycopg://owner@/jiesu"
    settings = load_settings(env(config, demo="1", secret_key=KEY, database_url=url, owner_database_url=owner))
    child = load_settings(settings.environment())
    assert child.owner_database_url is None
    assert (child.database_url, child.demo, child.secret_key) == (url, True, KEY)
    assert child.data_dir == settings.data_dir


FAST = "2026-11-02T08:00:00+08:00@1793577600*180"


def test_only_a_demo_may_run_on_a_fast_clock(config: Path):
    assert load_settings(env(config, demo="true", fast_clock=FAST)).fast_clock == FAST
    with pytest.raises(ConfigMistake, match="only a demo"):
        load_settings(env(config, fast_clock=FAST))
    with pytest.raises(ConfigMistake, match="write it like"):
        load_settings(env(config, demo="true", fast_clock="tomorrow"))


def test_a_fast_clock_reaches_the_child_processes(config: Path):
    settings = load_settings(env(config, demo="true", fast_clock=FAST, metrics_port="9100"))
    assert {"JIESU_FAST_CLOCK": FAST, "JIESU_METRICS_PORT": "9100"}.items() <= settings.environment().items()


def test_proxies_are_named_in_a_list_or_a_line_and_told_to_child_processes(config: Path):
    (config / "jiesu.toml").write_text('trusted_proxies = ["10.0.0.0/8", "2001:db8::1"]\n')
    settings = load_settings(env(config, secret_key=KEY))
    assert "10.1.2.3" in settings.trusted_proxies
    assert "192.0.2.1" not in settings.trusted_proxies
    told = load_settings(settings.environment() | {"JIESU_CONFIG_DIR": str(config)})
    assert told.trusted_proxies == settings.trusted_proxies


def test_urls_with_passwords_may_stand_in_files_of_their_own(config, tmp_path):
    (tmp_path / "url").write_text("postgresql+psycopg://jiesu_app:secret@db/jiesu\n")
    settings = load_settings(env(config, database_url_file=str(tmp_path / "url")))
    assert settings.database_url == "postgresql+psycopg://jiesu_app:secret@db/jiesu"
    with pytest.raises(ConfigMistake, match="JIESU_REDIS_URL_FILE"):
        load_settings(env(config, redis_url_file=str(tmp_path / "nothing")))
