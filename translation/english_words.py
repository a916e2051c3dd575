"""Common English words, so that a word in Title Case can be told from a name. Words that are also common Scandinavian or German
words (in, under, man, bank, problem, ...) are left out: standing in a translation they prove nothing."""

_FUNCTION = """
about above across after again against ago ahead also although always among and another any anyone anything are aren't around
away back be because been before behind being below between beyond both but by can can't cannot could couldn't did didn't do does
doesn't doing don't done down during each either else enough even ever every everyone everything few first from further get gets
getting give given gives go goes going gone got had has hasn't have haven't having he her here hers herself him himself his how
however if into isn't it it's its itself just keep keeps kept last later least less let let's like likely little made make makes
making many may maybe me might mine more most much must my myself near need needs neither never new next nobody none nor nothing
now of off often on once one only onto or other others our ours out over own perhaps quite rather really said same saw say
saying says see seem seems seen several shall she should shouldn't since some someone something soon still such take taken takes
taking than that that's the their theirs them themselves then there there's these they they're thing things think this those though
through thus to today together tomorrow too took toward towards until up upon us use used uses using very want wants was wasn't way
we we're well went were weren't what when where whether which while who whole whom whose why with within without won't would
wouldn't yes yesterday yet you you're your yours yourself
"""
_OTHERS = """
accept account accounts acquire acquires acquisition add adds agree agrees ahead amid analyst analysts announce announces
annual approval ask asks average bad bearish beat beats become becomes begin begins better bid bids big bigger biggest billion
board boost boosts borrowing bounce bought break breaks bring brings build builds bullish business businesses buy buyback buyers
buying buys call calls came cash cause change changes chart cheap chief close closed closes closing come comes coming companies
concern concerns continue continues cost costs could court credit cut cuts cutting day days deal deals debt decline
declines delay delays demand dip dividend down downgrade downgraded downside drop dropped drops due early earn earnings earned eases
end ends energy enter entry equity europe estimate estimates exit expect expected expects face faces fall fallen falling falls
far fear fears fell figures find finds fine firm firms fix flat follow following forecast found fourth fresh fuel full fund
funding funds future gain gains gap gave general giant good government great grew grow growing grows growth half hard head
health heavy held help helps high higher highest hit hits hold holding holdings holds home hope hopes hour hours house
housing huge improve improves income increase increased increases insurance interest invest investment investor investors
issue issues job jobs join joins joint keep key know known large larger largest late launch launches law lead leader leads
leave leaves left level levels life lift lifts line list little loan loans long look looking looks lose loses loss losses lost
low lower lowest main major manager market markets meet meeting member million minute money month months morning move moves
name names nearly news night nice note number numbers offer offers oil old open opening operating order orders outlook
overseas owner part partner pay payment payout pays peak people play plunge plunges point power pressure
price prices product production profit profits property public pull push put puts quarter quarterly question raise raised raises
rally rate rates rating reach reaches read ready real reason rebound receives record recover recovery reduce reject rejects
remain remains report reported reports rescue research resistance results retail return returns revenue revenues review
right rise rises rising risk risks rose run runs sale sales saving second seek seeks sell seller selling sells send
sent sentiment service services set sets settle settlement share shareholder shareholders shares short shot show shows side sign
signal signals size slide slides slow slump slumps small sold source sources spend spending split stake stay stays step steps stock
stocks stop strength strong stronger struggle suffer suffers supply support surge surges takeover talk talks target targets tax
third three throw time times top total trade trader traders trades trading trend trouble try trying turn turns two upgrade upgraded
upside value view volume wait waiting warn warning warns watch weak weaker week weekly weeks wholesale win wins work worker
workers working works world worse worst worth wrong year years young
"""
FUNCTION = frozenset(_FUNCTION.split())  # what holds sentences together, and the commonest verbs and adverbs
COMMON = FUNCTION | frozenset(_OTHERS.split())
