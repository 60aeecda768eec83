"""The words that search looks through, written in the transaction that writes what they are of.

What leaves takes its words along: the rows of testimonies and notes are deleted with them, a case's with the case.
"""

import re
from collections.abc import Iterable, Sequence

from rempart.casework.models import Case, CaseText
from rempart.intake.models import Testimony
from rempart.text.normalise import normalise

REASONS = ("decisions__measures", "outcomes")
_SHORTEST_ENDING = 3
_LONGEST_HANDLE = 64
_NOT_A_LETTER = re.compile(r"[\W_]+")


def index_case(case: Case) -> None:
    """Write the words of a case that was just opened: its handle and what is said."""
    CaseText.objects.update_or_create(
        case=case, kind=CaseText.Kind.HANDLE, defaults={"words": " ".join(endings(case.account.handle))}
    )
    _index_testimonies([case])


def index_accounts(accounts: Iterable[int]) -> None:
    """Write what is newly said of accounts that have a case, and forget what counts no more (withdrawn, set aside).

    Accounts without a case are written when theirs opens.
    """
    cases = list(Case.objects.filter(account__in=accounts))
    counting = Testimony.objects.filter(account__in=[case.account_id for case in cases])
    CaseText.objects.filter(case__in=cases, kind=CaseText.Kind.TESTIMONY).exclude(testimony__in=counting).delete()
    _index_testimonies(cases)


def index_testimony(testimony: Testimony) -> None:
    """Write what was just said of an account that has a case, however much was said of it before.

    Harmless when its words are there, from a case that it opened itself, and when it is kept aside.
    """
    case = Case.objects.filter(account=testimony.account_id).first()
    if case is not None and testimony.set_aside_at is None:
        CaseText.objects.bulk_create([_text_of(testimony, case)], ignore_conflicts=True)


def index_reasons(case: Case) -> None:
    """Write again the reasons that people gave on a case."""
    found = Case.objects.prefetch_related(*REASONS).get(pk=case.pk)
    if reasons := reasons_of(found):
        words = {"words": normalise(reasons).text}
        CaseText.objects.update_or_create(case=case, kind=CaseText.Kind.REASON, defaults=words)
    else:
        CaseText.objects.filter(case=case, kind=CaseText.Kind.REASON).delete()


def reasons_of(case: Case) -> str:
    """Every reason that people gave on a case, one after the other; what REASONS names was fetched before."""
    given = [case.danger_because, case.closed_because]
    for decision in case.decisions.all():
        given += [decision.approved_because, decision.seconded_because, decision.declined_because]
        given += [decision.confirmed_because, *(measure.lifted_because for measure in decision.measures.all())]
    given += [outcome.because for outcome in case.outcomes.all()]
    return "\n".join(dict.fromkeys(reason for reason in given if reason))


def endings(handle: str) -> list[str]:
    """What a handle is found by: itself, each of its endings, so that any part of it begins one, and its shorter parts.

    Signs are left out: « leo.vrtx » is found by « leo », « vrtx », « leovrtx » and « ovr ».
    """
    folded = normalise(handle).text[:_LONGEST_HANDLE]
    whole = _NOT_A_LETTER.sub("", folded)
    longer = [whole[start:] for start in range(max(1, len(whole) - _SHORTEST_ENDING + 1))]
    return list(dict.fromkeys([*longer, *filter(None, _NOT_A_LETTER.split(folded))]))


def _index_testimonies(cases: Sequence[Case]) -> None:
    of_account = {case.account_id: case for case in cases}
    written = CaseText.objects.filter(testimony__isnull=False, case__in=cases).values("testimony")
    new = Testimony.objects.filter(account__in=of_account).exclude(pk__in=written).select_related("post")
    CaseText.objects.bulk_create(
        (_text_of(one, of_account[one.account_id]) for one in new.iterator(chunk_size=1000)),
        batch_size=1000,
    )


def _text_of(testimony: Testimony, case: Case) -> CaseText:
    words = normalise((testimony.post.text if testimony.post else testimony.text) or "").text
    return CaseText(case=case, kind=CaseText.Kind.TESTIMONY, testimony=testimony, words=words)
