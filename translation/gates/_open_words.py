"""What closes a text, and words that hardly ever end one, because something must follow: articles, conjunctions, possessives, bare auxiliaries.

Prepositions that are also particles ("på", "med", "on") are left out: they end sentences rightly. A language without words here is
judged by its closing marks and its length.
"""

from collections.abc import Mapping

STOPS = ".。｡︒।॥։።۔"  # full stops
CLOSING = tuple(STOPS + "!?…\"”'’»)]！？؟")
OPEN_END = (*CLOSING, ":", ";", "–", "-")  # what a translator may close with instead

_LISTED = {
    "en": "a an the and or but because although of from my your their our whose every very than if whether while is are was were am lot much has had will "
    "would",
    "sv": "en ett och att som från vid eller men de är när hade skulle sin sitt sina min mitt mina din ditt dina vår vårt våra ert era dess deras "
    "hans varje mycket vars eftersom därför fastän samt än ett under hos mot genom utan enligt blir blev",
    "nb": "en et ei og at som fra ved eller men er når hadde skulle sin sitt sine min mitt mine din ditt dine vår vårt våre deres hvert hver fordi "
    "samt hos mot gjennom uten ifølge blir ble",
    "da": "en et og at som fra ved eller men er når havde skulle sin sit sine min mit mine din dit dine vor vores deres hvert hver fordi samt hos "
    "mod gennem uden ifølge bliver blev",
    "de": "der die das ein eine einen einem einer und oder aber dass weil von für ist sind war hat sein seine ihr ihre mein meine dein deine jede "
    "jeder sehr wenn ob als zum zur im am",
    "ca": "el la els les un una uns unes i o però que de del dels a al als amb per en des és són era ha seu seva seus seves meu meva molt si quan",
}
OPEN: Mapping[str, frozenset[str]] = {code: frozenset(words.split()) for code, words in _LISTED.items()}
