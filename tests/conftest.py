"""The test base: real servers once a run, a clone of the filled database for each worker, a rollback for each test."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient

from jiesu.accounts.roles import Role
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kernel import Kernel
from jiesu.kit.clock import ManualClock
from jiesu.rules import Policies, load_policies
from jiesu.settings import Settings, load_settings
from tests.builders.accounts import People
from tests.builders.desk import Act, SignIn, acting, signing_in
from tests.builders.gateway import RecordingGateway
from tests.builders.jobs import Jobs
from tests.builders.kernels import committing_kernel, http, read_for_good, rolled_back_kernel
from tests.builders.make import Make, employ, person
from tests.builders.servers import Servers, Where

#: Monday 2 November 2026, 9:00 in Hohhot: a working day of a year whose calendar is known.
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
SERVERS = pytest.StashKey[Servers]()
WHERE = pytest.StashKey[Where]()
SECRET = "5e" * 32


def _where(config: pytest.Config) -> Where:
    """Start the servers unless that is done."""
    if WHERE not in config.stash:
        servers = config.stash[SERVERS] = Servers()
        config.stash[WHERE] = servers.start()
    return config.stash[WHERE]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The controller starts the servers and tells every worker where they are."""
    node.workerinput["jiesu_where"] = msgspec.to_builtins(_where(node.config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whatever happened, nothing is left running."""
    if SERVERS in config.stash:
        config.stash[SERVERS].stop()


@pytest.fixture(scope="session", autouse=True)
def _rarer_collections() -> None:
    """Each test makes an application of its own: collecting the last ones at leisure halves the time that takes."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(scope="session")
def where(pytestconfig: pytest.Config) -> Where:
    """Where the run's servers are."""
    told = getattr(pytestconfig, "workerinput", {}).get("jiesu_where")
    return msgspec.convert(told, Where) if told else _where(pytestconfig)


@pytest.fixture(scope="session")
def worker(pytestconfig: pytest.Config) -> str:
    """The name of this process in the run: `gw0`, or `main` without workers."""
    return str(getattr(pytestconfig, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def shipped() -> Policies:
    """What `config/` says."""
    return load_policies(Path(__file__).parents[1] / "config")


@pytest.fixture(scope="session")
def policies(shipped: Policies) -> Policies:
    """What a test's kernel works by; a module may have others."""
    return shipped


@pytest.fixture(scope="session")
def settings(
    where: Where, worker: str, shipped: Policies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of the worker's own database and Redis database, in demo mode."""
    database, number = f"jiesu_{worker}", int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    where.clone(database)
    env = {
        "JIESU_DATABASE_URL": where.url(database),
        "JIESU_OWNER_DATABASE_URL": where.url(database, "owner"),
        "JIESU_REDIS_URL": where.redis(number),
        "JIESU_SECRET_KEY": SECRET,
        "JIESU_DEMO": "true",
        "JIESU_ALLOWED_HOSTS": "testserver.local",
        "JIESU_LOG_LEVEL": "error",
        "JIESU_PROOF_OF_WORK": "0",
        "JIESU_DATA_DIR": str(tmp_path_factory.mktemp("data")),
    }
    settings = load_settings(env)
    asyncio.run(read_for_good(settings, ManualClock(MONDAY), shipped))
    yield settings
    where.drop(database)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
async def kernel(settings: Settings, clock: ManualClock, policies: Policies) -> AsyncIterator[Kernel]:
    """The real kernel; all it writes is rolled back after the test."""
    async with rolled_back_kernel(settings, clock, policies) as kernel:
        yield kernel


@pytest.fixture
async def committed_kernel(
    settings: Settings, where: Where, worker: str, clock: ManualClock, policies: Policies
) -> AsyncIterator[Kernel]:
    """The real kernel on a database of the test's own, with real commits."""
    database = f"jiesu_{worker}_own"
    where.clone(database)
    urls = {"database_url": where.url(database), "owner_database_url": where.url(database, "owner")}
    async with committing_kernel(msgspec.structs.replace(settings, **urls), clock, policies) as kernel:
        yield kernel
    where.drop(database)


@pytest.fixture
async def uow(kernel: Kernel) -> AsyncIterator[UnitOfWork]:
    """A unit of work that stays open for the whole test."""
    async with kernel.db.begin() as uow:
        yield uow


@pytest.fixture
async def client(kernel: Kernel) -> AsyncIterator[AsyncClient]:
    async with http(kernel) as client:
        yield client


@pytest.fixture
async def committed_client(committed_kernel: Kernel) -> AsyncIterator[AsyncClient]:
    async with http(committed_kernel) as client:
        yield client


@pytest.fixture
def gateway(kernel: Kernel) -> RecordingGateway:
    """What petitioners were sent."""
    assert isinstance(kernel.gateway, RecordingGateway)
    return kernel.gateway


@pytest.fixture
def make(kernel: Kernel) -> Make:
    return Make(kernel)


@pytest.fixture
def jobs(kernel: Kernel) -> Jobs:
    return Jobs(kernel)


@pytest.fixture
def staff(kernel: Kernel) -> Callable[[Role | str, str], Awaitable[Staff]]:
    """A member of staff with a role at a unit."""

    async def find(role: Role | str, unit: str) -> Staff:
        async with kernel.db.begin() as uow:
            return await person(uow, kernel, await employ(uow, Role(role), unit))

    return find


@pytest.fixture
def sign_in(client: AsyncClient, kernel: Kernel) -> SignIn:
    """Headers of a signed-in demo user (`officer-VS-150102001`), without the cost of the password."""
    return signing_in(client, kernel)


@pytest.fixture
def act(client: AsyncClient, sign_in: SignIn) -> Act:
    """Take a step through the API: `await act("officer-VS-150102001", ticket, "sign")`."""
    return acting(client, sign_in)


@pytest.fixture
def committed_act(committed_client: AsyncClient, committed_kernel: Kernel) -> Act:
    return acting(committed_client, signing_in(committed_client, committed_kernel))


@pytest.fixture
async def people(kernel: Kernel, client: AsyncClient) -> People:
    """Accounts on the application in demo mode; nobody is signed in yet."""
    await client._transport.app.state.redis.flushdb()  # type: ignore[attr-defined]
    return People(kernel, client)


@pytest.fixture
async def strict_people(settings: Settings, clock: ManualClock, policies: Policies) -> AsyncIterator[People]:
    """The same outside demo mode."""
    strict = msgspec.structs.replace(settings, demo=False)
    async with rolled_back_kernel(strict, clock, policies) as kernel, http(kernel) as client:
        await client._transport.app.state.redis.flushdb()  # type: ignore[attr-defined]
        yield People(kernel, client)
