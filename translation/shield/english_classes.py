"""Classes of English words that tell a name from words with a capital: what stands before names, what names of firms end with, and what
every language has its own words for.

Closed classes are whole; the others hold what a paper's business pages and a voice assistant say most.
"""

from __future__ import annotations

_CLOSED = """a an the this that these those my your his her its our their some any no every each all both either neither another such
    i me you he him she it we us they them who whom whose what which when where why how there here and or but nor so yet if then than because
    although though while as at by for from in into of off on onto out over to up with without about above across after against along amid
    among around before behind below beneath beside between beyond down during except inside near outside past since through throughout
    till toward towards under until upon via within not only also just even still now again ever never very too
    am is are was were be been being do does did doing has have had having can could will would shall should may might must
    let's i'm it's that's he's she's we're they're you're i've we've they've i'll we'll yes please hello hi hey dear thanks ok okay rt update exclusive"""
CLOSED = frozenset(_CLOSED.split())
_ORDERS = """add alarm announce answer ask book bring buy call cancel change check clear close compare complain contact convert cook create cut
    decrease delete describe dial did dim directions display download drop email fetch find follow forward get give go google hear hide hold
    increase invite like list listen locate look lower mail make mark message move mute name navigate notify open order pause pay phone ping
    play please post publish put raise read recommend record remind remove repeat reply report reserve restart retweet ring
    save say schedule search see sell send set share shift short show shuffle skip snooze start stop subscribe swap switch take tell text thank
    track transfer translate turn tweet unfollow unsubscribe update use visit wake watch will write"""
ORDERS = frozenset(_ORDERS.split())  # what an order begins with
_ROLES = """chairman chairwoman chair ceo cfo coo cto boss chief head president vice director founder co-founder owner partner analyst economist
    strategist broker investor billionaire activist shareholder manager executive officer minister prime chancellor governor secretary judge
    retailer grocer supermarket drugmaker carmaker automaker chipmaker brewer distiller miner insurer lender airline maker supplier builder
    housebuilder developer operator regulator watchdog startup rival giant firm company group unit subsidiary parent bookmaker publisher
    broadcaster oil bank miners banks analysts brokers investors traders shares stock stocks sources former ex-chief outgoing new interim
    actor actress singer author writer poet professor doctor dr mr mrs ms sir lady lord king queen prince princess pope saint uncle aunt"""
ROLES = frozenset(_ROLES.split())  # what stands before a name and is none
_FIRMS = """group holding holdings plc inc corp corporation co company ltd limited llc llp ag ab asa oyj nv sa spa se gmbh bank banks banking bancorp
    trust capital partners ventures foods food brands stores retail motors motor airlines airways air energy power gas oil petroleum resources
    mining metals steel chemical chemicals pharma pharmaceuticals pharmaceutical healthcare health labs laboratories sciences therapeutics
    technologies technology tech systems software networks network solutions services semiconductor electronics electric telecom
    telecommunications communications mobile media entertainment pictures studios games gaming press publishing hotels resorts insurance
    assurance financial finance investment investments securities asset management advisors properties property estates land
    homes construction engineering industries industrial aerospace marine shipping logistics express rail railways beverages brewing
    breweries tobacco cosmetics mills paper packaging water utilities waste dynamics instruments devices robotics depot stanley"""
FIRMS = frozenset(_FIRMS.split())  # what the name of a firm holds
_OWN_WORDS = """war empire republic kingdom union nations states commission parliament council court courts ministry department congress senate
    government police army navy force forces church cathedral castle palace university college school academy museum library bible
    treaty act law constitution revolution renaissance reformation century age ages era olympics olympic games cup championship league
    north south east west northern southern eastern western central middle sea ocean river mountain mountains mount island islands gulf
    strait canal peninsula desert coast hemisphere equator earth sun moon mars venus god jesus christmas easter ramadan internet
    minister president king queen prince princess emperor empress duke pope day night week new year eve party democrats republicans
    conservatives labour liberals socialists communists nazi nazis christianity islam christian muslim jewish catholic protestant jews
    muslims christians crisis agreement accord compromise summit medal prize award years crown pound euro dollar province county
    district state city town village wall house world committee agency bureau administration association federation foundation
    institute society"""
OWN_WORDS = frozenset(_OWN_WORDS.split())  # names with these are as often translated
_ACTS = """say recall buy sell agree name appoint hire plan post report cut raise lift launch win reject warn expect announce unveil open close pay
    beat miss sue slash scrap hike double delay join sign acquire complete confirm deny defend extend file invest eye mull consider seek
    replace merge axe shed spend create shut offer drop halt lose gain keep settle resume block approve slump surge jump climb fall rise slip
    downgrade upgrade poach propose take get give list tap return tumble swing expand move build cancel suspend"""
ACTS = frozenset(_ACTS.split())  # what firms do in headlines
_FIRST_NAMES = """amber april art ashton autumn basil bill bob brad brian brook carol charity chase chuck cliff clay cole colt crystal daisy dale dan
    dawn dean dick don drew duke earl ed eve faith frank gene ginger glen grace grant guy hank harry hazel heath heather holly hope hunter iris
    ivy jack jade jasmine jay jerry jill jo joy june kit lance lee lily lane margo mark marshall mason max melody miles nick norm olive
    otto paige parker pat patience pearl penny perry pierce poppy ray reed rich rob robin rod roger ron rose ruby ruth rusty sally sam
    sandy savannah sherry sky spencer stew stone sue summer sunny ted terry tim toby tom tony trace tucker van victor violet wade walker
    ward wayne wes will willow woody zoe"""
FIRST_NAMES = frozenset(_FIRST_NAMES.split())  # those that a dictionary has as words too
