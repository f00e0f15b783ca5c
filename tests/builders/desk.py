"""The desk as its people use it: signed in, taking steps through the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from httpx import AsyncClient, Response

from jiesu.accounts.models import Account
from jiesu.accounts.roles import Role
from jiesu.kernel import Kernel
from tests.builders.make import employ, person

__all__ = ["SMALLEST", "Act", "SignIn", "acting", "signing_in"]

SignIn = Callable[[str], Awaitable[dict[str, str]]]
Act = Callable[..., Awaitable[Response]]
#: A body for each step that takes none without, so that nothing is refused for its shape before the ticket is looked for.
SMALLEST: dict[str, dict[str, Any]] = {
    "contact": {"outcome": "reached", "note": "x"},
    "call_back": {"outcome": "no_answer"},
    "correct_answer": {"solved": "yes", "why": "x"},
    "refuse_acceptance": {"reason": "outside", "basis": "x"},
    "serve": {"way": "post", "receiver": "x"},
    "convert": {"track": "PETITION", "reason": "x"},
    "decide_recheck": {"verdict": "upheld", "opinion": "x"},
    "decide_review": {"verdict": "upheld", "opinion": "x"},
    "divert": {"reason": "litigation", "pointer": "x"},
    "extend": {"until": "2026-12-01", "reason": "x"},
}


def signing_in(client: AsyncClient, kernel: Kernel) -> SignIn:
    app = client._transport.app  # type: ignore[attr-defined]

    async def open_session(username: str) -> dict[str, str]:
        role, _, unit = username.partition("-")
        async with kernel.db.begin() as uow:
            staff = await person(uow, kernel, await employ(uow, Role(role), unit.upper()))
            account = await uow.session.get_one(Account, staff.account_id)
        return {"Authorization": f"Bearer {await app.state.sessions.open(staff, account.generation)}"}

    return open_session


def acting(client: AsyncClient, sign_in: SignIn) -> Act:
    async def take(username: str, ticket: Any, action: str, /, *, version: int | None = None, **body: Any) -> Response:
        headers = await sign_in(username)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        url = f"/api/v1/desk/tickets/{getattr(ticket, 'number', ticket)}/{action}"
        return await client.post(url, json=body, headers=headers)

    return take
