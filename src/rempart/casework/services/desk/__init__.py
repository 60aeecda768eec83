"""What people do on the desk around their decisions: the queue, claims, notes, macros, filters, exposure, search."""

from rempart.casework.services.desk.claims import (
    claim,
    claim_next,
    held_by,
    holder_of,
    leave,
    leave_all,
    renew,
    take_over,
)
from rempart.casework.services.desk.exposure import (
    budget,
    exposed_today,
    open_texts,
    opened_today,
    set_content_warnings,
    texts_are_open,
    wants_warnings,
)
from rempart.casework.services.desk.filters import forget_filter, save_filter
from rempart.casework.services.desk.macros import change_macro, fill, keep_macro, retire_macro
from rempart.casework.services.desk.notes import may_read_notes, note, see_mentions
from rempart.casework.services.desk.order import is_drawn, place, questions_of, waiting_of
from rempart.casework.services.desk.second import begin_second_review, draw, judge_again
from rempart.casework.services.desk.texts import index_accounts, index_case, index_reasons

__all__ = [
    "begin_second_review",
    "budget",
    "change_macro",
    "claim",
    "claim_next",
    "draw",
    "exposed_today",
    "fill",
    "forget_filter",
    "held_by",
    "holder_of",
    "index_accounts",
    "index_case",
    "index_reasons",
    "is_drawn",
    "judge_again",
    "keep_macro",
    "leave",
    "leave_all",
    "may_read_notes",
    "note",
    "open_texts",
    "opened_today",
    "place",
    "questions_of",
    "renew",
    "retire_macro",
    "save_filter",
    "see_mentions",
    "set_content_warnings",
    "take_over",
    "texts_are_open",
    "waiting_of",
    "wants_warnings",
]
