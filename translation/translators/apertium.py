"""apertium: rule-based translation by Apertium's programs: Catalan, Spanish, Galician ... at hundreds of sentences a second.

Forcada et al. 2011, https://doi.org/10.1007/s10590-011-9090-0. One pipeline serves all batches: every text ends with a NUL at which
each program flushes and forgets (https://wiki.apertium.org/wiki/Null_flush), so that a translation never depends on its neighbours.
The programs of the pair's mode file are started here, not by the `apertium` script: that keeps back each text until the next one
comes. Texts are put into the stream format (https://wiki.apertium.org/wiki/Apertium_stream_format) here as well, since Apertium's
deformatter for plain text does not know the NUL.
Misses: there is no score; an unknown word comes through in English without a mark.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import select
import shlex
import shutil
import subprocess
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from templates.language import ENGLISH, Language
from templates.refusal import Refusal
from templates.store import digest, file_digest
from translation.engine import Output

BOTH_WAYS = True  # the default settings serve the opposite direction too, where its pair is installed
NAMES_OF_ENGLISH = ("eng", "en")  # pairs are called both ways: eng-cat, en-gl
VERSIONS = (("apertium", "-V"), ("lt-proc", "--version"))  # enter the fingerprint, beside the pair's own files
QUIET = {"$1": "-n", "$2": ""}  # what mode files take: no marks at unknown words; nothing for the tagger
SPECIAL = re.compile(r"[\\^$@/<>{}\[\]]")
OUTSIDE = re.compile(r"[~\0\r\n\v\f]")  # the stream cannot say them: they travel as blanks in brackets, which no stage touches
STREAM = re.compile(r"\\(.)|\[((?:[^\]\\]|\\.)*)\]", re.DOTALL)
NUL_INSIDE = "\ue000"
DATA_FILE = re.compile(r"'(/[^']+)'")


@dataclass(frozen=True, slots=True)
class Settings:
    """`pair`: a mode as `apertium -l` lists them; empty: from the languages' [codes] apertium. `seconds`: the longest a batch may take."""

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
        return Apertium(pair, stages(mode), fingerprint(mode, source=source.code, target=target.code), settings.seconds)
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
    """Of the pair's every file, its pipeline and the programs' versions: an upgrade of any gives a new one."""
    files = sorted({Path(name) for name in DATA_FILE.findall(mode.read_text(encoding="utf-8"))})
    versions = [subprocess.run(command, capture_output=True, check=False, timeout=20).stdout.decode() for command in VERSIONS]
    return digest(["apertium", mode.stem, file_digest(mode), [file_digest(path) for path in files if path.is_file()], versions, source, target])


def to_stream(text: str) -> str:
    """The text as apertium's stream: specials escaped, what it cannot say in brackets, a full stop to end a sentence without one."""
    said = OUTSIDE.sub(lambda found: f"[{found.group().replace(chr(0), NUL_INSIDE)}]", SPECIAL.sub(lambda found: "\\" + found.group(), text))
    return said + ("[]" if text.endswith((".", "!", "?")) else ".[]")


def from_stream(said: str, text: str) -> str:
    """The text of a stream; the full stop that `to_stream` gave `text` goes."""

    def plain(found: re.Match[str]) -> str:
        return found[1] or found[2].replace(NUL_INSIDE, "\0")

    whole = STREAM.sub(plain, said)
    return whole if text.endswith((".", "!", "?")) else whole.removesuffix(".")


class Apertium:
    """One running pipeline; it starts with the first batch and ends with this object."""

    def __init__(self, pair: str, stages: Sequence[Sequence[str]], fingerprint: str, seconds: float) -> None:
        self.fingerprint = fingerprint
        self._pair, self._stages, self._seconds = pair, stages, seconds
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        self._ending: weakref.finalize[..., Apertium] | None = None

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """See Translator. Outer blanks stay as they are; a text without anything else comes back."""
        inner = [text.strip() for text in texts]
        asked = [text for text in inner if text]
        said = iter(self._ask([to_stream(text) for text in asked]) if asked else [])
        outputs = []
        for text, core in zip(texts, inner, strict=True):
            stream = next(said) if core else "[]"
            start = text.index(core) if core else len(text)
            outputs.append(Output(text[:start] + from_stream(stream, core) + text[start + len(core) :], math.nan, not stream.endswith("[]")))
        return outputs

    def _ask(self, streams: Sequence[str]) -> list[str]:
        """One stream out for each in; a pipeline that is late, dies or miscounts is ended, and the Refusal says which."""
        with self._lock:
            first, last = self._start()
            blob = "".join(f"{stream}\0" for stream in streams).encode("utf-8", "replace")
            feeder = threading.Thread(target=_feed, args=(first, blob), daemon=True)
            feeder.start()
            until, got = time.monotonic() + self._seconds, bytearray()
            while (found := got.count(0)) < len(streams):
                ready, _, _ = select.select([last], [], [], max(0.0, until - time.monotonic()))
                piece = os.read(last.fileno(), 1 << 16) if ready else b""
                if not piece:
                    self.close()
                    why = "ended" if ready else f"took more than {self._seconds:g} s"
                    raise Refusal(f"apertium {self._pair}: {why} after {found} of {len(streams)} texts; try the next one by hand: apertium {self._pair}")
                got += piece
            feeder.join()
        done = got.decode("utf-8", "replace").split("\0")
        if len(done) != len(streams) + 1 or done[-1]:
            self.close()
            raise Refusal(f"apertium {self._pair}: gave {len(done) - 1} texts for {len(streams)}; report it with the texts to the makers of the pair.")
        return done[:-1]

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
