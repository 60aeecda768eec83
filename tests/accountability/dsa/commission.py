"""A stand-in for the Commission's API: it takes, refuses and fails as the real one does, and counts what it took.

Its rules are written here once more, from the facts in facts.json and not from `rempart.accountability.dsa`, so that
the two can be held against each other. `Commission.trouble` says what goes wrong with the next requests.
"""

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from serving import Answers, serving

FACTS = json.loads((Path(__file__).parent / "facts.json").read_text(encoding="utf-8"))
LISTS: dict[str, list[str]] = FACTS["enums"]
TOKEN = "7|of-the-tests"
RESTRICTING = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
LISTED = ("decision_visibility", "category_addition", "category_specification", "content_type", "territorial_scope")
NULLABLE = {
    *("decision_visibility", "decision_monetary", "decision_provision", "decision_account", "account_type"),
    *("category_specification", "content_language", "territorial_scope", "decision_ground_reference_url"),
}
CHOSEN = {
    **{name: name for name in RESTRICTING},
    **{name: name for name in ("account_type", "category", "decision_ground", "content_type", "content_language")},
    **{name: name for name in ("territorial_scope", "source_type", "automated_detection", "automated_decision")},
    "category_addition": "category",
    "category_specification": "category_specification",
    "incompatible_content_illegal": "incompatible_content_illegal",
}
ALWAYS = (
    *("category", "decision_ground", "content_type", "content_date", "application_date", "decision_facts"),
    *("source_type", "automated_detection", "automated_decision", "puid"),
)
LONGEST = {
    **dict.fromkeys(("decision_visibility_other", "decision_monetary_other", "content_type_other"), 500),
    **dict.fromkeys(("category_specification_other", "decision_ground_reference_url", "source_identity", "puid"), 500),
    **dict.fromkeys(("illegal_content_legal_ground", "incompatible_content_ground"), 500),
    **dict.fromkeys(("illegal_content_explanation", "incompatible_content_explanation"), 2000),
    "decision_facts": 5000,
}
ENDS = [f"end_date_{what}_restriction" for what in ("account", "monetary", "service", "visibility")]


def trimmed(value: Any) -> Any:
    """TrimStrings, then ConvertEmptyStringsToNull."""
    match value:
        case str():
            return value.strip() or None
        case list():
            return list(map(trimmed, value))
        case dict():
            return {name: trimmed(one) for name, one in value.items()}
        case _:
            return value


def holds(value: Any, one: str) -> bool:
    """Whether a list has one of its values."""
    return isinstance(value, list) and one in value


def of_another_branch(body: dict[str, Any]) -> set[str]:
    """Fields that are thrown away unread."""
    gone: set[str] = set()
    if not holds(body.get("decision_visibility"), "DECISION_VISIBILITY_OTHER"):
        gone.add("decision_visibility_other")
    if body.get("decision_monetary") != "DECISION_MONETARY_OTHER":
        gone.add("decision_monetary_other")
    if not holds(body.get("content_type"), "CONTENT_TYPE_OTHER"):
        gone.add("content_type_other")
    if body.get("decision_ground") != "DECISION_GROUND_ILLEGAL_CONTENT":
        gone |= {"illegal_content_legal_ground", "illegal_content_explanation"}
    if body.get("decision_ground") != "DECISION_GROUND_INCOMPATIBLE_CONTENT":
        gone |= {"incompatible_content_ground", "incompatible_content_explanation", "incompatible_content_illegal"}
    if body.get("source_type") == "SOURCE_VOLUNTARY":
        gone.add("source_identity")
    return gone


def errors_of(statement: Any) -> dict[str, list[str]]:  # noqa: PLR0912, PLR0915 - a list of rules, one after another
    """The errors of a statement by field, in the API's words."""
    if not isinstance(statement, dict):
        return {"statement": ["The statement must be an array."]}
    body = trimmed(statement)
    gone = of_another_branch(body)
    errors: dict[str, list[str]] = {}

    def wrong(name: str, words: str) -> None:
        errors.setdefault(name, []).append(words.format(f=name.replace("_", " ")))

    required = [*ALWAYS]
    grounds = {
        "DECISION_GROUND_ILLEGAL_CONTENT": ["illegal_content_legal_ground", "illegal_content_explanation"],
        "DECISION_GROUND_INCOMPATIBLE_CONTENT": ["incompatible_content_ground", "incompatible_content_explanation"],
    }
    ground = body.get("decision_ground")
    required += grounds.get(ground, []) if isinstance(ground, str) else []
    others = ("decision_visibility_other", "decision_monetary_other", "content_type_other")
    required += [name for name in others if name not in gone]
    for name in required:
        if body.get(name) in (None, []):
            wrong(name, "The {f} field is required.")
    if not any(body.get(name) not in (None, [], "null") for name in RESTRICTING):
        others = " / ".join(name.replace("_", " ") for name in RESTRICTING[1:])
        wrong(RESTRICTING[0], "The {f} field is required when none of " + others + " are present.")
    for name, kind in CHOSEN.items():
        if name in gone or name not in body or name in errors:
            continue
        value, allowed = body[name], {*LISTS[kind], *(["null"] if name in NULLABLE else [])}
        if value is None:
            if name not in NULLABLE:
                wrong(name, "The selected {f} is invalid.")
        elif name in LISTED:
            if value == "null" and name in NULLABLE:
                continue
            if not isinstance(value, list) or not all(isinstance(one, str) and one in allowed for one in value):
                wrong(name, "The selected {f} is invalid.")
        elif not isinstance(value, str) or value not in allowed:
            wrong(name, "The selected {f} is invalid.")
    for name, most in LONGEST.items():
        value = body.get(name)
        if name in gone or value is None:
            continue
        if not isinstance(value, str):
            wrong(name, "The {f} must be a string.")
        elif len(value) > most:
            wrong(name, "The {f} must not be greater than " + str(most) + " characters.")
    for name, first in (("content_date", "2000-01-01"), ("application_date", "2020-01-01"), *((e, "") for e in ENDS)):
        value = body.get(name)
        if value is None:
            continue
        if not is_day(value):
            wrong(name, "The {f} does not match the format YYYY-MM-DD.")
        elif not first <= value <= "2038-01-01":
            wrong(name, "The {f} must be a date within what is allowed.")
    url = body.get("decision_ground_reference_url")
    if isinstance(url, str) and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
        wrong("decision_ground_reference_url", "The {f} must be a valid URL.")
    puid = body.get("puid")
    if isinstance(puid, str) and re.search(r"[^a-zA-Z0-9_-]", puid):
        wrong("puid", "The {f} format is invalid.")
    ean = body.get("content_id_ean")
    if ean is not None and not (isinstance(ean, str) and re.fullmatch(r"[0-9]{13}", ean)):
        wrong("content_id_ean", "The {f} format is invalid.")
    product = body.get("content_id")
    if product is not None and not isinstance(product, dict):
        wrong("content_id", "The {f} must be an array.")
    elif product and product.get("EAN-13") is not None:
        number = product["EAN-13"]
        if not isinstance(number, str) or not re.fullmatch(r"[0-9]{13}", number):
            wrong("content_id", "The {f} format is invalid.")
    return errors


