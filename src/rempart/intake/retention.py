"""How what came in is erased once its time is over (privacy/register.yaml says when, and why)."""

from collections.abc import Iterable
from datetime import datetime

from rempart import ledger
from rempart.correspondence.services import erase_conversations
from rempart.intake.models import Account, CountedPost, Import, Post, Report, ReporterCommunity, Testimony
from rempart.intake.services import erase_contents, heard_deletions
from rempart.ledger.services import reference

_NOT_ERASED = {"erased_at": None}


def erase_posts_without_testimony(before: datetime) -> int:
    """Posts stored before that moment that hold no testimony: their time and kind stay, for the counts of the wave."""
    silent = Post.objects.filter(stored_at__lt=before, testimonies=None, **_NOT_ERASED)
    return erase_contents(silent.values_list("pk", flat=True))


def erase_counted(before: datetime) -> int:
    """Digests of posts that were counted before that moment."""
    return CountedPost.objects.filter(counted_at__lt=before).delete()[0]


def erase_deletions(before: datetime) -> int:
    """What was heard of deletions before that moment; one that is not carried out yet stays."""
    return heard_deletions(carried_out=True).filter(heard_at__lt=before).delete()[0]


def erase_importers(before: datetime) -> int:
    """Who ran the imports made before that moment."""
    return Import.objects.filter(imported_at__lt=before).exclude(imported_by=None).update(imported_by=None)


def erase_communities(before: datetime) -> int:
    """Groups that count no more."""
    return ReporterCommunity.objects.filter(until__lt=before).delete()[0]


def forget_accounts(accounts: Iterable[int]) -> int:
    """Delete accounts with all that was said of them; a post that also speaks of somebody else keeps its text.

    For the rooms on the right, which know when an account may be forgotten. Returns how many accounts.
    """
    keys = list(accounts)
    said = Post.objects.filter(testimonies__account__in=keys).distinct()
    of_others = Testimony.everything.exclude(account__in=keys).values("post")
    only_of_them = list(said.exclude(pk__in=of_others.filter(post__isnull=False)).values_list("pk", flat=True))
    for report in Report.objects.filter(testimony__account__in=keys):
        ledger.erase(report, because="retention")
    for account in Account.objects.filter(pk__in=keys, testimonies__report__isnull=False).distinct():
        erase_conversations(about=reference(account))
    Testimony.everything.filter(account__in=keys).delete()
    erase_contents(only_of_them)
    return Account.objects.filter(pk__in=keys).delete()[1].get("intake.Account", 0)


ERASERS = {
    "post_without_testimony": erase_posts_without_testimony,
    "counted_post": erase_counted,
    "deletion_heard": erase_deletions,
    "importer": erase_importers,
    "reporter_community": erase_communities,
}
