"""Which accounts count as one: an account with those that a confirmed link ties to it, directly, and no others.

A chain of links is not followed: that the first and the last are one person's is nothing that anybody confirmed.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec
from django.db.models import Q

from rempart import records
from rempart.casework.models.identity import AccountLink
from rempart.intake.models import Account
from rempart.intake.ours import is_ours
from rempart.records import AccountReference


def partners_of(accounts: Iterable[int]) -> dict[int, set[int]]:
    """For each of these accounts that has any, those that a confirmed link ties to it; one query."""
    asked = set(accounts)
    tied = AccountLink.objects.confirmed().filter(Q(first__in=asked) | Q(second__in=asked))
    found: dict[int, set[int]] = {}
    for first, second in tied.values_list("first", "second"):
        for one, other in ((first, second), (second, first)):
            if one in asked:
                found.setdefault(one, set()).add(other)
    return found


def counted_with(account: int) -> list[int]:
    """The account and all that count with it: whose testimonies are those of its case."""
    return sorted({account} | partners_of([account]).get(account, set()))


def own_account_of(account: Account) -> Account | None:
    """The account of ours in whose case what is said of this one counts: itself, or the one it was confirmed with."""
    if is_ours(account.reference):
        return account
    tied = Account.objects.filter(pk__in=partners_of([account.pk]).get(account.pk, ())).order_by("pk")
    return next((one for one in tied if is_ours(one.reference)), None)


def as_one(
    said: Iterable[records.Testimony], account: AccountReference, others: Collection[AccountReference]
) -> list[records.Testimony]:
    """Testimonies with those about `others` told of `account`, in the same order.

    Where none says on which service the facts took place, it is that of the account they are about, so that a
    rulebook's scope decides whether they count. One word about several of them is one testimony. Who denies under one
    of the names denies for themselves.
    """
    names: Mapping[str, str] = {str(other): str(account) for other in others}
    told = list(said)
    words = {_word(one) for one in told if one.about == account}
    kept: list[records.Testimony] = []
    for one in told:
        if one.about not in others:
            kept.append(one)
        elif (word := _word(one)) not in words:
            words.add(word)
            reporter = msgspec.structs.replace(one.reporter, id=names.get(one.reporter.id, one.reporter.id))
            services = one.conduct_services or [one.about.service]
            kept.append(msgspec.structs.replace(one, about=account, conduct_services=services, reporter=reporter))
    return kept


def _word(one: records.Testimony) -> tuple[object, ...]:
    """What makes two testimonies one word: said by the same person at the same moment, in the same way."""
    return (one.reporter.id, one.received_at, one.stance, one.text)
