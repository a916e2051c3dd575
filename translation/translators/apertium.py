"""apertium: rule-based translation by Apertium's programs: Catalan, Spanish, Galician ... at hundreds of sentences a second.

Forcada et al. 2011, https://doi.org/10.1007/s10590-011-9090-0. One pipeline serves all batches: every text ends with a NUL at which
each program flushes and forgets (https://wiki.apertium.org/wiki/Null_flush), so that a translation never depends on its neighbours.
The programs of the pair's mode file are started here, not by the `apertium` script: that keeps back each text until the next one
comes. Texts are put into the stream format (https://wiki.apertium.org/wiki/Apertium_stream_format) here as well, since Apertium's
deformatter for plain text does not know the NUL. Every text carries its number, and every batch ends with a text that says so: what
comes back out of step is refused, never shifted. Apertium knows "I", "John" and "December" only with their capitals: an English text
without any gets them, and its translation gives them back.
Misses: there is no score; an unknown word comes through in English without a mark.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import math
import os
import re
import select
import shlex
import shutil
import subprocess
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import simplemma

from templates.language import ENGLISH, Language
from templates.refusal import Refusal
from templates.store import digest, file_digest
from translation.engine import Output

logger = logging.getLogger(__name__)
BOTH_WAYS = True  # the default settings serve the opposite direction too, where its pair is installed
NAMES_OF_ENGLISH = ("eng", "en")  # pairs are called both ways: eng-cat, en-gl
VERSIONS = (("apertium", "-V"), ("lt-proc", "--version"))  # enter the fingerprint, beside the pair's own files
QUIET = {"$1": "-n", "$2": ""}  # what mode files take: no marks at unknown words; nothing for the tagger
SPECIAL = re.compile(r"[\\^$@/<>{}\[\]]")
OUTSIDE = re.compile(r"[~\0\r\n\v\f]")  # the stream cannot say them: they travel as blanks in brackets, which no stage touches
MARK = re.compile(r"\[(\d+:\d+)\]$")  # the number of a batch and of a text in it
STREAM = re.compile(r"\\(.)|\[((?:[^\]\\]|\\.)*)\]", re.DOTALL)
NUL_INSIDE = "\ue000"
LOWER = re.compile(r"(?<![\w'’])(?!i\.)[^\W\d_]+(?=['’](?:s|m|d|ll|ve)\b|(?![\w'’]))")
CODE = re.compile(r"\w*\d\w*")  # a word with a digit says nothing about capitals and keeps its own: stand-ins are such
BEFORE_NAMES = re.compile(r"\b(?:new|san|los|las|saint|fort|mount)(?= [A-Z])")  # lemmas alone would give "new York"
WRITING = 2  # part of the fingerprint: raise it whenever what reaches the programs changes for the same text
DATA_FILE = re.compile(r"'(/[^']+)'")


@dataclass(frozen=True, slots=True)
class Settings:
    """`pair`: a mode as `apertium -l` lists them; empty: from the languages' [codes] apertium. `seconds`: the longest the pipeline may be silent."""

    pair: str = ""
    seconds: float = 120.0


def build(settings: Settings, *, source: Language, target: Language) -> Apertium:
    """Find the programs and the pair."""
    if settings.seconds <= 0:
        raise Refusal(f"apertium: seconds must be above 0, found {settings.seconds:g}.")
    folder = modes()
    if folder is None:
        raise Refusal("the program apertium (3.8 or newer) is not installed; on Debian and Ubuntu: apt install apertium apertium-eng-cat, or another pair.")
    pair = settings.pair if settings.pair in installed(folder) else "" if settings.pair else reaches(source=source, target=target)
    if pair:
        mode = folder / f"{pair}.mode"
        made_of = fingerprint(mode, source=source.code, target=target.code)
        return Apertium(pair, stages(mode), made_of, settings.seconds, english=source.code == ENGLISH)
    wanted = settings.pair or f"{names(source)[0]}-{names(target)[0]}"
    raise Refusal(
        f"apertium has no pair {wanted}; installed are {', '.join(installed(folder)) or 'none'}: install it (on Debian: apt install apertium-{wanted}), "
        f"name another under [translator.settings] pair, or put apertium's code for {target.code} under [codes] apertium in its language file."
    )


def reaches(*, source: Language, target: Language) -> str:
    """The installed pair between the two languages, or an empty string."""
    folder = modes()
    there = installed(folder) if folder is not None else []
    return next((pair for pair in (f"{one}-{other}" for one in names(source) for other in names(target)) if pair in there), "")


