"""A report as a Word file, by `config/documents/report.docx`. Only workers and the command line import this: it is heavy."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage  # type: ignore[import-untyped]

from jiesu.desk.reports.charts import bar, columns
from jiesu.desk.reports.value import Figure, Hot, RateLine, Report
from jiesu.desk.reports.words import LEVELS, REASON_WORDS, TOTAL_WORDS, title_of
from jiesu.kit.word_files import filled
from jiesu.sla.wording import date_words

__all__ = ["report_document"]


def report_document(report: Report, template: Path) -> bytes:
    """In Chinese; takes about half a second."""
    document = DocxTemplate(template)
    return filled(document, _words(report, document))


def _words(report: Report, document: DocxTemplate) -> dict[str, Any]:
    def picture(content: bytes, width: int) -> InlineImage:
        return InlineImage(document, BytesIO(content), width=Mm(width))

    return {
        "organ": report.unit.name,
        "title": title_of(report),
        "since": date_words(report.since),
        "until": date_words(report.until),
        "made": f"{date_words(report.made_at)}{report.made_at:%H:%M}",
        "over": report.over,
        "remarks": report.remarks,
        "totals": [_total(figure) for figure in report.totals],
        "chart": picture(columns(report.days), 152) if report.days else "",
        "rates": [_rate(line) for line in report.rates],
        "ladder": [
            {"level": f"L{rung.level} {LEVELS.get(rung.level, ('', ''))[0]}", "tickets": rung.tickets,
             "fired": rung.fired, "unanswered": rung.unanswered}
            for rung in report.ladder
        ],
        "categories": _hot(report.categories, picture),
        "places": _hot(report.places, picture),
        "surges": [
            {"what": f"{line.place.name} · {line.category.name}", "came": line.came, "usual": f"{line.usual:.1f}"}
            for line in report.surges
        ],
        "delays": [
            {"number": late.number, "title": late.title, "unit": late.unit.name if late.unit else "未派单",
             "due": f"{late.due_at.month}月{late.due_at.day}日", "days": late.days}
            for late in report.delays
        ],
        "reasons": _reasons(report),
    }  # fmt: skip


def _reasons(report: Report) -> list[dict[str, Any]]:
    """What was answered, then what was chosen from the list."""
    said = [(REASON_WORDS[reason.code][0], reason.answers) for reason in report.reasons]
    said += [(f"· {each.reason.name}", each.answers) for each in report.chosen]
    return [{"word": word, "answers": answers} for word, answers in said]


def _total(figure: Figure) -> dict[str, Any]:
    change = figure.now - figure.before
    words = "持平" if change == 0 else f"{change:+}".replace("-", "−")
    return {"name": TOTAL_WORDS[figure.what][0], "now": figure.now, "before": figure.before, "change": words}


def _rate(line: RateLine) -> dict[str, Any]:
    shares = {name: _percent(getattr(line, name)) for name in ("response", "resolution", "satisfaction")}
    score = "—" if line.score is None else f"{line.score * 100:.1f}"
    return {"unit": line.unit.name, "base": line.base, "score": score, **shares}


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"


def _hot(found: Sequence[Hot], picture: Any) -> list[dict[str, Any]]:
    most = max((each.now for each in found), default=1)
    return [
        {"name": each.named.name, "now": each.now, "before": each.before, "bar": picture(bar(each.now / most), 45)}
        for each in found
    ]
