"""The last head that this machine saw, kept outside of the database.

Whoever rules the database could cut the chain's end or rewrite it whole, and it would still add up. It would no longer
pass through the head kept here. A head belongs to one database (its cluster's identity and its own number), so that a
database made anew, or restored from a backup, begins anew.
"""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import connection

from rempart.database.home import give_to_owner


def _file() -> Path:
    return Path(settings.REMPART_HOME) / "ledger-heads.json"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, oid FROM pg_control_system(), pg_database WHERE datname = current_database()"
        )
        cluster, number = cursor.fetchone()
    return f"{cluster}/{number}"


def _read() -> dict[str, dict[str, str | int]]:
    try:
        found = json.loads(_file().read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(index: int, digest: bytes) -> None:
    """Keep a head, unless a later one is known already."""
    heads, database = _read(), _database()
    if int(heads.get(database, {}).get("index", 0)) >= index:
        return
    heads[database] = {"index": index, "hash": digest.hex()}
    draft = _file().with_name(f"ledger-heads.{secrets.token_hex(6)}.json")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(heads, stream, indent=1)
    give_to_owner(draft, draft.parent)
    draft.replace(_file())


def remembered() -> tuple[int, bytes] | None:
    """The last head seen of the database in use, if any."""
    head = _read().get(_database())
    return (int(head["index"]), bytes.fromhex(str(head["hash"]))) if head else None
