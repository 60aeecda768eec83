"""An answer put into a folder, whole or not at all: what is there before is never mixed with what comes."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from rempart.accountability.answers.layout import DATA, DOCUMENT, PROOFS


def write(files: dict[str, bytes], folder: Path) -> None:
    """Put the files of an answer into a folder, in place of those of an answer that is there; anything else stays.

    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=".answer-", dir=folder))
    try:
        for path, content in files.items():
            place = draft / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        shutil.rmtree(folder / PROOFS, ignore_errors=True)
        for name in (PROOFS.rstrip("/"), DATA, DOCUMENT):
            (draft / name).replace(folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
