"""The settings of one installation, as one frozen struct that is built once and passed down."""

from __future__ import annotations

import difflib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from jiesu.kit.addresses import Networks
from jiesu.kit.clock import FastClock
from jiesu.kit.config import ConfigMistake, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Settings", "load_settings"]

Count = Annotated[int, Meta(ge=1, le=256)]
PerMinute = Annotated[int, Meta(ge=0, le=1_000_000)]
SecretKey = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
PostgresUrl = Annotated[str, Meta(pattern=r"^postgresql\+psycopg://")]
RedisUrl = Annotated[str, Meta(pattern="^(redis|rediss|unix)://")]

#: the checkout, or the folder of the package when installed
_ROOT = Path(__file__).resolve().parents[2]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: variables that carry this prefix but are no settings
_OTHER_PREFIXES = ("JIESU_TEST_", "JIESU_BENCH_")
#: what may stand in a file of its own, named in JIESU_<KEY>_FILE
_SECRETS = ("secret_key", "database_url", "owner_database_url", "redis_url", "sms_secret")
_HOW_TO_GIVE_A_KEY = (
    "give 64 hex digits in JIESU_SECRET_KEY, or a file that holds them in JIESU_SECRET_KEY_FILE; "
    "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What `config/jiesu.toml` and `JIESU_*` say, checked.

    URLs are None where `jiesu up` and the tests start their own servers. The repr shows no secret.
    """

    data_dir: Path
    config_dir: Path
    #: the application's role, which owns nothing and is no superuser
    database_url: PostgresUrl | None = None
    #: the owner's role, for migrations only
    owner_database_url: PostgresUrl | None = None
    redis_url: RedisUrl | None = None
    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    #: known passwords and messages shown instead of sent: loopback only
    demo: bool = False
    given_secret_key: SecretKey | None = msgspec.field(default=None, name="secret_key")
    #: file of the key ring for encrypted columns
    key_ring: Path | None = None
    #: what new values are encrypted with; either is read
    cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    #: PEM file of the Ed25519 key that signs the trail's checkpoints; retired public keys may stand below it
    signing_key: Path | None = None
    #: where the SMS operator takes messages, and the bearer token it wants; demo mode needs none
    sms_url: Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None = None
    sms_secret: str | None = None
    #: identity provider of the staff (OpenID Connect); its address as it writes it itself, our name there, and the file
    #: of the secret, which a public client has not
    oidc_issuer: Annotated[str, Meta(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[^ ]*$")] | None = None
    oidc_client_id: str | None = None
    oidc_secret: Path | None = None
    #: what the links in messages begin with
    public_url: Annotated[str, Meta(pattern="^https?://[^ ]+$")] = "http://127.0.0.1:8000"
    #: networks of the proxies that stand before us, whose `X-Forwarded-For` is believed; nobody else's is
    trusted_proxies: Networks = Networks()
    #: names by which we may be asked, beside that of `public_url`; in demo mode loopback too
    allowed_hosts: tuple[str, ...] = ()
    #: what one address may do in a minute, 0 for as much as it likes; an office, or a town on its telephones, is one address
    filings_per_minute: PerMinute = 120
    sign_ins_per_minute: PerMinute = 120
    lookups_per_minute: PerMinute = 600
    requests_per_minute: PerMinute = 6000
    #: and what one member of staff may
    session_requests_per_minute: PerMinute = 600
    #: seconds that the body of a request may take to come in
    body_seconds: Annotated[int, Meta(ge=1, le=600)] = 60
    #: after so many hours staff sign in again, whatever they do; after so many idle minutes as well
    session_hours: Annotated[int, Meta(ge=1, le=24)] = 8
    idle_minutes: Annotated[int, Meta(ge=1, le=24 * 60)] = 30
    #: the virus scanner of attachments, `tcp://host:port` or `unix:///path`; unset: nothing is scanned
    clamd: Annotated[str, Meta(pattern=r"^(tcp://[^/ ]+:[0-9]+|unix:///.+)$")] | None = None
    #: hashes a browser tries at most before it may file on the public form, on an ordinary day; 0: none are asked for
    proof_of_work: Annotated[int, Meta(ge=0, le=10_000_000)] = 200_000
    #: the telephone number that petitioners' pages name, beside the counter; unset: none
    hotline: Annotated[str, Meta(pattern="^[0-9+][0-9 -]{1,30}$")] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    web_workers: Count = 1
    worker_processes: Count = 1
    worker_threads: Count = 2
    #: what a worker was handed and has not done within so many seconds is handed out again
    lease_seconds: Annotated[int, Meta(ge=1, le=3600)] = 5
    #: the same for what calls something outside, such as the SMS operator, and may take long
    outside_lease_seconds: Annotated[int, Meta(ge=1, le=3600)] = 60
    #: database connections one process may open
    pool_size: Count = 10
    #: seconds in which a web server that was told to stop still serves, while balancers learn that it goes
    drain_seconds: Annotated[int, Meta(ge=0, le=600)] = 0
    #: where workers tell Prometheus their figures; the next process takes the next port; unset: nowhere
    metrics_host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    #: where OpenTelemetry's traces go (OTLP over HTTP), such as http://collector:4318; unset: none are kept
    otlp_endpoint: Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None = None
    #: for long tests of faults, demo mode only: a clock as `FastClock.parse` reads it
    fast_clock: str | None = None

    def __repr__(self) -> str:
        return f"Settings({self.host}:{self.port}, data_dir={str(self.data_dir)!r}, demo={self.demo})"

    @property
    def secret_key(self) -> str:
        """64 hex digits. A demo makes its own, kept in `data_dir/secret`; else one must be given (ConfigMistake)."""
        if self.given_secret_key:
            return self.given_secret_key
        if not self.demo:
            raise ConfigMistake("environment", "JIESU_SECRET_KEY", None, _HOW_TO_GIVE_A_KEY)
        return _kept_secret(self.data_dir / "secret")

    @property
    def https(self) -> bool:
        """Whether browsers reach us by https alone: then cookies are sent no other way."""
        return self.public_url.startswith("https:")

    def hosts(self) -> frozenset[str]:
        """Names in lower case, without ports, by which we may be asked."""
        own = urlsplit(self.public_url).hostname or ""
        loopback = _LOOPBACK if self.demo or own in _LOOPBACK else ()
        return frozenset({own, *loopback, *map(str.lower, self.allowed_hosts)})

    def limits(self) -> dict[str, int]:
        """What may be done in a minute, by kind."""
        kinds = ("filings", "sign_ins", "lookups", "requests", "session_requests")
        return {kind: getattr(self, f"{kind}_per_minute") for kind in kinds}

    def environment(self) -> dict[str, str]:
        """These settings as `JIESU_*` for a child process; the owner's URL stays out."""
        values = {f.encode_name: getattr(self, f.name) for f in msgspec.structs.fields(self)}
        del values["owner_database_url"]
        return {f"JIESU_{key.upper()}": _as_text(value) for key, value in values.items() if value is not None}


def load_settings(env: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """Settings from `jiesu.toml`, overlaid by `JIESU_*`, overlaid by the overrides that are not None.

    `config_dir` is JIESU_CONFIG_DIR, else `config/` of the checkout, else of the current folder. Raises ConfigMistake.
    """
    config_dir = _config_dir(env, overrides.pop("config_dir", None))
    home = config_dir.parent
    values: dict[str, Any] = {"config_dir": config_dir, "data_dir": home / "var"}
    if (file := config_dir / "jiesu.toml").exists():
        values |= _checked(file, read_toml(file), home)
    values |= _checked("environment", _variables(env), Path.cwd())
    values |= _checked("command line", {k: v for k, v in overrides.items() if v is not None}, Path.cwd())
    values.setdefault("public_url", f"http://{values.get('host', '127.0.0.1')}:{values.get('port', 8000)}")
    settings = Settings(given_secret_key=values.pop("secret_key", None), **values)
    if settings.demo and settings.host not in _LOOPBACK:
        remedy = "a demo's passwords are public: keep host on 127.0.0.1, or switch demo off"
        raise ConfigMistake("settings", "host", settings.host, remedy)
    if settings.fast_clock is not None:
        _check_clock(settings.fast_clock, demo=settings.demo)
    return settings


def _check_clock(text: str, *, demo: bool) -> None:
    """Real deadlines run on the machine's clock alone. Raises ConfigMistake."""
    if not demo:
        raise ConfigMistake("settings", "fast_clock", text, "remove it: only a demo may run on another clock")
    try:
        FastClock.parse(text)
    except ValueError as error:
        raise ConfigMistake("settings", "fast_clock", text, str(error)) from error


def _config_dir(env: Mapping[str, str], override: object) -> Path:
    given = override or env.get("JIESU_CONFIG_DIR")
    checkout = _ROOT if (_ROOT / "pyproject.toml").exists() else Path.cwd()
    path = Path(str(given)).absolute() if given else checkout / "config"
    if not path.is_dir():
        raise ConfigMistake("environment", "JIESU_CONFIG_DIR", str(path), "name the folder that holds jiesu.toml")
    return path


def _variables(env: Mapping[str, str]) -> dict[str, object]:
    """The keys that the environment sets; an empty variable counts as unset."""
    given = {k.removeprefix("JIESU_").lower(): v for k, v in env.items() if k.startswith("JIESU_") and v}
    found: dict[str, object] = {k: v for k, v in given.items() if not f"JIESU_{k.upper()}".startswith(_OTHER_PREFIXES)}
    found.pop("config_dir", None)
    for name in _SECRETS:
        if (file := found.pop(f"{name}_file", None)) is not None:
            found.setdefault(name, _secret_in(Path(str(file)), name))
    return found


def _secret_in(path: Path, name: str = "secret_key") -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        holds = "64 hex digits" if name == "secret_key" else f"the {name}"
        remedy = f"name a readable file with {holds} ({error})"
        raise ConfigMistake("environment", f"JIESU_{name.upper()}_FILE", str(path), remedy) from error


def _checked(source: Path | str, values: Mapping[str, object], base: Path) -> dict[str, Any]:
    return {key: _convert(str(source), key, value, base) for key, value in values.items()}


def _convert(source: str, key: str, value: object, base: Path) -> object:
    """The value as its field's type: text becomes numbers and flags, a relative path starts at `base`."""
    types = {f.encode_name: f.type for f in msgspec.structs.fields(Settings)}
    shown = f"JIESU_{key.upper()}" if source == "environment" else key
    if key not in types:
        near = difflib.get_close_matches(key, types, n=1)
        hint = f"did you mean {near[0]}?" if near else f"remove it; known are {', '.join(sorted(types))}"
        raise ConfigMistake(source, shown, value, hint)

    def read(kind: type, given: Any) -> object:
        return Networks.parse(given) if kind is Networks else base / str(given)

    if key == "allowed_hosts" and isinstance(value, str):
        value = value.replace(",", " ").split()
    try:
        return msgspec.convert(value, types[key], strict=not isinstance(value, str), dec_hook=read)
    except msgspec.ValidationError as error:
        hidden = "…" if key.endswith(("key", "url", "secret")) and key != "public_url" else value
        remedy = _HOW_TO_GIVE_A_KEY if key == "secret_key" else f"{error}"
        raise ConfigMistake(source, shown, hidden, remedy) from error


def _kept_secret(path: Path) -> str:
    """The secret in that file, made on first use; of two processes that make it at once, one wins for both."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _secret_in(path)


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
