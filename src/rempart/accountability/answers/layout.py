"""How an answer lies in its folder, and what its note says: shared by who writes one and who checks one.

No Django here: an answer is checked with nothing at hand but its files.
"""

import hashlib
from collections.abc import Mapping

FORMAT = "rempart.answer/1"
DOCUMENT, DATA = "answer.pdf", "answer.json"
PROOFS = "proofs/"
NOTE = f"{PROOFS}answer.note"
CHECKPOINT = f"{PROOFS}checkpoint"
KEY = f"{PROOFS}log.vkey"
CONSISTENCY = f"{PROOFS}consistency"
RULES = f"{PROOFS}rules/"
README = f"{PROOFS}README.txt"
NOTE_HEADER = "rempart.org/answer@v1"
CONSISTENCY_HEADER = "rempart.org/consistency@v1"


def note_text(origin: str, size: int, root: str, files: Mapping[str, bytes]) -> str:
    """What the log's key signs of an answer: the log as it stood, and the SHA-256 of each file by its path.

    root: in hexadecimal digits.
    """
    hashes = [f"{hashlib.sha256(content).hexdigest()}  {path}" for path, content in sorted(files.items())]
    return "\n".join([NOTE_HEADER, origin, str(size), root, *hashes]) + "\n"