def modes() -> Path | None:
    """The folder of installed pairs; None where the programs are missing."""
    program = shutil.which("apertium")
    if program is None or shutil.which("apertium-wblank-mode") is None:
        return None
    return Path(os.environ.get("APERTIUM_DATADIR", Path(program).resolve().parent.parent / "share" / "apertium")) / "modes"


def installed(folder: Path) -> list[str]:
    """The pairs there."""
    return sorted(path.stem for path in folder.glob("*.mode"))


def names(language: Language) -> tuple[str, ...]:
    """What pairs may call the language."""
    if language.code == ENGLISH and "apertium" not in language.codes:
        return NAMES_OF_ENGLISH
    return (language.code_for("apertium"),)


def stages(mode: Path) -> list[list[str]]:
    """The pair's pipeline, a command each, in null-flush mode."""
    line = subprocess.run(["apertium-wblank-mode", "-z", str(mode)], capture_output=True, check=True, timeout=20).stdout.decode()
    words = shlex.shlex(line, posix=True, punctuation_chars="|")
    words.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            found.append([])
        elif QUIET.get(word, word):
            found[-1].append(QUIET.get(word, word))
    return found


def fingerprint(mode: Path, *, source: str, target: str) -> str:
    """Of the pair's every file, its pipeline and the versions of the programs and of what finds names: an upgrade of any gives a new one."""
    files = sorted({Path(name) for name in DATA_FILE.findall(mode.read_text(encoding="utf-8"))})
    versions = [subprocess.run(command, capture_output=True, check=False, timeout=20).stdout.decode() for command in VERSIONS]
    versions.append(importlib.metadata.version("simplemma"))
    return digest(["apertium", WRITING, mode.stem, file_digest(mode), [file_digest(path) for path in files if path.is_file()], versions, source, target])


def with_capitals(text: str) -> str:
    """English text with the capitals of "I" and of proper names; simplemma writes the lemma of a name with one. It may lack "May" and "Frank"."""

    def capital(found: re.Match[str]) -> str:
        word = found.group()
        lemma = simplemma.lemmatize(word, ENGLISH) if simplemma.is_known(word, ENGLISH) else word
        return lemma if lemma[:1].isupper() and lemma.casefold() == word else word

    return BEFORE_NAMES.sub(lambda found: found.group().capitalize(), LOWER.sub(capital, text))


def lowered(text: str) -> str:
    """Without the capitals of words."""
    return "".join(piece if CODE.fullmatch(piece) else piece.lower() for piece in re.split(f"({CODE.pattern})", text))


def to_stream(text: str, mark: str = "") -> str:
    """The text as apertium's stream: specials escaped, what it cannot say in brackets, a full stop to end a sentence without one, the mark."""
    said = OUTSIDE.sub(lambda found: f"[{found.group().replace(chr(0), NUL_INSIDE)}]", SPECIAL.sub(lambda found: "\\" + found.group(), text))
    return said + ("" if text.endswith((".", "!", "?")) else ".") + f"[{mark}]"


def from_stream(said: str, text: str) -> str:
    """The text of a stream; the full stop that `to_stream` gave `text` goes."""

    def plain(found: re.Match[str]) -> str:
        return found[1] or found[2].replace(NUL_INSIDE, "\0")

    whole = STREAM.sub(plain, said)
    return whole if text.endswith((".", "!", "?")) else whole.removesuffix(".")


class _Ended(Refusal):
    """The pipeline has ended by itself `after` so many texts."""

    def __init__(self, said: str, *, after: int) -> None:
        super().__init__(said)
        self.after = after


