"""Ready-made texts in both languages, whose placeholders are checked when they are kept and filled for one case."""

import re

from django.db import IntegrityError, transaction
from django.utils import translation

from rempart.casework.errors import NameTaken, NotAllowed, ReasonMissing, UnknownPlaceholder
from rempart.casework.models import Case, Decision, Macro
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.pages.labels import words_for
from rempart.pages.writing import day
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("handle", "measures", "end", "today")
LANGUAGES = ("fr", "en")


@transaction.atomic
def keep_macro(name: str, use: str, texts: dict[str, str], *, acting: StaffMember) -> Macro:
    """Keep a ready-made text. Raises NotAllowed, ReasonMissing (empty), UnknownPlaceholder, NameTaken."""
    return _keep(Macro(), name, use, texts, acting)


@transaction.atomic
def change_macro(macro: Macro, name: str, use: str, texts: dict[str, str], *, acting: StaffMember) -> Macro:
    """Change a ready-made text; what was written with it before stays as it is. Errors as for keep_macro."""
    return _keep(Macro.objects.select_for_update().get(pk=macro.pk), name, use, texts, acting)


@transaction.atomic
def retire_macro(macro: Macro, *, acting: StaffMember) -> Macro:
    """Offer a ready-made text no more. Raises NotAllowed."""
    _ensure_senior(acting)
    macro.retired_at, macro.changed_by = now(), acting
    macro.save(update_fields=["retired_at", "changed_by"])
    append(Event.MACRO_RETIRED, subject=macro, acting=acting)
    return macro


def _keep(macro: Macro, name: str, use: str, texts: dict[str, str], acting: StaffMember) -> Macro:
    _ensure_senior(acting)
    texts = {language: texts[language].strip() for language in LANGUAGES}
    if not name.strip() or not all(texts.values()):
        raise ReasonMissing
    unknown = {found for text in texts.values() for found in _PLACEHOLDER.findall(text)} - set(PLACEHOLDERS)
    if unknown:
        raise UnknownPlaceholder(", ".join(sorted(f"{{{found}}}" for found in unknown)))
    macro.name, macro.use, macro.fr, macro.en = name.strip(), use, texts["fr"], texts["en"]
    macro.changed_at, macro.changed_by = now(), acting
    try:
        with transaction.atomic():
            macro.save()
    except IntegrityError as error:
        raise NameTaken from error
    append(Event.MACRO_KEPT, subject=macro, acting=acting, content={"name": macro.name, "texts": texts})
    return macro


def _ensure_senior(acting: StaffMember) -> None:
    if not acting.may(Permission.COUNTERSIGN):
        raise NotAllowed


def fill(macro: Macro, case: Case, language: str) -> str:
    """The text of a macro about a case in a language; a placeholder for which there is nothing stays to be seen."""
    with translation.override(language):
        known = _values(case)
    return _PLACEHOLDER.sub(lambda found: known.get(found[1]) or found[0], getattr(macro, language))


def _values(case: Case) -> dict[str, str]:
    held = [one for one in case.decisions.all() if one.in_force or one.to_come]
    held = held or [one for one in case.decisions.all() if one.state == Decision.State.PROPOSED]
    measures = [words_for("measure", one.measure) for decision in held[:1] for one in decision.measures.all()]
    ends = held[0].closes_at if held else None
    return {
        "handle": f"@{case.account.handle}",
        "measures": ", ".join(measures),
        "end": day(ends) if ends else "",
        "today": day(now()),
    }
