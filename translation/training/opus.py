"""opus: a corpus of OPUS (https://opus.nlpl.eu, Tiedemann 2012, http://www.lrec-conf.org/proceedings/lrec2012/pdf/463_Paper.pdf), through opustools.

`NAME` or `NAME/RELEASE`. The names of its files are ours, so nothing in the archive says where it is written.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import shutil
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from templates.refusal import Refusal
from templates.store import make_folder

ADDRESS = "https://opus.nlpl.eu"
PATIENCE_SECONDS = 10.0
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,31})?")

logger = logging.getLogger(__name__)


def fetch(entry: str, folder: Path, *, source: str, target: str) -> Path:
    """A folder with the corpus in Moses' form; one that is there already is not sent again."""
    if not NAME.fullmatch(entry):
        raise Refusal(f"opus:{entry}: is no corpus of OPUS; write opus:NAME or opus:NAME/RELEASE, as in opus:Tatoeba/v2023-04-12.")
    name, _, release = entry.partition("/")
    first, second = sorted((source, target))
    place = folder / "opus" / f"{name}-{release or 'latest'}" / f"{first}-{second}"
    files = {code: place / f"{name.lower()}.{first}-{second}.{code}" for code in (source, target)}
    if not all(path.is_file() for path in files.values()):
        _unpack(_download(name, release or "latest", make_folder(place), first, second), files, entry)
    return place


def _download(name: str, release: str, place: Path, source: str, target: str) -> Path:
    try:
        with urllib.request.urlopen(urllib.request.Request(ADDRESS, method="HEAD"), timeout=PATIENCE_SECONDS):
            pass
    except urllib.error.HTTPError:
        pass  # it answers
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise Refusal(f"opus:{name}: {ADDRESS} cannot be reached ({reason}); go on with files that are here, or try again with a network.") from error
    from opustools import OpusGet  # needs a second to load

    with contextlib.redirect_stdout(io.StringIO()) as said:
        asked = OpusGet(source=source, target=target, directory=name, release=release, preprocess="moses", download_dir=str(place), suppress_prompts=True)
        asked.get_files()
    logger.info("opus:%s: %s", name, " ".join(said.getvalue().split())[-200:])
    found = sorted(place.glob("*.zip"))
    if not found:
        raise Refusal(f"opus:{name}: OPUS has no {source}-{target} text of this name and release ({release}); look it up on {ADDRESS}.")
    return found[-1]


def _unpack(archive: Path, files: dict[str, Path], entry: str) -> None:
    try:
        with zipfile.ZipFile(archive) as held:
            for code, path in files.items():
                member = next((name for name in held.namelist() if name.endswith(f".{code}")), None)
                if member is None:
                    raise Refusal(f"opus:{entry}: {archive.name} holds no text in {code!r}; choose another corpus.")
                staged = path.with_suffix(".tmp")
                with held.open(member) as inside, staged.open("wb") as outside:
                    shutil.copyfileobj(inside, outside)
                staged.replace(path)
    except zipfile.BadZipFile as error:
        raise Refusal(f"opus:{entry}: {archive} is no whole archive; delete it and try again.") from error
    archive.unlink()
