"""Forty English sentences with Swedish translations, written for these tests: with names, figures, negations and without."""

from translation.gold import Pair

TEXT = """
The meeting was moved to the big room on the third floor.|Mötet flyttades till det stora rummet på tredje våningen.
Anna did not want to sell her old house in Uppsala.|Anna ville inte sälja sitt gamla hus i Uppsala.
Profits rose by 12% in 2014, the company said on Monday.|Vinsten steg med 12 % under 2014, meddelade företaget i måndags.
He reads the newspaper every morning before breakfast.|Han läser tidningen varje morgon före frukost.
The train to Gothenburg leaves in ten minutes from platform four.|Tåget till Göteborg går om tio minuter från spår fyra.
We have never seen so many birds by the lake.|Vi har aldrig sett så många fåglar vid sjön.
Nokia sold the factory to a buyer from Germany.|Nokia sålde fabriken till en köpare från Tyskland.
The soup was too salty, but the bread was good.|Soppan var för salt, men brödet var gott.
More than 350 people signed the letter against the new road.|Fler än 350 personer skrev under brevet mot den nya vägen.
My sister plays the piano better than our teacher.|Min syster spelar piano bättre än vår lärare.
It is not certain that the shop is open tomorrow.|Det är inte säkert att affären är öppen i morgon.
Erik found the key under the mat outside the door.|Erik hittade nyckeln under mattan utanför dörren.
The price of coffee fell by 8% during the autumn.|Priset på kaffe föll med 8 % under hösten.
Children under seven travel free on all buses in the city.|Barn under sju år åker gratis på alla bussar i staden.
The bank closed its office in Malmö last year.|Banken stängde sitt kontor i Malmö förra året.
She could not remember where she had parked the car.|Hon kunde inte minnas var hon hade parkerat bilen.
A strong wind blew down several trees in the park.|En kraftig vind blåste ner flera träd i parken.
Volvo will build 1,200 new electric trucks next year.|Volvo ska bygga 1 200 nya elektriska lastbilar nästa år.
The film was long, slow and surprisingly beautiful.|Filmen var lång, långsam och förvånansvärt vacker.
Please turn off the lights when you leave the office.|Släck lamporna när du lämnar kontoret.
Maria bought two tickets for the concert on Friday.|Maria köpte två biljetter till konserten på fredag.
The doctor told him to rest and drink more water.|Läkaren sade åt honom att vila och dricka mer vatten.
Nobody knows why the old bridge was never repaired.|Ingen vet varför den gamla bron aldrig reparerades.
Sales in Norway grew faster than anyone had expected.|Försäljningen i Norge växte snabbare än någon hade väntat sig.
The library is open from nine to six on weekdays.|Biblioteket är öppet från nio till sex på vardagar.
They painted the kitchen yellow and the hall blue.|De målade köket gult och hallen blått.
Peter does not like the taste of green olives.|Peter gillar inte smaken av gröna oliver.
The museum had 45,000 visitors during the summer.|Museet hade 45 000 besökare under sommaren.
Our neighbour's dog barks every time the phone rings.|Grannens hund skäller varje gång telefonen ringer.
The new law will apply from the first of January.|Den nya lagen gäller från den första januari.
Karin wrote three books about the history of Finland.|Karin skrev tre böcker om Finlands historia.
The water in the river was colder than last week.|Vattnet i ån var kallare än förra veckan.
I do not think that we will arrive before dark.|Jag tror inte att vi kommer fram före mörkret.
The teacher explained the task once more, very slowly.|Läraren förklarade uppgiften en gång till, mycket långsamt.
Half of the apples were rotten and had to be thrown away.|Hälften av äpplena var ruttna och måste kastas.
The shares fell 3.5% after the report from Ericsson.|Aktierna föll 3,5 % efter rapporten från Ericsson.
She has worked as a nurse in Stockholm for 20 years.|Hon har arbetat som sjuksköterska i Stockholm i 20 år.
The storm did not reach the coast until late at night.|Stormen nådde inte kusten förrän sent på natten.
Johan forgot his umbrella on the bus to Lund.|Johan glömde sitt paraply på bussen till Lund.
The old man told stories about the sea and the islands.|Den gamle mannen berättade historier om havet och öarna.
"""
PAIRS = [Pair(*line.split("|")) for line in TEXT.strip().splitlines()]
NEIGHBOURS = {
    "nb": (
        "Vi har aldri hatt så mange besøkende i løpet av en eneste uke.",
        "Hun kjente ikke igjen mannen som sto utenfor døren hennes.",
        "Regjeringen ønsker å gjøre det lettere å kjøpe en egen bolig.",
    ),
    "da": (
        "Vi har aldrig haft så mange besøgende i løbet af en enkelt uge.",
        "Hun kunne ikke genkende manden, som stod uden for hendes dør.",
        "Regeringen ønsker at gøre det nemmere at købe sin egen bolig.",
    ),
    "de": (
        "Wir hatten noch nie so viele Besucher in einer einzigen Woche.",
        "Sie erkannte den Mann nicht, der draußen vor ihrer Tür stand.",
        "Die Regierung will es leichter machen, eine Wohnung zu kaufen.",
    ),
}
