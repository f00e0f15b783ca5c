"""The embedded Redis: what a clean stop keeps, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from jiesu.embedded.errors import AlreadyRunning, CannotStart
from jiesu.embedded.redis import EmbeddedRedis, find_redis


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(data_dir)
    server.start()
    yield server
    server.stop()


def ask(server: EmbeddedRedis, *words: str) -> object:
    with redis.Redis.from_url(server.url()) as client:
        return client.execute_command(*words)


def test_a_clean_stop_keeps_what_was_stored(server: EmbeddedRedis):
    ask(server, "SET", "session", "kept")
    server.stop()
    assert not server.alive()
    server.start()
    assert ask(server, "GET", "session") == b"kept"


def test_it_starts_again_after_a_kill_on_the_same_url(server: EmbeddedRedis):
    url = server.url()
    server.kill()
    server.start()
    assert server.url() == url
    assert ask(server, "PING") is True


def test_an_unreadable_snapshot_is_set_aside(server: EmbeddedRedis):
    server.stop()
    home = server.data_dir / "redis"
    (home / "dump.rdb").write_bytes(b"REDIS0009 and then rubbish")
    server.start()
    assert ask(server, "DBSIZE") == 0
    assert (home / "dump.unreadable.rdb").exists()


def test_it_listens_on_no_network_port(server: EmbeddedRedis):
    assert ask(server, "CONFIG", "GET", "port") in ([b"port", b"0"], {"port": "0"}, {b"port": b"0"})
    assert (server.data_dir / "redis").stat().st_mode & 0o077 == 0


def test_a_data_directory_serves_one_at_a_time(server: EmbeddedRedis):
    with pytest.raises(AlreadyRunning):
        EmbeddedRedis(server.data_dir).start()
    assert ask(server, "PING") is True


def test_a_program_on_the_path_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shim = tmp_path / "redis-server"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_redis().parent != tmp_path


def test_without_any_redis_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(CannotStart, match="JIESU_REDIS_URL"):
        find_redis()
