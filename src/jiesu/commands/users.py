"""`jiesu user`: accounts of staff."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from jiesu.commands.running import BY, Json, out, with_uow
from jiesu.kit.config import ConfigMistake

__all__ = ["user_app"]

user_app = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
Username = Annotated[str, typer.Argument(metavar="USERNAME")]


@user_app.command("add")
def user_add(
    username: Username,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[str, typer.Option(help="intake, dispatcher, officer, unit_head, callback, supervisor, …")],
    unit: Annotated[str, typer.Option(help="Code of the unit, such as VS-1501.")],
    as_json: Json = False,
) -> None:
    """Add somebody in a post; prints the initial password, which must be changed at the first sign-in."""
    from jiesu.accounts.add import add_account
    from jiesu.accounts.grants import give_post
    from jiesu.accounts.roles import Role

    async def add(kernel: Any, uow: Any) -> str:
        password = await add_account(uow, username, name, by=BY)
        await give_post(uow, kernel.rules.organisation, username, Role(role), unit, by=BY)
        return password

    _show_password(username, with_uow(add), as_json=as_json)


@user_app.command("post")
def user_post(
    username: Username,
    role: Annotated[str, typer.Option(help="As for `user add`.")],
    unit: Annotated[str, typer.Option(help="Code of the unit.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the post away.")] = False,
) -> None:
    """Give somebody another post, or take one away."""
    from jiesu.accounts.grants import give_post, take_post
    from jiesu.accounts.roles import Role

    async def change(kernel: Any, uow: Any) -> None:
        if remove:
            await take_post(uow, username, Role(role), unit, by=BY)
        else:
            await give_post(uow, kernel.rules.organisation, username, Role(role), unit, by=BY)

    with_uow(change)
    out.print(f"{username}: {role} at {unit} {'taken' if remove else 'given'}.", highlight=False)


@user_app.command("deactivate")
def user_deactivate(username: Username) -> None:
    """End an account; its sessions end at once."""
    from jiesu.accounts.resets import deactivate

    with_uow(lambda _, uow: deactivate(uow, username, by=BY))
    out.print(f"{username} can no longer sign in.", highlight=False)


@user_app.command("activate")
def user_activate(username: Username) -> None:
    """Let somebody sign in again."""
    from jiesu.accounts.resets import activate

    with_uow(lambda _, uow: activate(uow, username, by=BY))
    out.print(f"{username} may sign in again.", highlight=False)


@user_app.command("reset-password")
def user_reset_password(username: Username, as_json: Json = False) -> None:
    """Print a new initial password; all sessions of the account end."""
    from jiesu.accounts.resets import reset_password

    _show_password(username, with_uow(lambda _, uow: reset_password(uow, username, by=BY)), as_json=as_json)


@user_app.command("reset-second-factor")
def user_reset_second_factor(username: Username) -> None:
    """Forget the second factor of a lost telephone; it is set up anew at the next sign-in."""
    from jiesu.accounts.resets import reset_second_factor

    with_uow(lambda _, uow: reset_second_factor(uow, username, by=BY))
    out.print(f"{username} sets up a second factor at the next sign-in.", highlight=False)


@user_app.command("link")
def user_link(
    username: Username,
    subject: Annotated[str, typer.Argument(help="The `sub` that the identity provider gives the person.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Name and password alone from now on.")] = False,
) -> None:
    """Say who an account is at the identity provider (oidc_issuer)."""
    from jiesu.accounts.links import link_account, unlink_account

    async def change(kernel: Any, uow: Any) -> None:
        issuer = kernel.settings.oidc_issuer
        if remove:
            await unlink_account(uow, username, by=BY)
        elif issuer is None:
            raise ConfigMistake("settings", "oidc_issuer", None, "name the identity provider first")
        else:
            await link_account(uow, username, issuer, subject, by=BY)

    with_uow(change)
    out.print(f"{username}: {'unlinked' if remove else 'linked'}.", highlight=False)


def _show_password(username: str, password: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"username": username, "initial_password": password}) + "\n")
    else:
        out.print(
            f"{username}: initial password [bold]{password}[/], to be changed at the first sign-in.", highlight=False
        )
