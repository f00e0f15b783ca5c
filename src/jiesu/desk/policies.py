"""政策库 as the desk shows it: articles beside a ticket, and which tickets cite them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.earlier import EarlierRow, earlier_row
from jiesu.desk.names import Named, category_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.citing import Citation, citations_of
from jiesu.tickets.library import Article, Cited
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to

__all__ = [
    "BESIDE",
    "ArticleView",
    "CitedPolicy",
    "cited_by_ticket",
    "cited_policies",
    "find_articles",
    "tickets_citing",
]

#: More than anybody reads through; a word narrows it.
MOST = 100
BESIDE = 5


class ArticleView(msgspec.Struct, frozen=True):
    """One article; `cite` is what a text cites it by, `summary` says that the text is not the wording itself.

    `cited` counts the tickets with it that the reader may see.
    """

    policy: str
    article: str
    cite: str
    title: str
    text: str
    summary: bool
    issuer: str
    document: str
    valid_from: date
    valid_until: date | None
    in_force: bool
    categories: list[Named]
    cited: int


class CitedPolicy(msgspec.Struct, frozen=True):
    """An article, or a policy as a whole; `tickets` that cite it, of those the reader may see; of one ticket it is 1."""

    policy: str
    article: str
    cite: str
    tickets: int


async def find_articles(
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    q: str = "",
    category: str | None = None,
    day: date | None = None,
    locale: Locale = "zh",
    *,
    limit: int = MOST,
) -> list[ArticleView]:
    """What the library holds of it; valid on the day (today) first, of the category first."""
    on = day or uow.now.astimezone(SHANGHAI).date()
    found = rules.library.search(q, category or None, on)[:limit]
    counts = await _counts(uow, staff)
    return [_view(rules, one, on, counts.get(Cited(one.policy.code, one.key), 0), locale) for one in found]


def _view(rules: Rules, article: Article, day: date, cited: int, locale: Locale) -> ArticleView:
    policy = article.policy
    named = (category_named(rules, code, locale) for code in article.categories)
    return ArticleView(
        policy=policy.code,
        article=article.key,
        cite=article.cite,
        title=policy.title(locale),
        text=article.text,
        summary=article.summary,
        issuer=policy.issuer,
        document=policy.document,
        valid_from=policy.since,
        valid_until=policy.until,
        in_force=policy.in_force(day),
        categories=[one for one in named if one],
        cited=cited,
    )


async def _counts(uow: UnitOfWork, staff: Staff) -> Mapping[Cited, int]:
    query = (
        select(Citation.policy, Citation.article, func.count())
        .join(Ticket, Ticket.id == Citation.ticket_id)
        .where(visible_to(staff))
        .group_by(Citation.policy, Citation.article)
    )
    return {Cited(policy, article): count for policy, article, count in await uow.session.execute(query)}


async def cited_policies(uow: UnitOfWork, rules: Rules, staff: Staff) -> list[CitedPolicy]:
    """Which policies were cited, the most often first."""
    counts = sorted((await _counts(uow, staff)).items(), key=lambda pair: (-pair[1], pair[0]))
    return [CitedPolicy(cited.policy, cited.article, rules.library.cite(cited), count) for cited, count in counts]


async def tickets_citing(
    uow: UnitOfWork, rules: Rules, staff: Staff, cited: Cited, locale: Locale = "zh"
) -> list[EarlierRow]:
    """The newest tickets that cite it, of those the reader may see."""
    citing = select(Citation.ticket_id).where(
        Citation.policy == cited.policy.replace("\0", ""), Citation.article == cited.article.replace("\0", "")
    )
    query = select(Ticket).where(Ticket.id.in_(citing), visible_to(staff)).order_by(Ticket.id.desc()).limit(MOST)
    rows = await uow.session.scalars(query.options(defer(Ticket.text), defer(Ticket.reply)))
    return [earlier_row(rules, row, locale) for row in rows]


async def cited_by_ticket(uow: UnitOfWork, rules: Rules, ticket: Ticket) -> list[CitedPolicy]:
    """What the ticket's own result or answer cites. The caller has checked that the person may see the ticket."""
    return [CitedPolicy(*cited, rules.library.cite(cited), 1) for cited in await citations_of(uow, ticket)]
