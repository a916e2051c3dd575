"""Clock times in an English text: 3 pm, 7:30 p.m., 9-11am, at 17:30, half past seven, quarter to eight, five pm, seven o'clock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from translation.rules import number
from translation.shield.unit import Time, Unit

_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
HOUR = rf"(?P<hour>1[0-2]|0?[1-9](?!\d)|{_HOURS})\b"
LEAD = r"(?:\b(?P<lead>at)\s)?"
HALF = r"(?P<half>[ap]\.m\.|[ap]\.?m)(?!\w)"
FIGURES = re.compile(
    rf"{LEAD}(?<![\w.,:/$£€-])(?:(?P<from>1[0-2]|0?[1-9])(?:[:.](?P<frommin>[0-5]\d))?\s?(?P<fromhalf>[ap]\.?m\.?)?\s?[-–]\s?)?"
    rf"(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?{HALF}",
    re.IGNORECASE,
)
NO_TIME = (
    r"percent|per\scent|pct|%|million|billion|thousand|points?|degrees?|dollars?|euros?|pounds?|yen|kron[oe]r|francs?|pence|p\b"
    r"|k[mg]\b|m\b|bn\b|miles|litres|kilos|a\s"
)
DAY = re.compile(r"\b(?P<lead>at)\s(?P<hour>2[0-3]|1\d|0?\d):(?P<minute>[0-5]\d)(?![\d:]|[.,]\d|[^\W_])", re.IGNORECASE)
PHRASE = re.compile(
    rf"{LEAD}\b(?:(?P<half>half)\s|(?:a\s)?(?P<quarter>quarter)\s|(?P<number>five|ten|twenty|twenty[\s-]five|5|10|20|25)(?P<minutes>\sminutes)?\s)"
    rf"(?P<way>past|after|to|till)\s{HOUR}(?![.:,]\d|\s?%|\sminutes|\s(?:million|billion|hundred|thousand|percent|dollars|euros))(?:\s(?P<day>[ap]\.?m)(?!\w))?",
    re.IGNORECASE,
)
SPELT = re.compile(
    rf"{LEAD}\b(?P<hour>{_HOURS})(?:\s(?P<minute>(?:twenty|thirty|forty|fifty)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|ten|fifteen))?\s{HALF}",
    re.IGNORECASE,
)
CLOCK = re.compile(rf"{LEAD}(?<![\w.,:/$-])\b{HOUR}\so['’\s]?\s?clock\b(?:\s{HALF})?", re.IGNORECASE)
ANY = re.compile(r"[ap]\.?m\b|clock\b|\b(?:past|after|to|till)\s|\bat\s\d|\d[.:][0-5]\d|thirty|forty|fifty|fifteen", re.IGNORECASE)
BARE = re.compile(
    rf"{LEAD}(?<![\w.,:/$£€+-])(?P<hour>2[0-3]|1\d|0?\d)[.:](?P<minute>[0-5]\d)(?!\s?(?:{NO_TIME})|[\d:]|[.,/-]\d|[^\W_])",
    re.IGNORECASE,
)
BARE_SPELT = re.compile(
    rf"(?:\b(?P<lead>at)|(?<=\bfor)|(?<=\bby)|(?<=\buntil)|(?<=\bto)|(?<=\bfrom))\s(?P<hour>{_HOURS})\s"
    r"(?P<minute>(?:twenty|thirty|forty|fifty)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|ten|fifteen)"
    r"(?!\s(?:minutes|hours|days|people|percent|am|pm|a\.m|p\.m|in\sthe|at\snight|seconds|dollars|euros|pounds)|[\w-])",
    re.IGNORECASE,
)
TIMELY = re.compile(
    r"\b(?:alarms?|wake|waking|remind(?:er|ers)?|meet(?:ing|ings|s)?|appointments?|schedule|calendar|tomorrow|tonight|today|snooze|o'?clock|timer"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|every\s(?:day|morning|evening|night|week)|(?:this|the|in\sthe)\s(?:morning|afternoon|evening)"
    r"|train|bus|flight|ferry|taxi|cab|lunch|dinner|breakfast|class|lesson|game|match|film|movie|show|concert|doors?|lands?|lands|depart(?:s|ing)?|leav(?:e|es|ing)"
    r"|arriv(?:e|es|al|ing)|starts?|starting|begins?|ends?|opens?|closes?|turn|switch|table|book|call|the\s\d{1,2}(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
PRICED = re.compile(
    r"[$£€%¥]|\b(?:shares?|stocks?|stop|target|price[ds]?|points?|trades?|traded|trading|short|long|index|percent|pct|per\scent|euros?|dollars?|pounds?|yen"
    r"|francs?|kron[oe]r|support|resistance|calls|puts|plus|minus|times|divided|multiply|add|degrees|rate|radio|fm|channel|version|chapter)\b",
    re.IGNORECASE,
)


def times(text: str) -> Iterator[Unit]:
    """Every time that says it is one; a bare "7.30" or "seven thirty" does only where the sentence is about alarms, meetings and the like."""
    if not ANY.search(text):
        return
    for match in FIGURES.finditer(text):
        half = match["half"][0].casefold() + "m"
        later = Time(int(match["hour"]), int(match["minute"] or -1), half)
        if match["from"]:
            first = Time(int(match["from"]), int(match["frommin"] or -1), _first_half(match, half))
            later = Time(first.hour, first.minute, first.half, until=later)
        yield _unit(match, later)
    for match in DAY.finditer(text):
        yield _unit(match, Time(int(match["hour"]), int(match["minute"])))
    timely = TIMELY.search(text) is not None and not PRICED.search(text)
    for match in BARE.finditer(text) if timely else ():
        yield _unit(match, Time(int(match["hour"]), int(match["minute"])))
    for match in PHRASE.finditer(text):
        if meaning := _phrase(match, timely=timely):
            yield _unit(match, meaning)
    for match in SPELT.finditer(text):
        minute = number(re.split(r"[\s-]", match["minute"].casefold()))[1] if match["minute"] else -1
        yield _unit(match, Time(_number(match["hour"]), minute, match["half"][0].casefold() + "m", spelt=True))
    for match in BARE_SPELT.finditer(text) if timely else ():
        minute = number(re.split(r"[\s-]", match["minute"].casefold()))[1]
        yield _unit(match, Time(_number(match["hour"]), minute, spelt=True)) if match["lead"] else _after_blank(match, minute)
    for match in CLOCK.finditer(text):
        half = match["half"][0].casefold() + "m" if match["half"] else ""
        yield _unit(match, Time(_number(match["hour"]), -1, half, spelt=match["hour"].isalpha()))


def _after_blank(match: re.Match[str], minute: int) -> Unit:
    start = match.start("hour")
    return Unit("time", start, match.end(), match.string[start : match.end()], Time(_number(match["hour"]), minute, spelt=True), "", start)


def _first_half(match: re.Match[str], half: str) -> str:
    """11-2pm begins in the morning, 9-11am in the same half."""
    if match["fromhalf"]:
        return match["fromhalf"][0].casefold() + "m"
    crosses = int(match["from"]) % 12 > int(match["hour"]) % 12
    return half if not crosses else "am" if half == "pm" else "pm"


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else number([written.casefold()])[1]


def _phrase(match: re.Match[str], *, timely: bool) -> Time | None:
    """ "ten to twelve" may be a range, so minutes without the word are a time only where "past", "at" or what the sentence is about says so."""
    past = match["way"].casefold() in ("past", "after")
    sure = match["half"] or match["quarter"] or match["minutes"] or match["lead"] or match["day"] or match["way"].casefold() == "past"
    sure = sure or (timely and re.search(r"\b(?:for|by|until|till|around|is|it's|it’s|about)\s$", match.string[: match.start()]))
    if not sure or (match["half"] and not past):
        return None
    minute = 30 if match["half"] else 15 if match["quarter"] else _minutes(match["number"])
    hour = _number(match["hour"])
    hour, minute = (hour, minute) if past else ((hour - 1) or 12, 60 - minute)
    return Time(hour, minute, match["day"][0].casefold() + "m" if match["day"] else "", spelt=True)


def _minutes(written: str) -> int:
    return int(written) if written.isdecimal() else number(re.split(r"[\s-]", written.casefold()))[1]


def _unit(match: re.Match[str], meaning: Time) -> Unit:
    """The full stop of "p.m." that ends the text is the sentence's too, and stays with it."""
    end = match.end() - (match.group().endswith(".") and not match.string[match.end() :].strip(" \"'”’)"))
    core = match.start() + (len(match["lead"]) + 1 if match["lead"] else 0)
    return Unit("time", match.start(), end, match.string[match.start() : end], meaning, (match["lead"] or "").casefold(), core)
