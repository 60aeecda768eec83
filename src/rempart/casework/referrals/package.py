"""What the archive of a referral holds, and how it is made of a dossier and the originals of its evidence.

`case.json` the dossier, `referral.pdf` the same to read, `evidence/…` the originals save those that are locked or gone,
and `manifest.json`, which gives the size and the SHA-256 hash of every other file.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from rempart.casework.referrals import archive, document
from rempart.pages import documents

FORMAT = "rempart.referral/2"
MANIFEST, CASE, DOCUMENT, EVIDENCE = "manifest.json", "case.json", "referral.pdf", "evidence/"


def pack(dossier: Mapping[str, Any], originals: Mapping[str, bytes]) -> bytes:
    """The archive of a referral. The same dossier and originals give the same bytes.

    originals: the content of each item of evidence that has a `path`, by that path. Raises ValueError when they are
    others than the dossier names.
    """
    named = {item["path"] for item in dossier["evidence"] if item["path"]}
    if named != set(originals):
        raise ValueError(f"the originals are not those of the dossier: {sorted(named ^ set(originals))}")
    members = {CASE: written(dossier), DOCUMENT: document.render(dossier), **originals}
    members[MANIFEST] = written(
        {
            "format": FORMAT,
            "number": dossier["referral"]["number"],
            "made_at": dossier["referral"]["made_at"]["utc"],
            "typst": documents.version(),
            "files": [
                {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in sorted(members.items())
            ],
        }
    )
    return archive.write(members)


def written(data: Any) -> bytes:
    """Data as the archive's JSON: UTF-8, keys sorted, to be read by people too."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"
