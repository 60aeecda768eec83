"""How what platforms were told and showed us is erased once its time is over (privacy/register.yaml says when)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from rempart.platforms.models import Label, SeenToken


def erase_labels(before: datetime) -> int:
    """Labels that were over before that moment: they expired, or were withdrawn or replaced."""
    over = Label.objects.filter(Q(expires_at__lt=before) | Q(negates=True, made_at__lt=before))
    later = Label.objects.filter(
        platform=OuterRef("platform"), subject=OuterRef("subject"), value=OuterRef("value"), pk__gt=OuterRef("pk")
    )
    replaced = Label.objects.filter(Exists(later.filter(made_at__lt=before)))
    keys = [*over.values_list("pk", flat=True), *replaced.values_list("pk", flat=True)]
    return Label.objects.filter(pk__in=keys).delete()[0]


def erase_tokens(before: datetime) -> int:
    """What is remembered of tokens that expired before that moment: they are refused anyway."""
    return SeenToken.objects.filter(expires_at__lt=before).delete()[0]


ERASERS = {"label": erase_labels, "seen_token": erase_tokens}
