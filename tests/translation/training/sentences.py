"""Sentences in both languages, and a file of them."""

import gzip
from pathlib import Path

SENTENCES = (
    ("The cat sleeps on the sofa today.", "Katten sover på soffan i dag."),
    ("Wake me up at nine, please!", "Väck mig klockan nio, tack!"),
    ("I don't know what he wants.", "Jag vet inte vad han vill."),
    ("She bought three red apples yesterday.", "Hon köpte tre röda äpplen i går."),
    ("The shares fell by 2.5 percent.", "Aktierna föll med 2,5 procent."),
    ("We are going home now.", "Vi går hem nu."),
)


def write_tsv(path: Path, pairs: tuple[tuple[str, str], ...] = SENTENCES) -> Path:
    text = "".join(f"{source}\t{target}\n" for source, target in pairs)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path
