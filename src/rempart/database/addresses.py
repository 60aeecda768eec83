"""Where the database is, for its owner and for the application.

`DATABASE_URL` names a PostgreSQL server by its owner's address; the application's role there is `<database>_app`, with
a password derived from the site's secret key, so that machines that share the key share the login. Without it the
embedded server of the home folder is used, whose users the operating system vouches for; `REMPART_DATABASE` names
another database of it (tests do).
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from rempart.database.embedded import APPLICATION, DATABASE, EmbeddedServer
from rempart.database.home import secret_key


@dataclass(frozen=True)
class Addresses:
    """Connection parameters (libpq's names) of the owner and of the application; `owner_url` is what people type."""

    owner_url: str
    owner: dict[str, Any]
    application: dict[str, Any]
    embedded: bool


def addresses() -> Addresses:
    """The addresses in force, from the environment. Nothing is started."""
    if given := os.environ.get("DATABASE_URL"):
        owner = conninfo_to_dict(given)
        role = f"{owner.get('dbname') or 'rempart'}_app"
        password = hmac.new(secret_key().encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()
        return Addresses(given, owner, owner | {"user": role, "password": password}, embedded=False)
    server, database = EmbeddedServer(), os.environ.get("REMPART_DATABASE", DATABASE)
    owner = server.url(database=database)
    application = server.url(APPLICATION, database)
    return Addresses(owner, conninfo_to_dict(owner), conninfo_to_dict(application), embedded=True)


def ensure_running() -> Addresses:
    """Start the embedded server if that is the one in use, and return the addresses."""
    found = addresses()
    if found.embedded:
        EmbeddedServer().start()
    return found
