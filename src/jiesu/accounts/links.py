"""Links to an identity provider: an administrator says which account a subject is; nobody gets an account by signing in."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from jiesu.accounts.events import AccountLinked, AccountUnlinked, ProviderSignInRefused, SignedIn
from jiesu.accounts.lockout import Lockout, TooManyFailures
from jiesu.accounts.models import Account, AccountLink
from jiesu.accounts.others import lock_other
from jiesu.accounts.posts import Person, load_person
from jiesu.accounts.provider import Subject
from jiesu.accounts.sign_in import NoPost
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Forbidden, Invalid, Missing
from jiesu.kit.crypto import KeyRing
from jiesu.units.organisation import Organisation

__all__ = [
    "BadSubject",
    "NotLinked",
    "OneFactorOnly",
    "ProviderRefused",
    "SubjectTaken",
    "link_account",
    "sign_in_by_provider",
    "unlink_account",
]


class BadSubject(Invalid):
    zh = "请填写统一身份平台中的用户标识（sub），最多255个字符。"
    en = "Give the subject (sub) of the identity provider, at most 255 characters."


class SubjectTaken(Conflict):
    zh = "这个用户标识已经关联了别的账号。请先解除。"
    en = "This subject is linked to another account. Unlink that first."


class NoLink(Missing):
    zh = "这个账号没有关联统一身份。"
    en = "This account is not linked."


class NotLinked(Forbidden):
    zh = "您的统一身份没有关联可用的账号。请联系本单位管理员，或用用户名和密码登录。"
    en = "Your identity is linked to no account in use. Ask your administrator, or sign in with name and password."


class OneFactorOnly(Forbidden):
    zh = "您登录统一身份平台时没有用第二种验证。请在那里启用两步验证后再登录，或用用户名、密码和动态码登录。"
    en = "You used one factor only at the identity provider. Set up two there, or sign in here with password and code."


class ProviderRefused(Forbidden):
    zh = "统一身份登录没有成功。请重新登录；还不行，请用用户名和密码登录。"
    en = "Signing in by the identity provider did not succeed. Try again, or use your name and password."


#: Returned, not raised: what was recorded must be committed.
Refusal = NotLinked | OneFactorOnly | NoPost | TooManyFailures


async def link_account(uow: UnitOfWork, username: str, issuer: str, subject: str, *, by: str) -> None:
    """The subject signs in as this account from now on; a subject linked before is replaced.

    Raises BadSubject, SubjectTaken, NoSuchAccount, NotYourOwnAccount.
    """
    subject = subject.strip()
    if not 1 <= len(subject) <= 255 or "\0" in subject:
        raise BadSubject("subject")
    account = await lock_other(uow, username, by)
    await uow.session.execute(delete(AccountLink).where(AccountLink.account_id == account.id))
    row = {"account_id": account.id, "issuer": issuer, "subject": subject, "created_at": uow.now}
    added = insert(AccountLink).values(row).on_conflict_do_nothing().returning(AccountLink.id)
    if await uow.session.scalar(added) is None:
        raise SubjectTaken("subject")
    await uow.record(AccountLinked(account=account.username, by=by, issuer=issuer))


async def unlink_account(uow: UnitOfWork, username: str, *, by: str) -> None:
    """The account signs in by name and password alone; its sessions end. Raises NoLink, NoSuchAccount, NotYourOwnAccount."""
    account = await lock_other(uow, username, by)
    gone = delete(AccountLink).where(AccountLink.account_id == account.id).returning(AccountLink.id)
    if await uow.session.scalar(gone) is None:
        raise NoLink("username")
    account.generation += 1
    await uow.record(AccountUnlinked(account=account.username, by=by))


async def sign_in_by_provider(
    uow: UnitOfWork, organisation: Organisation, keys: KeyRing, subject: Subject, address: str | None, *, demo: bool
) -> Person | Refusal:
    """The person behind a subject, or why not; the caller commits either way.

    The provider stands for name and password, and for the second factor only where it says so; what somebody owes (duties.py)
    they owe as before. A name that waits after wrong guesses waits here too.
    """
    account = await _linked(uow, subject, demo=demo)
    if account is None:
        await uow.record(ProviderSignInRefused(address=address, cause="not linked"))
        return NotLinked()
    if not subject.two_factors and not demo:
        await uow.record(ProviderSignInRefused(account=account.username, address=address, cause="one factor"))
        return OneFactorOnly()
    if (wait := await Lockout.of(keys, account.username, address).enter(uow)) is not None:
        return wait
    person = await load_person(uow, organisation, account.id)
    if person is None or not person.posts:
        return NoPost()
    await uow.record(SignedIn(account=account.username, address=address, way="provider"))
    return person


async def _linked(uow: UnitOfWork, subject: Subject, *, demo: bool) -> Account | None:
    """One that has ended is nobody's, nor outside demo mode one whose password is public. Locks the account."""
    query = select(Account).join(AccountLink).where(Account.active).with_for_update(of=Account)
    account = await uow.session.scalar(
        query.where(AccountLink.issuer == subject.issuer, AccountLink.subject == subject.subject)
    )
    return None if account is not None and account.demo and not demo else account
