"""Signing in by an identity provider: only what it really signed for this attempt, and only accounts linked before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc.jwk import RSAKey

from jiesu.accounts.links import BadSubject, NotLinked, OneFactorOnly, SubjectTaken, link_account
from jiesu.accounts.roles import Role
from jiesu.settings import Settings
from tests.builders.accounts import NAME, People, code_at
from tests.builders.forms import CITY, STATION
from tests.builders.kernels import http, rolled_back_kernel
from tests.builders.provider import CLIENT, SECRET, IdentityProvider, running_provider

TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    """One for all tests: a new one would want an application of its own for each."""
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def strict(settings: Settings, running: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    secret = tmp_path_factory.mktemp("oidc") / "secret"
    secret.write_text(f"{SECRET}\n")
    given = {"oidc_issuer": running.issuer, "oidc_client_id": CLIENT, "oidc_secret": secret}
    return msgspec.structs.replace(settings, **given, public_url="http://testserver.local", demo=False)


@pytest.fixture
def provider(running: IdentityProvider, clock) -> IdentityProvider:
    running.begin(lambda: int(clock.now().timestamp()))
    return running


@pytest.fixture
async def desk(strict: Settings, clock, policies, provider: IdentityProvider) -> AsyncIterator[SimpleNamespace]:
    """The application outside demo mode with that provider, and somebody linked to it."""
    async with rolled_back_kernel(strict, clock, policies) as kernel, http(kernel) as client:
        await client._transport.app.state.redis.flushdb()
        people = People(kernel, client)
        await people.add(secret=TOTP)
        await link(kernel, provider, NAME, "u-1")
        yield SimpleNamespace(kernel=kernel, client=client, people=people, provider=provider)


async def link(kernel: Any, provider: IdentityProvider, name: str, subject: str) -> None:
    async with kernel.db.begin() as uow:
        await link_account(uow, name, provider.issuer, subject, by="test")


async def there(desk: Any, **query: str) -> str:
    """Off to the provider, which sends the browser back at once; the address it is sent to."""
    begun = await desk.client.get("/login/oidc", params=query)
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient(trust_env=False) as browser:
        return (await browser.get(begun.headers["location"])).headers["location"]


async def sign_in(desk: Any, **query: str) -> httpx.Response:
    return await desk.client.get(await there(desk, **query))


async def kinds(desk: Any) -> list[str]:
    return [kind for kind, _ in await desk.people.trail()]


async def test_somebody_linked_comes_in_and_where_they_wanted_to(desk):
    back = await sign_in(desk, next="/desk?view=overdue")
    assert (back.status_code, back.headers["location"]) == (303, "/desk?view=overdue")
    me = (await desk.client.get("/api/v1/session")).json()
    assert (me["username"], me["owes"]) == (NAME, [])
    assert (await desk.people.trail())[-1] == ("SignedIn", NAME)
    assert "HttpOnly" in back.headers["set-cookie"]


async def test_nobody_is_sent_on_to_another_site(desk):
    assert (await sign_in(desk, next="//evil.example/")).headers["location"] == "/desk"


FALSE = {
    "a wrong nonce": {"nonce": "other"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "for another client": {"aud": "somebody-else"},
    "for two, this one not being the one it was made for": {"aud": [CLIENT, "other"], "azp": "other"},
    "no subject": {"sub": None},
    "an endless subject": {"sub": "x" * 300},
    "an access token that was exchanged": {"at_hash": "x"},
}


@pytest.mark.parametrize("change", FALSE.values(), ids=FALSE.keys())
async def test_a_token_that_is_not_for_this_attempt_lets_nobody_in(desk, change):
    desk.provider.change = change
    await refused(desk)


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_a_token_that_is_over_or_of_the_future_lets_nobody_in(desk, clock, seconds):
    now = int(clock.now().timestamp()) + seconds
    desk.provider.change = {"iat": now, "exp": now + 300}
    await refused(desk)


async def test_what_another_key_signed_lets_nobody_in(desk):
    desk.provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
    await refused(desk)


async def refused(desk: Any) -> None:
    back = await sign_in(desk)
    assert (back.status_code, "统一身份登录没有成功" in back.text) == (403, True)
    assert (await desk.client.get("/api/v1/session")).status_code == 401
    assert (await kinds(desk))[-1] == "ProviderSignInRefused"


async def test_a_provider_that_names_another_issuer_is_not_asked(desk):
    desk.provider.published_issuer = "https://evil.example"
    begun = await desk.client.get("/login/oidc")
    assert (begun.status_code, "统一身份登录没有成功" in begun.text) == (403, True)


async def test_an_answer_is_taken_once(desk):
    address = await there(desk)
    assert (await desk.client.get(address)).status_code == 303
    desk.client.cookies.delete("jiesu_session")
    assert (await desk.client.get(address)).status_code == 403
    assert (await desk.client.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize("change", [{"state": "made up"}, {"state": ""}, {"code": ""}, {"code": "made up"}])
async def test_an_answer_that_nobody_asked_for_lets_nobody_in(desk, change):
    url = urlsplit(await there(desk))
    query = {name: values[0] for name, values in parse_qs(url.query).items()} | change
    assert (await desk.client.get(url.path, params=query)).status_code == 403
    assert (await desk.client.get("/api/v1/session")).status_code == 401


async def test_an_answer_in_another_browser_lets_nobody_in(desk):
    """Else a link could sign somebody in as the one who sent it."""
    address = await there(desk)
    desk.client.cookies.clear()
    assert (await desk.client.get(address)).status_code == 403


async def test_an_answer_that_comes_too_late_lets_nobody_in(desk):
    address = await there(desk)
    redis = desk.client._transport.app.state.redis
    [key] = await redis.keys("jiesu:oidc:*")
    assert 590 < await redis.ttl(key) <= 600
    await redis.delete(key)
    assert (await desk.client.get(address)).status_code == 403


async def test_nobody_gets_an_account_by_signing_in(desk):
    desk.provider.subject = "stranger"
    back = await sign_in(desk)
    assert (back.status_code, NotLinked.zh[:10] in back.text) == (403, True)
    assert (await desk.people.trail())[-1] == ("ProviderSignInRefused", None)


async def test_one_factor_at_the_provider_is_not_enough(desk):
    desk.provider.amr = ["pwd"]
    back = await sign_in(desk)
    assert (back.status_code, OneFactorOnly.zh[:10] in back.text) == (403, True)


async def test_an_account_that_ended_or_waits_or_has_no_post_does_not_come_in(desk):
    for _ in range(5):
        await desk.people.try_in(password="wrong")
    assert (await sign_in(desk)).status_code == 429
    desk.kernel.clock.advance(timedelta(hours=2))
    assert (await sign_in(desk)).status_code == 303
    desk.client.cookies.clear()
    async with desk.kernel.db.begin() as uow:
        account = await uow.session.merge(await desk.people.account())
        account.active = False
    assert (await sign_in(desk)).status_code == 403


async def test_who_owes_a_second_factor_sets_it_up_first(desk):
    await desk.people.add("li.na", (Role.OFFICER, STATION), password=None)
    await link(desk.kernel, desk.provider, "li.na", "u-2")
    desk.provider.subject = "u-2"
    assert (await sign_in(desk)).status_code == 303
    assert (await desk.client.get("/api/v1/session")).json()["owes"] == ["ChangePasswordFirst", "EnrolFirst"]
    assert (await desk.client.get("/api/v1/desk/tickets")).status_code == 403


async def test_signing_out_offers_to_leave_the_provider_too(desk):
    await sign_in(desk)
    await desk.client.get("/login")
    out = await desk.client.post("/logout", data={"_csrf_token": desk.client.cookies["csrftoken"]})
    assert out.status_code == 303
    assert (await desk.client.get("/api/v1/session")).status_code == 401
    assert "同时退出统一身份" in (await desk.client.get("/login")).text
    left = urlsplit((await desk.client.get("/login/oidc/leave")).headers["location"])
    assert (f"{left.scheme}://{left.netloc}", left.path) == (desk.provider.issuer, "/leave")
    assert parse_qs(left.query)["post_logout_redirect_uri"] == ["http://testserver.local/login"]
    assert "同时退出统一身份" not in (await desk.client.get("/login")).text


async def test_an_administrator_links_and_unlinks(desk):
    await desk.people.add("chief", (Role.ADMINISTRATOR, CITY), secret=TOTP)
    headers = await desk.people.enter("chief", otp=code_at(TOTP, desk.kernel))
    url = f"/api/v1/admin/users/{NAME}"
    await sign_in(desk)
    assert (await desk.client.post(f"{url}/unlink", headers=headers)).status_code == 204
    assert (await desk.client.get("/api/v1/session")).status_code == 401
    assert (await sign_in(desk)).status_code == 403
    again = await desk.client.post(f"{url}/unlink", headers=headers)
    assert (again.status_code, again.json()["title"]) == (404, "NoLink")
    assert (await desk.client.post(f"{url}/link", json={"subject": "u-9"}, headers=headers)).status_code == 204
    desk.provider.subject = "u-9"
    assert (await sign_in(desk)).status_code == 303
    assert {"AccountLinked", "AccountUnlinked"} <= set(await kinds(desk))


async def test_a_subject_is_one_account(desk):
    await desk.people.add("li.na", (Role.OFFICER, STATION))
    with pytest.raises(SubjectTaken):
        await link(desk.kernel, desk.provider, "li.na", "u-1")
    with pytest.raises(BadSubject):
        await link(desk.kernel, desk.provider, "li.na", " ")


async def test_without_a_provider_there_is_no_such_way(client):
    assert (await client.get("/login/oidc")).status_code == 404
    assert "统一身份" not in (await client.get("/login")).text
