"""What somebody owes before they may work: a password of their own, and a second factor."""

from __future__ import annotations

from jiesu.accounts.models import Account
from jiesu.errors import Forbidden

__all__ = ["ChangePasswordFirst", "EnrolFirst", "duties"]


class ChangePasswordFirst(Forbidden):
    zh = "您用的是初始密码。请先换成自己的密码，再继续工作。"
    en = "You still have an initial password. Choose your own first, then go on."


class EnrolFirst(Forbidden):
    zh = "请先在手机上启用动态码，再继续工作。"
    en = "Set up the second factor on your telephone first, then go on."


def duties(account: Account, *, demo: bool) -> list[type[Forbidden]]:
    """In the order in which they are to be done; until then a session is good for nothing else.

    Nobody is forced to a second factor in demo mode.
    """
    owed: list[type[Forbidden]] = [ChangePasswordFirst] if account.must_change_password else []
    if account.second_factor_at is None and not demo:
        owed.append(EnrolFirst)
    return owed
