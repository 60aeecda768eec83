"""Personal data in a statement that is about to be public: refused, with the field named (DSA Art. 24(5)).

Handles, names, e-mail addresses, telephone numbers and addresses of accounts, in every field that holds free text. What
gives somebody away by its form is found anywhere; names are those that the caller knows.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rempart.accountability.dsa.checking import Problem
from rempart.accountability.dsa.shape import shape
from rempart.casework.statements.identity import leads_to_somebody
from rempart.records.references import SERVICES

# Beside what `leads_to_somebody` finds by its form: how accounts and people are written where there is no @.
_FORMS = re.compile(
    "|".join(
        (
            r"\bdid:[a-z]+:\S+",
            rf"\b(?:{'|'.join(SERVICES)}):[\w@][\w.@:-]+",
            r"(?<![\w#])[\w.]{2,32}#\d{4}\b",
            r"\b[\w-]+(?:\.[\w-]+)*\.(?:social|com|net|org|fr|eu|me|tv|gg|app)/\S+",
            r"\b[\w-]+\.bsky\.social\b",
            r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
            r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",  # IBAN, ISO 13616
        )
    ),
    re.IGNORECASE,
)
# An address that names an account or holds one's details, where only a rule may stand.
_OF_AN_ACCOUNT = re.compile(r"[@?#]|/(?:user|users|profile|u|in|channel|add|invite)/", re.IGNORECASE)


def personal_data(statement: Mapping[str, Any], *, names: Iterable[str] = ()) -> list[Problem]:
    """The free-text fields of a statement that hold personal data, and how many passages of each.

    names: handles and names that must not stand in it, such as those of everybody in the case.
    """
    names = tuple(names)
    found = []
    for name, field in shape().fields.items():
        value = statement.get(name)
        if not isinstance(value, str) or name == "puid":
            continue
        if field.kind == "url" and _OF_AN_ACCOUNT.search(value):
            found.append(Problem(name, "personal", "must be the address of a rule, not of an account"))
        elif field.kind == "text" and (passages := passages_in(value, names=names)):
            many = f"{len(passages)} passages" if len(passages) > 1 else "a passage"
            found.append(Problem(name, "personal", f"holds {many} that may name somebody"))
    return found


def passages_in(text: str, *, names: Iterable[str] = ()) -> list[str]:
    """What in a text is a handle, an address, a number, or one of these names."""
    by_name = [one.words for one in leads_to_somebody(text, names=names, said=(), fact=False)]
    return by_name + [match[0] for match in _FORMS.finditer(text)]
