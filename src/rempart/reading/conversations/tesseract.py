"""Tesseract, the program that reads the words on a picture, where the machine has it.

It is no dependency: who never reads pictures does without. It runs as a process of its own with little memory and
little time, since a picture that somebody sends in may be made to harm whoever opens it.
"""

import os
import shutil
import subprocess

from rempart.reading.conversations.bundle import Unreadable

LANGUAGES = ("fra", "eng")
PACKAGES = ("tesseract-ocr", "tesseract-ocr-fra", "tesseract-ocr-eng")
LONGEST_PICTURE = 32 * 1024 * 1024
_SECONDS = 60
_KIBIBYTES = 2 * 1024 * 1024
# The limit on memory is set by a shell, which has no say in what runs: both words come as parameters.
_LIMITED = 'ulimit -v "$0" 2>/dev/null; exec "$@"'
# Words wherever they stand, since bubbles are no columns of a page, and told from their ground in three ways: light
# words on a coloured bubble beside dark ones on white are often missed by one and found by another.
_WAYS = tuple(("--psm", "12", "-c", f"thresholding_method={method}") for method in (0, 1, 2))


def languages() -> list[str]:
    """Of French and English, those that the machine's Tesseract reads; none where there is no Tesseract."""
    program = shutil.which("tesseract")
    if program is None:
        return []
    try:
        said = subprocess.run([program, "--list-langs"], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    known = (said.stdout + said.stderr).decode(errors="replace").split()
    return [language for language in LANGUAGES if language in known]


def words_on(name: str, content: bytes, known: list[str]) -> list[str]:
    """The words on a picture and where they stand, as Tesseract's TSV, once a way of looking.

    known: the languages to read it in, from `languages`. Raises Unreadable, with a sentence that names the picture.
    """
    program = shutil.which("tesseract")
    if program is None or not known:
        raise Unreadable(
            f"{name} is a picture: its words are read by the program tesseract, which is not installed here (on"
            f" Debian, as root: apt-get install {' '.join(PACKAGES)})"
        )
    if len(content) > LONGEST_PICTURE:
        raise Unreadable(f"{name} is longer than {LONGEST_PICTURE >> 20} MiB")
    return [_read(name, content, [program, "stdin", "stdout", "-l", "+".join(known), *way, "tsv"]) for way in _WAYS]


def _read(name: str, content: bytes, command: list[str]) -> str:
    kept = {key: os.environ[key] for key in ("PATH", "TESSDATA_PREFIX") if key in os.environ}
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", _LIMITED, str(_KIBIBYTES), *command],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**kept, "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"{name} took longer than {_SECONDS} seconds to read: give a smaller picture") from error
    if done.returncode != 0:
        raise Unreadable(f"{name} is no picture that can be read, is damaged, or is too large")
    return done.stdout.decode(errors="replace")
