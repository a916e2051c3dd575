"""Words for numbers, which CLDR lacks in Babel, and scales as finance shortens them: "mln" is a power of ten, "åtta" is 8.

A language without words here is still judged by its figures; a small figure that is missing there is then only doubtful.
"""

from collections.abc import Mapping

SCALES = {  # English is on the short scale, the continent on the long one
    "thousand": 3, "k": 3, "tusen": 3, "tusind": 3, "tausend": 3, "million": 6, "millions": 6, "m": 6, "mn": 6, "mln": 6, "mio": 6, "miljon": 6,
    "miljoner": 6, "milj": 6, "millioner": 6, "millionen": 6, "bn": 9, "bln": 9, "b": 9, "milliard": 9, "milliarder": 9, "milliarden": 9, "miljard": 9,
    "billions": 9, "trillions": 12, "tkr": 3, "mkr": 6, "mnkr": 6, "mdkr": 9, "mdrkr": 9,
    "miljarder": 9, "md": 9, "mdr": 9, "mrd": 9, "mia": 9, "biljon": 12, "biljoner": 12, "billioner": 12, "billionen": 12, "tn": 12, "trn": 12,
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "en": "zero/0 one/1 two/2 three/3 four/4 five/5 six/6 seven/7 eight/8 nine/9 ten/10 eleven/11 twelve/12 thirteen/13 fourteen/14 fifteen/15 "
    "sixteen/16 seventeen/17 eighteen/18 nineteen/19 twenty/20 thirty/30 forty/40 fifty/50 sixty/60 seventy/70 eighty/80 ninety/90 hundred/100 "
    "thousand/1000 million/1000000 billion/1000000000 first/1 second/2 third/3 fourth/4 fifth/5 sixth/6 seventh/7 eighth/8 ninth/9 tenth/10 "
    "eleventh/11 twelfth/12 thirteenth/13 fourteenth/14 fifteenth/15 sixteenth/16 seventeenth/17 eighteenth/18 nineteenth/19 twentieth/20 "
    "thirtieth/30 fortieth/40 fiftieth/50 sixtieth/60 seventieth/70 eightieth/80 ninetieth/90 hundredth/100 half/0.5 once/1 twice/2 dozen/12 a/1 "
    "an/1 twenties/20 thirties/30 forties/40 fifties/50 sixties/60 seventies/70 eighties/80 "
    "nineties/90 noon/12 midnight/0 midnight/24",
    "sv": "noll/0 en/1 ett/1 två/2 tre/3 fyra/4 fem/5 sex/6 sju/7 åtta/8 nio/9 tio/10 elva/11 tolv/12 tretton/13 fjorton/14 femton/15 sexton/16 "
    "sjutton/17 arton/18 nitton/19 tjugo/20 trettio/30 fyrtio/40 femtio/50 sextio/60 sexti/60 sjuttio/70 åttio/80 nittio/90 hundra/100 "
    "etthundra/100 tusen/1000 ettusen/1000 första/1 först/1 andra/2 tredje/3 fjärde/4 femte/5 sjätte/6 sjunde/7 åttonde/8 nionde/9 tionde/10 "
    "elfte/11 tolfte/12 trettonde/13 fjortonde/14 femtonde/15 sextonde/16 sjuttonde/17 artonde/18 nittonde/19 tjugonde/20 halv/0.5 halva/0.5 "
    "hälften/0.5 dussin/12 tjugotalet/20 trettiotalet/30 fyrtiotalet/40 femtiotalet/50 sextiotalet/60 sjuttiotalet/70 åttiotalet/80 "
    "nittiotalet/90",
    "nb": "null/0 en/1 ei/1 ett/1 to/2 tre/3 fire/4 fem/5 seks/6 sju/7 syv/7 åtte/8 ni/9 ti/10 elleve/11 tolv/12 tretten/13 fjorten/14 femten/15 "
    "seksten/16 sytten/17 atten/18 nitten/19 tjue/20 tretti/30 førti/40 femti/50 seksti/60 sytti/70 åtti/80 nitti/90 hundre/100 tusen/1000 "
    "første/1 andre/2 tredje/3 fjerde/4 femte/5 sjette/6 sjuende/7 åttende/8 niende/9 tiende/10 halv/0.5",
    "da": "nul/0 en/1 et/1 to/2 tre/3 fire/4 fem/5 seks/6 syv/7 otte/8 ni/9 ti/10 elleve/11 tolv/12 tretten/13 fjorten/14 femten/15 seksten/16 "
    "sytten/17 atten/18 nitten/19 tyve/20 tredive/30 fyrre/40 halvtreds/50 tres/60 halvfjerds/70 firs/80 halvfems/90 hundrede/100 tusind/1000 "
    "første/1 anden/2 tredje/3 fjerde/4 femte/5 sjette/6 syvende/7 ottende/8 niende/9 tiende/10 halv/0.5",
    "de": "null/0 ein/1 eine/1 eins/1 zwei/2 drei/3 vier/4 fünf/5 sechs/6 sieben/7 acht/8 neun/9 zehn/10 elf/11 zwölf/12 zwanzig/20 dreißig/30 "
    "vierzig/40 fünfzig/50 sechzig/60 siebzig/70 achtzig/80 neunzig/90 hundert/100 tausend/1000 erste/1 zweite/2 dritte/3 vierte/4 fünfte/5 "
    "halb/0.5",
    "ca": "zero/0 un/1 una/1 dos/2 dues/2 tres/3 quatre/4 cinc/5 sis/6 set/7 vuit/8 nou/9 deu/10 onze/11 dotze/12 tretze/13 catorze/14 quinze/15 "
    "setze/16 disset/17 divuit/18 dinou/19 vint/20 trenta/30 quaranta/40 cinquanta/50 seixanta/60 setanta/70 vuitanta/80 noranta/90 cent/100 "
    "mil/1000 primer/1 primera/1 segon/2 segona/2 tercer/3 tercera/3 quart/4 quarta/4 cinquè/5 cinquena/5 mig/0.5 mitja/0.5 meitat/0.5",
}