def is_day(value: Any) -> bool:
    """Whether it is a day written YYYY-MM-DD."""
    try:
        return isinstance(value, str) and datetime.strptime(value, "%Y-%m-%d").strftime("%Y-%m-%d") == value
    except ValueError:
        return False


@dataclass
class Commission:
    """The API as a test sees it.

    trouble: for each next request to hand statements over, a status to answer without taking anything, `lost` (they
    are taken, and no answer comes), `unheard` (nothing is taken, and no answer comes), or `well`.
    refusing: identifiers of statements that it refuses whatever they say. twice: identifiers that were handed over
    though it had taken them. asked: identifiers looked up. batches: the size of each one handed over. takes: seconds
    before a batch is answered.
    """

    address: str = ""
    trouble: list[int | str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    unexplained: bool = False
    takes: float = 0.0
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_over(self, body: Any) -> tuple[int, dict[str, Any]]:
        """Take a batch, or not one of it."""
        statements = body.get("statements") if isinstance(body, dict) else None
        if not isinstance(statements, list) or not 1 <= len(statements) <= 100:
            words = "The statements field must have between 1 and 100 items."
            return 422, {"message": words, "errors": {"statements": [words]}}
        self.batches.append(len(statements))
        errors = {
            f"statement_{place}": found
            for place, one in enumerate(statements)
            if (found := errors_of(one) or self.unwilling(one))
        }
        if errors:
            return (422, {"message": "Something is wrong."}) if self.unexplained else (422, {"errors": errors})
        puids = [one["puid"].strip() for one in statements]
        existing = [one for one in puids if one in self.taken]
        self.twice += existing
        if existing or len(set(puids)) < len(puids):
            words = "The platform identifier(s) are not all unique within this call."
            known = existing or sorted({one for one in puids if puids.count(one) > 1})
            return 422, {"message": words, "errors": {"puid": [words], "existing_puids": known}}
        out = []
        for puid, one in zip(puids, statements, strict=True):
            self.taken[puid] = one
            self.numbers[puid] = str(uuid.uuid4())
            out.append({**one, "uuid": self.numbers[puid], "puid": puid, "created_at": "2026-11-23 10:00:00"})
        return 201, {"statements": out}

    def unwilling(self, statement: dict[str, Any]) -> dict[str, list[str]]:
        """An error for no reason that could be known before."""
        if statement.get("puid") in self.refusing:
            return {"decision_facts": ["The decision facts field is not to our liking."]}
        return {}


@contextmanager
def commission() -> Iterator[Commission]:
    """The API on a free port of this machine."""
    mine = Commission()

    class Handler(Answers):
        def let_in(self) -> bool:
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                return True
            self.answer(401, {"message": "Unauthenticated."})
            return False

        def do_POST(self) -> None:
            sent = self.body()
            if not self.let_in():
                return
            with mine.lock:
                trouble = mine.trouble.pop(0) if mine.trouble else "well"
                if isinstance(trouble, int) or trouble == "unheard":
                    status, content = trouble, b"Limit Reached. Please do not overload the API"
                elif urlsplit(self.path).path != "/api/v1/statements":
                    status, content = 404, {"message": "Not found."}
                else:
                    status, content = mine.hand_over(json.loads(sent))
            time.sleep(mine.takes)
            if trouble in {"lost", "unheard"}:
                self.close_connection = True
                return
            self.answer(status, content, headers=mine.headers if isinstance(trouble, int) else None)

        def do_GET(self) -> None:
            if not self.let_in():
                return
            puid = unquote(urlsplit(self.path).path.rpartition("/")[2])
            with mine.lock:
                mine.asked.append(puid)
                known = puid in mine.taken
            words = "statement of reason found" if known else "statement of reason not found"
            self.answer(302 if known else 404, {"message": words, "puid": puid})

    with serving(Handler) as address:
        mine.address = f"{address}/api/v1"
        yield mine
