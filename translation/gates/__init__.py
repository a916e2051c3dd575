"""Gates: one check a file. The folder is the registry; the order is that of `translation/gates.toml`, which also says how severe each is.

A check is a module with

    NAME, SCOPE                       its file's name; what it looks at (below)
    Settings                          its limits: a frozen dataclass whose defaults say where they come from
    Score                             what it found: a frozen dataclass of plain values, kept with the row, so that limits move without
                                      scoring again
    score(...) -> Score               by SCOPE: "field" (every field) and "text" (fields of running text): score(source, target, language);
                                      "record": score(source, target, fields), two Records; "slots": score(source, target, slots_in);
                                      "evidence": score(found, source, target, language), where `found` is a number that the caller
                                      measured for this row and field with a model (see judge), and without which there is no opinion
    judged(score, settings) -> bool   False: no opinion, accepted and not counted
    accept(score, settings) -> bool
    reason(score, settings) -> str    why it was not accepted
    threshold(settings) -> str        the rule in words
    suspicion(score) -> float         one number to sort by, higher is worse, free of limits: AUROC is measured on it

and, where it has them, `doubtful(score, settings) -> bool` (not accepted, but only marked as a minor fault, whatever its severity) and
`spans(source, target, score) -> (pieces of the source, pieces of the target)`, each piece (start, end) in code points: what the page
highlights; for "slots" the texts are those of the field that holds them. A numeric limit that `lingraft calibrate` may set from human
translations stands in CALIBRATED: the field of Settings -> (its tightest, its loosest value); the tightest in that range is taken that
refuses no more sound rows than allowed. Limits on "evidence" hold for one engine (`under` in translation/limits.py); where they are `far` and
`near`, a limit for each `group(score, settings) -> int`, calibrate sets them too; SIGN times a limit is the suspicion that it stands for.

A check that sets PROSE does not see the names that slots keep letter by letter (translation/prose.py).

Its docstring asks the check's question, says what the score is, and ends with what it Misses.
"""
