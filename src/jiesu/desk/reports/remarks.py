"""Remarks drafted from the figures, for somebody to weigh and change: what rose, where, what is late, what to look at."""

from __future__ import annotations

from collections.abc import Iterator

from jiesu.desk.board.cuts import NONE
from jiesu.desk.reports.value import Figure, Report
from jiesu.desk.reports.words import REASON_WORDS
from jiesu.kit.locale import Locale

__all__ = ["change_words", "remarks"]

#: Level from which a step of the ladder is more than a warning.
SERIOUS = 2
NAMED = 3


def remarks(report: Report, locale: Locale = "zh") -> list[str]:
    """Sentences in the order of the report; nothing is said of what did not happen."""
    english = locale == "en"
    parts = (_flow, _hot, _surges, _rates, _ladder, _late, _reasons)
    return [sentence for part in parts for sentence in part(report, english)]


def change_words(now: int, before: int, *, english: bool = False) -> str:
    """ "比上期多 3 件（+25%）"; without a share where there was nothing before."""
    if now == before:
        return "as before" if english else "与上期持平"
    share = f"{(now - before) / before:+.0%}".replace("-", "−") if before else ""
    if english:
        more = f"{abs(now - before)} {'more' if now > before else 'fewer'} than before"
        return f"{more} ({share})" if share else more
    more = f"比上期{'多' if now > before else '少'} {abs(now - before)} 件"
    return f"{more}（{share}）" if share else more


def _flow(report: Report, english: bool) -> Iterator[str]:
    came, ended, left = (report.total(what) for what in ("arrived", "ended", "backlog"))
    if english:
        yield (
            f"{came.now} appeals were filed, {change_words(came.now, came.before, english=True)}; {ended.now} ended, "
            f"{change_words(ended.now, ended.before, english=True)}; {left.now} are open at the end."
        )
        return
    yield (
        f"登记诉求 {came.now} 件，{change_words(came.now, came.before)}；办结 {ended.now} 件，"
        f"{change_words(ended.now, ended.before)}；期末在办 {left.now} 件。"
    )
    if left.now > left.before and came.now > ended.now:
        yield f"进多于出，在办比上期末增加 {left.now - left.before} 件，请关注办理力量。"


def _hot(report: Report, english: bool) -> Iterator[str]:
    for found, zh, en in (
        (report.categories, "诉求集中在", "Most were about"),
        (report.places, "来自", "They came from"),
    ):
        named = [(each.named.name, each.now) for each in found if each.named.code != NONE][:NAMED]
        if named:
            if english:
                yield f"{en} {', '.join(f'{name} ({count})' for name, count in named)}."
            else:
                yield f"{zh}{'、'.join(f'{name}（{count} 件）' for name, count in named)}。"


def _surges(report: Report, english: bool) -> Iterator[str]:
    for each in report.surges[:NAMED]:
        if english:
            yield f"{each.category.name}, {each.place.name}: {each.came} came where about {each.usual:.1f} are usual. Look into it before more come."
        else:
            yield f"{each.place.name}的{each.category.name}来了 {each.came} 件，往常同期约 {each.usual:.1f} 件，建议主动上门了解，未诉先办。"


def _rates(report: Report, english: bool) -> Iterator[str]:
    total, *below = report.rates
    shown = (total.response, total.resolution, total.satisfaction)
    if not total.base or None in shown:
        return
    words = [f"{rate:.1%}" for rate in shown if rate is not None]
    if english:
        yield f"Of {total.base} answers: response {words[0]}, resolution {words[1]}, satisfaction {words[2]}."
    else:
        yield f"有效评价 {total.base} 件，响应率 {words[0]}、解决率 {words[1]}、满意率 {words[2]}。"
    ranked = [line for line in below if line.ranked and line.score is not None]
    if len(ranked) > 1 and ranked[-1].score is not None:
        last, score = ranked[-1], ranked[-1].score * 100
        yield (
            f"The lowest score is {score:.1f}: {last.unit.name}."
            if english
            else f"得分最低的是{last.unit.name}（{score:.1f} 分），请分析原因。"
        )


def _ladder(report: Report, english: bool) -> Iterator[str]:
    serious = [rung for rung in report.ladder if rung.level >= SERIOUS]
    fired, unanswered = sum(rung.fired for rung in serious), sum(rung.unanswered for rung in serious)
    if not fired:
        return
    if english:
        yield f"The ladder fired {fired} times beyond a warning, {unanswered} of them not acknowledged in time."
    else:
        more = f"，其中 {unanswered} 次没有按时认领，请有关单位说明" if unanswered else "，都已按时认领或还没到期"
        yield f"超时督办和提级 {fired} 次{more}。"


def _late(report: Report, english: bool) -> Iterator[str]:
    missed: Figure = report.total("missed")
    if missed.now:
        yield (
            f"On {missed.now} tickets the petitioner's date passed unkept."
            if english
            else f"有 {missed.now} 件到期没有办结，{change_words(missed.now, missed.before)}。"
        )
    if report.delays:
        first = report.delays[0]
        unit = first.unit.name if first.unit else ("no unit yet" if english else "还没有派单")
        yield (
            f"The longest is {first.days} days late: {first.number}, {unit}."
            if english
            else f"超期最久的 {first.number} 已超 {first.days} 天，承办单位：{unit}，建议领导过问。"
        )


def _reasons(report: Report, english: bool) -> Iterator[str]:
    said = [(REASON_WORDS[reason.code][english], reason.answers) for reason in report.reasons]
    if said and english:
        yield f"Petitioners did not accept the result: {', '.join(f'{word} {count}' for word, count in said)}."
    elif said:
        yield f"诉求人不认可的：{'、'.join(f'{word} {count} 件' for word, count in said)}。"
