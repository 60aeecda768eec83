"""The last checkpoint that this machine saw, kept outside of the database.

Whoever rules the database could cut the tree's end or rewrite it whole, and it would still add up. It would no longer
grow from the checkpoint kept here. A checkpoint belongs to one database (its cluster's identity and its own number), so
that a database made anew, or restored from a backup, begins anew.
"""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import connection

from rempart.database.home import give_to_owner


def _file() -> Path:
    return Path(settings.REMPART_HOME) / "ledger-checkpoints.json"


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


def remember(size: int, root: bytes) -> None:
    """Keep a checkpoint, unless a later one is known already."""
    found, database = _read(), _database()
    if int(found.get(database, {}).get("size", 0)) >= size:
        return
    found[database] = {"size": size, "root": root.hex()}
    draft = _file().with_name(f"ledger-checkpoints.{secrets.token_hex(6)}.json")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(found, stream, indent=1)
    give_to_owner(draft, draft.parent)
    draft.replace(_file())


def remembered() -> tuple[int, bytes] | None:
    """The size and root of the last checkpoint seen of the database in use, if any."""
    last = _read().get(_database())
    return (int(last["size"]), bytes.fromhex(str(last["root"]))) if last else None
