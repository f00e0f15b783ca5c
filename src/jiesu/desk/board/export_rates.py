"""A month's three rates as a file: the units' figures, with and without what was excluded, and the tickets that make them."""

from __future__ import annotations

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.periods import MonthKind
from jiesu.desk.board.rates import FigureView, UnitRates, counted_view, rates_view
from jiesu.desk.board.sheets import Asked, Cell, Exported, Table, hand_out, tenths, wall
from jiesu.kit.masking import mask_text
from jiesu.rules import Rules

__all__ = ["FIGURES", "export_rates", "figure_cells"]

#: Heading in Chinese and English, width in characters.
FIGURES = (
    ("有效评价", "Surveys", 10), ("响应率", "Response", 10), ("解决率", "Resolution", 10), ("满意率", "Satisfaction", 10), ("得分", "Score", 10),
    ("一次解决率", "Solved first time", 11), ("系统计时响应率", "Timed response", 11), ("重办率", "Reworked", 10),
)  # fmt: skip
COUNTED = (
    ("工单编号", "Ticket", 22), ("诉求", "Appeal", 40), ("承办单位", "Unit", 32), ("评价时间", "Answered", 17), ("联系过", "Contacted", 8),
    ("解决", "Solved", 10), ("满意", "Satisfied", 10), ("计入", "Counts", 8), ("不满意的原因", "Why not content", 36),
)  # fmt: skip
SAID = {
    "yes": ("是", "yes"), "partly": ("部分", "partly"), "mostly": ("基本", "mostly"), "no": ("否", "no"), None: ("未答", "not said"),
}  # fmt: skip


async def export_rates(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None, period: MonthKind, asked: Asked
) -> Exported:
    """The figures of a unit and those below it, exact to what the board shows, and the export on record.

    Raises EmptyText for the reason, BadMonth, NotYours, UnitNotSeen.
    """
    locale, english = asked.locale, asked.locale == "en"
    found = await rates_view(uow, rules, staff, month, unit, locale, period)
    tickets = await counted_view(uow, rules, staff, month, unit, locale, period=period)
    chosen = found.units[0].unit
    counted = [
        (
            row.number, mask_text(row.title), row.unit.name, wall(row.answered_at),
            SAID[None if row.contacted is None else "yes" if row.contacted else "no"][english],
            SAID[row.solved][english], SAID[row.satisfied][english], SAID["no" if row.excluded else "yes"][english],
            (", " if english else "、").join(each.name for each in row.reasons),
        )
        for row in tickets
    ]  # fmt: skip
    tables = [
        Table(
            "Rates" if english else "三率",
            _columns(english, frozen=found.frozen is not None),
            [_figures(row) for row in found.units],
        ),
        Table("Tickets" if english else "工单", _headings(COUNTED, english=english), counted),
    ]
    filters = {"month": found.month, "unit": chosen.code, "period": str(period)}
    condition = f"{found.month} {found.since} – {found.until} {chosen.name}"
    return await hand_out(uow, rules, staff, "rates", filters, condition, tables, asked, rows=len(tickets))


def _headings(columns: tuple[tuple[str, str, int], ...], *, english: bool) -> tuple[tuple[str, int], ...]:
    return tuple((en if english else zh, width) for zh, en, width in columns)


def _columns(english: bool, *, frozen: bool) -> tuple[tuple[str, int], ...]:
    unit, *besides = (
        ("Unit with those below", "before exclusions: ", "as frozen: ")
        if english
        else ("单位（含下属）", "剔除前", "冻结时")
    )
    names = _headings(FIGURES, english=english)
    return ((unit, 32), *names, *((word + name, width) for word in besides[: 1 + frozen] for name, width in names[:5]))


def _figures(row: UnitRates) -> tuple[Cell, ...]:
    frozen = figure_cells(row.frozen)[:5] if row.frozen else ()
    return (row.unit.name, *figure_cells(row.subtree), *figure_cells(row.raw)[:5], *frozen)


def figure_cells(figures: FigureView) -> tuple[Cell, ...]:
    """Under the headings of `FIGURES`."""
    return (
        figures.base, figures.response, figures.resolution, figures.satisfaction, tenths(figures.score, 100),
        figures.first_time_solved, figures.timed_response, figures.rework,
    )  # fmt: skip
