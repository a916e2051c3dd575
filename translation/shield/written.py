"""Written: how the target language writes an English unit; the first way is put back, the others are recognised in a translation.

CLDR knows the figures, months and currencies; the language's `[write]` what stands around them, and `[carry]` the words of the clock.
What has no rule stands as English has it.
Misses: inflection ("2:a" in a Catalan feminine), an amount in the middle of a compound, Swedish "fem i halv åtta".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product

from babel.dates import format_date, format_skeleton

from templates.language import Language
from translation import rules
from translation.locale_facts import locale
from translation.shield import figures
from translation.shield.unit import Amount, Date, Ordinal, Period, Time, Unit

PLAIN = "plain"
ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def written(unit: Unit, language: Language) -> tuple[str, ...]:
    """Every way, the best first; nothing where the word that the unit begins with has no pattern (see Unit.bare)."""
    meaning = unit.meaning
    if isinstance(meaning, Amount):
        found = list(_amount(meaning, language))
    elif isinstance(meaning, Time):
        found = list(_time(meaning, unit.lead, language))
    elif isinstance(meaning, Date):
        found = list(_date(meaning, unit.lead, language))
    elif isinstance(meaning, Period):
        found = list(_period(meaning, unit.lead, language))
    elif isinstance(meaning, Ordinal):
        found = [_ordinal(meaning.value, language)] if language.write.ordinal else []
    else:
        found = []
    return tuple(dict.fromkeys(found)) if found or unit.lead else (unit.written,)


def _patterns(table: Mapping[str, tuple[str, ...]], lead: str, *, one: bool = False) -> tuple[str, ...]:
    key = lead or PLAIN
    return table.get(f"{key} one", table.get(key, ())) if one else table.get(key, ())


def _amount(amount: Amount, language: Language) -> Iterable[str]:
    code = language.code
    if locale(code) is None:
        return
    low, high = amount.low, amount.high
    if amount.power == 3 and (figures.value(low) >= 1) and not high:
        low, power = figures.times_thousand(low), 0
    else:
        power = amount.power
    last = high or low
    ends = figures.scaled(last, power, code) if power else (figures.figure(last, code),)
    for end in ends or (f"{figures.figure(last, code)} {_english_scale(power)}",):
        number = amount.sign + (f"{figures.figure(low, code)}–{end}" if high else end)
        if amount.percent:
            yield from figures.percent(number, code, word=amount.percent == "word")
        elif amount.currency:
            yield from _money(number, amount, power, language)
        else:
            yield number
    if "," in low and not high and not power and not amount.currency and not amount.percent:
        yield amount.sign + figures.figure(low.replace(",", ""), code)
    elif low.isdecimal() and len(low) > 3 and not high and not power and not amount.currency and not amount.percent:
        yield amount.sign + figures.figure(f"{int(low):,}", code)
    elif not high and not power and not amount.currency and not amount.percent:
        yield amount.sign + low


def _english_scale(power: int) -> str:
    return {3: "thousand", 6: "million", 9: "billion", 12: "trillion"}[power]


def _money(number: str, amount: Amount, power: int, language: Language) -> Iterable[str]:
    if amount.currency in ("cent", "cents", "pence"):
        for word in language.write.subunits.get(amount.currency.removesuffix("s"), (amount.currency,)):
            yield f"{number} {word}"
        return
    if amount.coded:
        yield f"{number} {amount.currency}"
        return
    one = not power and not amount.high and figures.value(amount.low) == 1
    for word in figures.currency(amount.currency, language.code, one=one):
        of = language.write.of[figures.begins_with_vowel(word)] if power >= 6 and word[0].isalpha() else " "
        yield f"{number}{of}{word}"
    if amount.currency in figures.SYMBOLS:
        yield f"{amount.currency}{number}"


def _time(time: Time, lead: str, language: Language) -> Iterable[str]:
    write = language.write
    if time.spelt and language.carry.numbers and write.day:
        table = write.phrase if time.minute > 0 else write.hour
        said = [f"{clock}{_half(time, language)}" for clock in _in_words(time, language)]
        patterns = _patterns(table, lead, one=time.hour == 1 and time.minute <= 0)
        yield from (pattern.format(time=one) for pattern, one in product(patterns, said))
        said = [_in_figures(time)]
    else:
        last = time.until
        said = [_in_figures(time) + (f"–{_in_figures(last)}" if last is not None else "")]
        if last is None and time.half and time.minute <= 0:
            said += [f"{_hour(time)}.00", f"{_hour(time):02}:00"]
        elif last is None and time.minute > 0:
            said += [f"{_hour(time)}.{time.minute:02}", f"{_hour(time)}:{time.minute:02}"]
    patterns = _patterns(write.time, lead, one=_hour(time) == 1)
    if not patterns and not lead and locale(language.code) is not None:
        patterns, said = ("{time}",), said if time.minute >= 0 else [f"{_hour(time):02}:00", *said]
    yield from (pattern.format(time=one) for pattern, one in product(patterns, said))


def _hour(time: Time) -> int:
    """On the clock of twenty-four."""
    return time.hour % 12 + 12 * (time.half == "pm") if time.half else time.hour


def _in_figures(time: Time) -> str:
    hour = _hour(time)
    if time.minute < 0 and not (time.half == "am" and hour == 0):
        return str(hour)
    return f"{hour:02}:{max(time.minute, 0):02}" if time.half else f"{hour}:{time.minute:02}"


def _half(time: Time, language: Language) -> str:
    if not time.half:
        return ""
    return " " + next(said for start, said in sorted(language.write.day, reverse=True) if _hour(time) >= start)


def _in_words(time: Time, language: Language) -> list[str]:
    """The clock as `[carry] times` says it; full hours by their words alone."""
    carry = language.carry
    hours = language.write.hours or carry.numbers[:13]
    hour, following = (hours[one].split("/")[0] for one in (time.hour % 12 or 12, time.hour % 12 + 1))
    if time.minute <= 0:
        return [hour]
    nearby = [name for name in (str(time.minute), "past" if time.minute <= 30 else "to") if carry.times.get(name)]
    patterns = [pattern for name in nearby[:1] for pattern in carry.times[name]]
    elided = figures.begins_with_vowel(following) or following[:1] == "o"
    chosen = [pattern for pattern in patterns if ("d'{next}" in pattern) == (elided and any("d'{next}" in one for one in patterns)) or "{next}" not in pattern]
    minute, left = (spelt(one, language) for one in (time.minute, 60 - time.minute))
    return [pattern.format(hour=hour, next=following, minute=minute, left=left) for pattern in chosen or patterns] or [f"{hour} {minute}"]


def spelt(number: int, language: Language) -> str:
    """A number below 100 in words, the first of the ways that the file lists."""
    carry = language.carry
    if number < len(carry.numbers):
        return carry.numbers[number].split("/")[0]
    ten, one = divmod(number, 10)
    tens = carry.tens[ten - 2].split("/")[0] if ten - 2 < len(carry.tens) else str(ten * 10)
    return carry.joined[0].format(tens=tens, ones=carry.numbers[one].split("/")[0]) if one and carry.joined else tens


def _date(day: Date, lead: str, language: Language) -> Iterable[str]:
    known = locale(language.code)
    patterns = _patterns(language.write.date, lead)
    if known is None or not (patterns or not lead):
        return
    when = date(day.year or 2000, day.month, day.day)
    if day.figures:
        numeric = when.isoformat() if format_date(when, "short", locale=known).startswith(str(day.year)) else format_date(when, "d/M/y", locale=known)
        yield from [numeric] if lead in language.write.date or not lead else []
    said = [format_date(when, "long", locale=known) if day.year else format_skeleton("MMMMd", when, locale=known)]
    ordinals = language.carry.ordinals
    month = said[0].partition(" ")[2]
    if day.spelt and language.write.ordinal and (names := rules.spell(day.day, language.carry, ordinal=True)) and ordinals:
        in_words = sorted(" ".join(one) for one in names if not one[0].isdecimal())
        said = [*(f"{one} {month}" for one in in_words if language.write.ordinal.get("", "").endswith(":e")), *said]
    if day.year:
        said.append(format_skeleton("MMMMd", when, locale=known) + f" {day.year}")
    yield from (pattern.format(date=one) for pattern, one in product(patterns or ("{date}",), said))


def _period(period: Period, lead: str, language: Language) -> Iterable[str]:
    table = language.write.century if period.century else language.write.decade
    for pattern in _patterns(table, lead):
        yield pattern.format(hundreds=(period.value - 1) * 100, year=period.value, roman=_roman(period.value) if period.century else "")


def _roman(number: int) -> str:
    found = ""
    for size, letters in ROMAN:
        while number >= size:
            found, number = found + letters, number - size
    return found


def _ordinal(number: int, language: Language) -> str:
    table = language.write.ordinal
    pattern = table.get(str(number % 100 if 10 < number % 100 < 20 else number % 10))
    return (pattern or table.get("", "{number}")).format(number=number)
