"""The ledger's signing key: made at first need, kept in the home folder (mode 0600), never in the database.

A key belongs to a name, the log's origin (setting REMPART_LEDGER_NAME), and there is a file for each name that the
ledger ever had, so that what was signed under an earlier one still verifies.
"""

from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from rempart.database.home import KeyUnusable, kept
from rempart.tlog.errors import TlogError
from rempart.tlog.keys import SigningKey

_PREFIX = "ledger-key."


def signing_key() -> SigningKey:
    """The key that signs under the ledger's present name. Raises KeyUnusable when what is kept is not its key."""
    return _signing_key(Path(settings.REMPART_HOME), settings.REMPART_LEDGER_NAME, settings.REMPART_LEDGER_KEY)


def keys_by_name() -> dict[str, SigningKey]:
    """The keys that checkpoints of this ledger were signed with: the present one, and those of earlier names."""
    kept_before = (_parsed(path.read_text(), path.name) for path in Path(settings.REMPART_HOME).glob(f"{_PREFIX}*"))
    present = signing_key()
    return {key.name: key for key in kept_before} | {present.name: present}


@lru_cache(maxsize=4)
def _signing_key(home: Path, name: str, given: str) -> SigningKey:
    where = "REMPART_LEDGER_KEY" if given else f"{_PREFIX}{quote(name, safe='')}"
    text = given or kept(home, where, lambda: SigningKey.generate(name).to_text() + "\n")
    key = _parsed(text, where)
    if key.name != name:
        raise KeyUnusable(f"{where} is the key of {key.name}; the ledger's name (REMPART_LEDGER_NAME) is {name}.")
    return key


def _parsed(text: str, where: str) -> SigningKey:
    try:
        return SigningKey.from_text(text.strip())
    except TlogError as error:
        raise KeyUnusable(f"{where} holds no signing key: {error}") from error
