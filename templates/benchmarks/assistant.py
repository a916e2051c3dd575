"""Assistant: what does the speaker want (intent), and which words of the utterance say it (slots)?

NLU-Evaluation-Data, Liu et al. 2019, "Benchmarking Natural Language Understanding Services for building Conversational
Agents", https://arxiv.org/abs/1903.05566. The label is `{scenario}_{intent}`: the field `intent` alone repeats itself across
scenarios ("query"). Slots are read from the markup of `annotated`, wherever they stand and however close; `utterance` and `slots`
are read only where there is no `annotated`, and must not contradict it. Runs of blanks count as one, so offsets are those of the tidied utterance.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from templates.benchmark import Benchmark, NoSettings, Record, text
from templates.records import need_text
from templates.refusal import did_you_mean
from templates.slots import Slot, check, parse_markup

WORDS = {
    "alarm_query": " list alarms",
    "alarm_remove": " cancel alarm",
    "alarm_set": " set alarm",
    "audio_volume_down": " volume down",
    "audio_volume_mute": " mute sound",
    "audio_volume_up": " volume up",
    "calendar_query": " check calendar",
    "calendar_remove": " delete event",
    "calendar_set": " schedule event",
    "cooking_recipe": " find recipe",
    "datetime_convert": " convert time",
    "datetime_query": " tell time",
    "email_addcontact": " save contact",
    "email_query": " check email",
    "email_querycontact": " look up contact",
    "email_sendemail": " send email",
    "general_affirm": " agree",
    "general_commandstop": " stop",
    "general_confirm": " confirm",
    "general_dontcare": " no preference",
    "general_explain": " explain",
    "general_joke": " tell joke",
    "general_negate": " disagree",
    "general_praise": " praise",
    "general_quirky": " small talk",
    "general_repeat": " repeat",
    "iot_cleaning": " clean house",
    "iot_coffee": " make coffee",
    "iot_hue_lightchange": " change light",
    "iot_hue_lightdim": " dim light",
    "iot_hue_lightoff": " light off",
    "iot_hue_lighton": " light on",
    "iot_hue_lightup": " brighten light",
    "iot_wemo_off": " socket off",
    "iot_wemo_on": " socket on",
    "lists_createoradd": " add to list",
    "lists_query": " read list",
    "lists_remove": " remove from list",
    "music_likeness": " like song",
    "music_query": " identify song",
    "music_settings": " adjust music",
    "news_query": " news update",
    "play_audiobook": " play audiobook",
    "play_game": " play game",
    "play_music": " play music",
    "play_podcasts": " play podcast",
    "play_radio": " play radio",
    "qa_currency": " exchange rate",
    "qa_definition": " define word",
    "qa_factoid": " state fact",
    "qa_maths": " calculate",
    "qa_stock": " share price",
    "recommendation_events": " suggest events",
    "recommendation_locations": " suggest places",
    "recommendation_movies": " suggest movies",
    "social_post": " post online",
    "social_query": " show feed",
    "takeaway_order": " order food",
    "takeaway_query": " check delivery",
    "transport_query": " plan trip",
    "transport_taxi": " call taxi",
    "transport_ticket": " book ticket",
    "transport_traffic": " check traffic",
    "weather_query": " weather forecast",
}
SLOT_WORDS = {  # the 54 published types
    "alarm_type": " alarm type",
    "app_name": " app",
    "artist_name": " artist",
    "audiobook_author": " author",
    "audiobook_name": " audiobook",
    "business_name": " business",
    "business_type": " business type",
    "change_amount": " amount",
    "coffee_type": " coffee type",
    "color_type": " color",
    "cooking_type": " cooking method",
    "currency_name": " currency",
    "date": " date",
    "definition_word": " word",
    "device_type": " device",
    "drink_type": " drink",
    "email_address": " email address",
    "email_folder": " email folder",
    "event_name": " event",
    "food_type": " food type",
    "game_name": " game",
    "game_type": " game type",
    "general_frequency": " frequency",
    "house_place": " room",
    "ingredient": " ingredient",
    "joke_type": " joke type",
    "list_name": " list",
    "meal_type": " meal",
    "media_type": " media",
    "movie_name": " movie",
    "movie_type": " movie type",
    "music_album": " album",
    "music_descriptor": " music description",
    "music_genre": " genre",
    "news_topic": " news topic",
    "order_type": " order type",
    "person": " person",
    "personal_info": " personal detail",
    "place_name": " place",
    "player_setting": " player setting",
    "playlist_name": " playlist",
    "podcast_descriptor": " episode",
    "podcast_name": " podcast",
    "radio_name": " radio station",
    "relation": " relation",
    "song_name": " song",
    "time": " time",
    "time_zone": " time zone",
    "timeofday": " time of day",
    "transport_agency": " transport agency",
    "transport_descriptor": " transport detail",
    "transport_name": " transport name",
    "transport_type": " transport",
    "weather_descriptor": " weather",
}


def tidy(written: str) -> str:
    """NFC, runs of blanks as one, none outside."""
    return " ".join(unicodedata.normalize("NFC", written).split())


def _named(slot: Slot) -> Slot:
    if slot.name not in SLOT_WORDS:
        hint = did_you_mean(slot.name, SLOT_WORDS).strip().lower() or f"they are {', '.join(SLOT_WORDS)}"
        raise ValueError(f"slot type {slot.name!r} is none of the {len(SLOT_WORDS)} ({hint})")
    return slot


def _start(written: str, entry: Mapping[str, Any], after: int) -> int:
    """Where the slot stands in the tidied utterance: as `start` says, else its next whole-word occurrence, else its next one at all."""
    value, utterance = tidy(entry["value"]), tidy(written)
    if "start" in entry:
        given = entry["start"]
        if isinstance(given, bool) or not isinstance(given, int) or given < 0:
            raise ValueError(f"start of slot {entry['name']!r} must be a number from 0, found {json.dumps(given)[:60]}")
        before = written[: given + len(entry["value"]) - len(entry["value"].lstrip())]
        start = len(tidy(before)) + bool(before.strip() and before[-1].isspace())
        if not utterance.startswith(value, start):
            raise ValueError(f"slot {entry['name']!r} ({value!r}) does not stand at {given} in {written!r}")
        return start
    whole = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)").search(utterance, after)
    found = whole.start() if whole else utterance.find(value, after)
    if found < 0:
        late = " after the slot before it" if value in utterance else ""
        raise ValueError(f"slot {entry['name']!r} ({value!r}) does not stand in {utterance!r}{late}")
    return found


def locate(written: str, given: Any) -> tuple[Slot, ...]:
    """The slots of a list of {name, value} or {name, value, start}, in order, placed in the tidied utterance (ValueError)."""
    if not isinstance(given, list):
        raise ValueError(f"field 'slots' must be a list, found {json.dumps(given)[:60]}")
    slots: list[Slot] = []
    for entry in given:
        if not isinstance(entry, Mapping) or not all(isinstance(entry.get(key), str) and entry[key].strip() for key in ("name", "value")):
            raise ValueError(f"each of 'slots' needs a name and a value in text, found {json.dumps(entry)[:60]}")
        start = _start(written, entry, slots[-1].end if slots else 0)
        slots.append(_named(Slot(entry["name"].strip(), tidy(entry["value"]), start)))
    check(tidy(written), slots)
    return tuple(slots)


def _need_agreement(raw: Mapping[str, Any], utterance: str, slots: tuple[Slot, ...]) -> None:
    """ValueError where `utterance` or `slots` say something else than the markup."""
    written = raw.get("utterance", utterance)
    if isinstance(written, str) and tidy(written) != utterance:
        raise ValueError(f"'annotated' without its markup is {utterance!r}, 'utterance' is {written!r}; keep the right one of the two")
    if "slots" in raw:
        marked, listed = (sorted((slot.name, slot.value) for slot in found) for found in (slots, locate(utterance, raw["slots"])))
        if marked != listed:
            raise ValueError(f"'annotated' marks {marked or 'no slot'}, 'slots' lists {listed or 'none'}; keep the right one of the two")


def read(raw: Mapping[str, Any], settings: NoSettings) -> Record:
    """One raw entry: id; scenario and intent, or a ready label; annotated, or utterance and slots (left out beside a label: none); `cv_test_fold`
    of the published split, if it says so."""
    name = need_text(raw, "id")
    label = need_text(raw, "label") if "label" in raw else f"{need_text(raw, 'scenario')}_{need_text(raw, 'intent')}"
    if "annotated" in raw or ("slots" not in raw and "label" not in raw):
        utterance, slots = parse_markup(tidy(need_text(raw, "annotated")))
        slots = tuple(_named(slot) for slot in slots)
        _need_agreement(raw, utterance, slots)
    else:
        written = need_text(raw, "utterance")
        utterance, slots = tidy(written), locate(str(raw["utterance"]), raw.get("slots", []))
    return Record(name, {"utterance": utterance}, label, utterance, slots=slots, fold=_fold(raw.get("cv_test_fold", raw.get("fold"))))


def _fold(given: Any) -> int | None:
    if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 0):
        raise ValueError(f"field 'cv_test_fold' must be the number of a fold, found {json.dumps(given)[:60]}")
    return given


NAMES = (  # places, games and lists have names as well, but most are words: "the airport", "chess", "shopping"
    *("person", "artist_name", "song_name", "audiobook_name", "audiobook_author", "movie_name"),
    *("business_name", "app_name", "transport_agency", "transport_name"),
)

BENCHMARK = Benchmark(
    name="assistant",
    fields={"utterance": text()},
    labels=tuple(WORDS),
    group_by="utterance",
    prompt="{utterance}[[10]]\nIntent:{answer}",
    prompts={
        "published": "[[7]] Predict intent and slot [[3]] :\n{utterance}\nIntent:{answer}",
        "split": "[[7]] {utterance}[[3]]\nIntent:{answer}",
    },
    words=WORDS,
    metric="accuracy",
    read=read,
    licence="CC BY 4.0",
    citation="Liu et al. 2019, https://arxiv.org/abs/1903.05566",
    slot_words=SLOT_WORDS,
    slots_in="utterance",
    slot_names=NAMES,
)