class Apertium:
    """One running pipeline; it starts with the first batch and ends with this object. `english`: what it translates from."""

    def __init__(self, pair: str, stages: Sequence[Sequence[str]], fingerprint: str, seconds: float, *, english: bool = False) -> None:
        self.fingerprint = fingerprint
        self._pair, self._stages, self._seconds, self._english = pair, stages, seconds, english
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        self._ending: weakref.finalize[..., Apertium] | None = None
        self._batches = 0

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """See Translator. Outer blanks stay as they are; a text without anything else comes back."""
        inner = [text.strip() for text in texts]
        small = [self._english and CODE.sub("", text).islower() for text in inner]
        asked = [with_capitals(text) if lower else text for text, lower in zip(inner, small, strict=True) if text]
        said = iter(self._ask(asked) if asked else [])
        outputs = []
        for text, core, lower in zip(texts, inner, small, strict=True):
            stream = next(said) if core else "[]"
            start = text.index(core) if core else len(text)
            plain = from_stream(stream, core)
            outputs.append(Output(text[:start] + (lowered(plain) if lower else plain) + text[start + len(core) :], math.nan, not stream.endswith("[]")))
        return outputs

    def _ask(self, texts: Sequence[str]) -> list[str]:
        """One stream out for each text in. A text at which the pipeline ends (some pairs have rules that do) gets an empty one, aloud, and the others
        theirs; a pipeline that ends at any text is refused."""
        try:
            return self._batch(texts)
        except _Ended as ended:
            if len(texts) == 1:
                self._batch(["."])
                logger.warning("apertium %s ends at this text, which stays without a translation: %s", self._pair, texts[0])
                return [""]
            bad = min(ended.after, len(texts) - 1)
        parts = [part for part in (texts[:bad], texts[bad : bad + 1], texts[bad + 1 :]) if part]
        return [stream for part in parts for stream in self._ask(part)]

    def _batch(self, texts: Sequence[str]) -> list[str]:
        """One stream out for each text in; a pipeline that is late, ends or gets out of step is ended, and the Refusal says which.

        A stream without its number at the end has lost something, but stands in its place: all others have theirs.
        """
        with self._lock:
            first, last = self._start()
            self._batches += 1
            marks = [f"{self._batches}:{number}" for number in range(len(texts))]
            end = f"[{self._batches}:end]".encode()
            blob = b"".join(to_stream(text, mark).encode("utf-8", "replace") + b"\0" for text, mark in zip(texts, marks, strict=True)) + end + b"\0"
            feeder = threading.Thread(target=_feed, args=(first, blob), daemon=True)
            feeder.start()
            got = bytearray()
            while not (end in got and got.endswith(b"\0")) and (found := got.count(0)) <= len(texts):
                ready, _, _ = select.select([last], [], [], self._seconds)
                piece = os.read(last.fileno(), 1 << 16) if ready else b""
                if not piece:
                    self.close()
                    why = "ended" if ready else f"said nothing for {self._seconds:g} s"
                    said = f"apertium {self._pair}: {why} after {found} of {len(texts)} texts; try the next one by hand: apertium {self._pair}"
                    raise _Ended(said, after=found) if ready else Refusal(said)
                got += piece
            return self._in_step(got.decode("utf-8", "replace").split("\0"), marks, end.decode())

    def _in_step(self, streams: Sequence[str], marks: Sequence[str], end: str) -> list[str]:
        """The streams without their marks, if there is one for each, in order, and then the end."""
        *streams, closing, rest = streams
        problem = ""
        if len(streams) != len(marks) or closing.strip() != end or rest or any(end in stream for stream in streams):
            problem = f"gave {len(streams) + (closing.strip() != end)} texts for {len(marks)} and the end"
        for number, (stream, mark) in enumerate(zip(streams, marks, strict=False)):
            if not problem and (found := MARK.search(stream)) and found[1] != mark:
                problem = f"gave text {found[1].partition(':')[2]} in the place of text {number}"
        if problem:
            self.close()
            raise Refusal(f"apertium {self._pair}: {problem}; report it with the texts to the makers of the pair.")
        return [MARK.sub("[]", stream) for stream in streams]

    def _start(self) -> tuple[IO[bytes], IO[bytes]]:
        """The pipeline's two ends; it is started where it does not run."""
        if not self._running or any(process.poll() is not None for process in self._running):
            self.close()
            environment = os.environ | {"LC_ALL": "C.UTF-8"}
            upstream: IO[bytes] | int = subprocess.PIPE
            for stage in self._stages:
                process = subprocess.Popen(stage, stdin=upstream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
                if not isinstance(upstream, int):
                    upstream.close()
                assert process.stdout is not None
                self._running.append(process)
                upstream = process.stdout
            self._ending = weakref.finalize(self, _end, tuple(self._running))
        first, last = self._running[0].stdin, self._running[-1].stdout
        assert first is not None and last is not None
        return first, last

    def close(self) -> None:
        """End the pipeline; the next batch starts another."""
        if self._ending is not None:
            self._ending()
        self._running, self._ending = [], None


def _feed(pipe: IO[bytes], blob: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):  # the reader says what happened
        pipe.write(blob)
        pipe.flush()


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
    for pipe in (processes[0].stdin, processes[-1].stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
