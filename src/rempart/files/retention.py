"""How files are erased once nothing refers to them any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from rempart import ledger
from rempart.files.models import Hold, SealedContent, StoredFile

_OWN = {SealedContent, Hold}


def erase_files(before: datetime) -> int:
    """Files kept before that moment that nothing refers to and no legal hold keeps.

    Whoever refers to a file does so by a relation (any room's, found here without naming it). A locked file stays until
    it has been reported: it must not disappear with the message that brought it.
    """
    over = StoredFile.objects.filter(~Exists(Hold.objects.filter(file=OuterRef("pk"))), kept_at__lt=before)
    over = over.filter(~Q(state=StoredFile.State.LOCKED) | Q(reported_at__isnull=False))
    for relation in StoredFile._meta.related_objects:
        if relation.related_model not in _OWN:
            over = over.filter(**{f"{relation.name}__isnull": True})
    files = list(over.select_for_update(of=("self",), skip_locked=True))
    for file in files:
        ledger.erase(file, because="retention")
        file.delete()
    return len(files)


ERASERS = {"file": erase_files}
