"""What intake holds about one person, handed to them or erased at their request (see `privacy.subjects`)."""

from typing import Any

from django.db.models import Q

from rempart import ledger
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import erase_conversation, export_conversation
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.files.services import hand_over
from rempart.intake.models import Account, Post, ReporterCommunity, Testimony
from rempart.intake.services import erase_post, pseudonym
from rempart.intake.signals import testimonies_changed, testimonies_leaving
from rempart.pages import labels
from rempart.privacy.subjects import Erased, Export, Subject

VOCABULARIES = ("conduct", "service", "channel", "stance")
HELD = "a legal hold, or a locked image that has not been reported yet"


def accounts_of(subject: Subject) -> list[Account]:
    """The account that goes by this handle now, or has this number; whoever had the handle before is somebody else."""
    if subject.handle.startswith("#"):
        named = Q(platform_id=subject.handle.removeprefix("#"))
    else:
        named = Q(handle=subject.handle, holds_handle=True)
    return list(Account.objects.filter(named, service=subject.service))


def posts_of(subject: Subject) -> list[Post]:
    """What somebody posted and is kept, oldest first."""
    named = Q(author__iexact=subject.handle) | Q(author__iexact=f"@{subject.handle}")
    return list(Post.objects.filter(named, service=subject.service).order_by("created_at", "pk"))


def pseudonyms_of(subject: Subject) -> set[str]:
    """The names under which somebody who spoke is kept."""
    names = {subject.handle, *(post.author for post in posts_of(subject))}
    return {pseudonym(f"{subject.service}:{name}") for name in names}


def testimonies_of(subject: Subject) -> list[Testimony]:
    """All that somebody said of any account, oldest first, whether it counts or not."""
    said = Testimony.everything.filter(Q(reporter__in=pseudonyms_of(subject)) | Q(post__in=posts_of(subject)))
    return list(said.select_related("account", "post", "report__conversation").order_by("received_at", "pk"))


def conversations_of(subject: Subject) -> list[Conversation]:
    """The conversations with somebody who reported."""
    reported = Conversation.objects.filter(reports__testimony__in=[one.pk for one in testimonies_of(subject)])
    return list(reported.distinct().order_by("opened_at", "pk"))


def own_files(conversation: Conversation) -> list[StoredFile]:
    """What the person outside sent in a conversation and is freely kept."""
    theirs = StoredFile.objects.filter(
        messages__conversation=conversation,
        messages__author__in=[Message.Author.THEM, Message.Author.ADULT],
        state=StoredFile.State.KEPT,
    )
    return list(theirs.distinct().order_by("pk"))


def handed_over(conversation: Conversation) -> dict[str, bytes]:
    """The contents of what the person outside sent, by a name of ours and theirs; each opening is recorded."""
    return {
        f"{file.pk}-{file.name.replace('/', '_')}": hand_over(file, to=conversation) for file in own_files(conversation)
    }


def export_account(subject: Subject) -> Export | None:
    """The account that others speak of: since which month it is known, not when somebody first spoke of it."""
    if subject.role != "respondent":
        return None
    return Export(
        data=[
            {
                "service": account.service,
                "handle": account.handle,
                "id": account.platform_id,
                "age_band": account.age_band,
                "reach": account.reach,
                "monetised": account.monetised,
                "country": account.country,
                "first_month": f"{account.first_seen_at:%Y-%m}",
            }
            for account in accounts_of(subject)
        ]
    )


def export_said(subject: Subject) -> Export | None:
    """What somebody said: their posts, their testimonies and reports, and their conversations with the house."""
    if subject.role != "author":
        return None
    conversations = conversations_of(subject)
    files: dict[str, bytes] = {}
    for conversation in conversations:
        files |= handed_over(conversation)
    return Export(
        data={
            "posts": [_post(post) for post in posts_of(subject)],
            "testimonies": [_testimony(one) for one in testimonies_of(subject)],
            "conversations": [export_conversation(one) for one in conversations],
        },
        files=files,
        words={value: str(said) for name in VOCABULARIES for value, said in labels.VOCABULARIES[name].items()},
    )


def _post(post: Post) -> dict[str, Any]:
    return {
        "service": post.service,
        "id": post.post_id,
        "author": post.author,
        "created_at": post.created_at,
        "text": post.text,
        "stance": post.stance,
        "read": post.read,
    }


def _testimony(one: Testimony) -> dict[str, Any]:
    return {
        "about": str(one.account),
        "received_at": one.received_at,
        "channel": one.channel,
        "stance": one.stance,
        "conduct": one.conduct,
        "conduct_services": one.conduct_services,
        "met_on": one.met_on,
        "complainant_minor": one.complainant_minor,
        "text": one.text,
        "reporter": one.reporter,
        "reporter_facts": one.reporter_facts,
        "evidence": one.evidence,
        "withdrawn_at": one.withdrawn_at,
        "report": {"service": one.report.service, "number": one.report.number} if hasattr(one, "report") else None,
    }


def erase_said(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase what somebody said and the conversations with them; the accounts they spoke of are assessed again."""
    if subject.role != "author":
        return []
    posts = [post for post in posts_of(subject) if post.erased_at is None]
    testimonies, conversations = testimonies_of(subject), conversations_of(subject)
    files = StoredFile.objects.filter(messages__conversation__in=conversations).distinct()
    keys = list(files.values_list("pk", flat=True))
    if not really:
        staying = sum(file.held or (file.state == StoredFile.State.LOCKED and not file.reported_at) for file in files)
    else:
        reported = [one for one in testimonies if one.post_id is None]
        testimonies_leaving.send(Testimony, testimonies=[one.pk for one in reported])
        for post in posts:
            erase_post(post.service, post.post_id)
        for one in reported:
            ledger.erase(one.report if hasattr(one, "report") else one, because=because)
        for conversation in conversations:
            erase_conversation(conversation, because=because)
        Testimony.everything.filter(pk__in=[one.pk for one in reported]).delete()
        ReporterCommunity.objects.filter(reporter__in={one.reporter for one in testimonies}).delete()
        testimonies_changed.send(Testimony, accounts={one.account_id for one in testimonies})
        erase_unreferenced(StoredFile.objects.filter(pk__in=keys), because=because)
        staying = StoredFile.objects.filter(pk__in=keys).count()
    return [
        Erased(what="posts", erased=len(posts)),
        Erased(what="testimonies", erased=len(testimonies)),
        Erased(what="conversations", erased=len(conversations)),
        Erased(what="files", erased=len(keys) - staying, stays=staying, because=HELD if staying else ""),
    ]


HANDED_OVER = {"intake.Account", "intake.Post", "intake.Testimony", "intake.Report"}
EXPORTERS = {"account": export_account, "said": export_said}
ERASERS = {"said": erase_said}
LEFT_OUT = {
    "intake.CountedPost": "a digest from which nobody can be found",
    "intake.ReporterCommunity": "which of those who spoke seem to act together: it would say of others that they spoke",
    "intake.DeletedAtSource": "numbers of posts that are not kept, for 30 days, so that they do not come in again",
}
