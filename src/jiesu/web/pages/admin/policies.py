"""The policies as tables: what holds, what held before and for how many tickets, and what the files would change."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.kit.config import ConfigMistake
from jiesu.kit.locale import Locale
from jiesu.routing.categories import load_categories
from jiesu.rules import Rules, load_policies
from jiesu.sla.classes import ClockPolicy, load_clocks
from jiesu.sla.compare import effects_on_open
from jiesu.sla.limits import Target, parse_limit
from jiesu.sla.models import Edition
from jiesu.sla.wording import TARGETS, limit_words
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN
from jiesu.web.api.admin import administrator_only
from jiesu.web.pages.admin.policy_diff import Difference, differences
from jiesu.web.pages.admin.policy_words import condition_words, count_words, when_words
from jiesu.web.pages.admin.words import ACTIONS, FUNCTIONS, RECIPIENTS
from jiesu.web.pages.rendering import render

__all__ = ["PoliciesPages"]

#: In a choice of editions: what `config/clocks.toml` says at this moment.
FILE = "file"


class Kept(NamedTuple):
    """An edition of the clock policy, and how many open tickets are handled under it."""

    version: str
    since: Any
    tickets: int
    holds: bool


class PoliciesPages(Controller):
    path = "/admin/policies"

    @get("/")
    async def clocks(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Limits, ladder, survey and rates (规则)."""
        administrator_only(staff)
        policy = rules.clocks
        used = [target for target in Target if any(target in each.limits for each in policy.classes.values())]
        return render(
            request,
            "admin/policies.html",
            staff=staff,
            policy=policy,
            rates=rules.rates,
            quiet=rules.quiet,
            targets=[(target, TARGETS[target][locale]) for target in used],
            limit=lambda limit: limit_words(limit, locale),
            rungs=[(rung, when_words(rung, locale), condition_words(rung, locale)) for rung in policy.ladder],
            parsed=lambda text: limit_words(parse_limit(text), locale),
            counts=[count_words(rule, locale) for rule in policy.counts],
            recipients=RECIPIENTS,
            actions=ACTIONS,
            kept=await _editions(uow, policy),
            pending=_pending(rules, request.app.state.kernel.settings.config_dir),
        )

    @get("/categories")
    async def categories(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        rules: NamedDependency[Rules],
    ) -> Response[Any]:
        """The taxonomy with who is responsible (类别与派单目录)."""
        administrator_only(staff)
        found = rules.catalogue.categories.values()
        tiers = {each.code: rules.catalogue.handling(each.code, "help").tier for each in found if each.parent}
        return render(
            request, "admin/categories.html", staff=staff, categories=list(found), tiers=tiers, functions=FUNCTIONS
        )

    @get("/diff")
    async def diff(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        old: FromQuery[str] = "",
        new: FromQuery[str] = FILE,
        effects: FromQuery[str] = "",
    ) -> Response[Any]:
        """What two editions of the clock policy say differently; with `effects`, what the newer one does to open tickets."""
        administrator_only(staff)
        path = request.app.state.kernel.settings.config_dir / "clocks.toml"
        known = {version: rules.clocks_of(version) for version in {rules.clocks.version, *rules.past}}
        first, mistake = known.get(old, rules.clocks), None
        try:
            second = known.get(new) or load_clocks(path)
        except ConfigMistake as wrong:
            second, mistake = first, str(wrong)
        found: list[Difference] = differences(first, second, locale)
        told = None
        if effects:
            async with uow.scoped(Scope.SYSTEM):
                told = await effects_on_open(uow.session, uow.now, second, rules.calendars)
        return render(
            request,
            "admin/policy_diff.html",
            staff=staff,
            versions=sorted(known),
            old=first.version,
            new=new if new in known else FILE,
            second=second,
            found=found,
            mistake=mistake,
            effects=told,
            target=lambda code: TARGETS[Target(code)][locale],
        )


async def _editions(uow: UnitOfWork, policy: ClockPolicy) -> list[Kept]:
    """Every version that was ever in force, the newest first."""
    query = select(Ticket.policy_version, func.count()).where(Ticket.status.in_(OPEN)).group_by(Ticket.policy_version)
    async with uow.scoped(Scope.SYSTEM):
        tickets: dict[str, int] = {row[0]: row[1] for row in await uow.session.execute(query)}
    noted = select(Edition.version, Edition.noted_at).where(Edition.kind == "clocks").order_by(Edition.noted_at.desc())
    return [
        Kept(version, since, tickets.get(version, 0), version == policy.version)
        for version, since in await uow.session.execute(noted)
    ]


def _pending(rules: Rules, folder: Path) -> tuple[list[str], str | None]:
    """Files that say something else than what is in force, and the first mistake in them."""
    try:
        now, categories = load_policies(folder), load_categories(folder / "categories.toml")
    except ConfigMistake as mistake:
        return [], str(mistake)
    changed = {
        "clocks.toml": now.clocks.document != rules.clocks.document,
        "rates.toml": now.rates != rules.rates,
        "survey.toml": now.reasons != rules.reasons,
        "categories.toml": dict(categories) != dict(rules.catalogue.categories),
        "messages/petitioner.toml": now.wording != rules.wording,
        "notices.toml": now.notices != rules.notices,
    }
    return [name for name, other in changed.items() if other], None
