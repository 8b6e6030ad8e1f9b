"""Periods and days in official Chinese."""

from datetime import date

from wz.model.period import Period

NUMERALS = "一二三四五六七八九十"


def name_of(period: Period) -> str:
    """2026年10月月报, 2026年第三季度季报, 2026年年报."""
    if period.month:
        return f"{period.year}年{period.month}月月报"
    if period.quarter:
        return f"{period.year}年第{NUMERALS[period.quarter - 1]}季度季报"
    return f"{period.year}年年报"


def span_of(period: Period) -> str:
    """The period as a text calls it that has named it before."""
    return "本月" if period.month else "本季度" if period.quarter else "本年"


def day_of(day: date) -> str:
    """2026年10月9日."""
    return f"{day:%Y}年{day.month}月{day.day}日"
