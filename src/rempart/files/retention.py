"""How files are erased once nothing refers to them any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from rempart import ledger
from rempart.files.models import Hold, SealedContent, StoredFile

_OWN = {SealedContent, Hold}


def erase_files(before: datetime) -> int:
    """Files kept before that moment that nothing refers to and no legal hold keeps."""
    return erase_unreferenced(StoredFile.objects.filter(kept_at__lt=before), because="retention")


def erase_unreferenced(files: "QuerySet[StoredFile]", *, because: str) -> int:
    """Erase at once those of these files that nothing refers to and no legal hold keeps. Returns how many.

    Whoever refers to a file does so by a relation (any room's, found here without naming it). A locked file stays until
    it has been reported: it must not disappear with the message that brought it.
    """
    over = files.filter(~Exists(Hold.objects.filter(file=OuterRef("pk"))))
    over = over.filter(~Q(state=StoredFile.State.LOCKED) | Q(reported_at__isnull=False))
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        # A many-to-many field shows here as the foreign key of the table in between.
        if (relation.one_to_many or relation.one_to_one) and relation.related_model not in _OWN:
            refers = relation.related_model.objects.filter(**{relation.field.name: OuterRef("pk")})
            over = over.filter(~Exists(refers))
    found = list(over.select_for_update(of=("self",), skip_locked=True))
    for file in found:
        ledger.erase(file, because=because)
        file.delete()
    return len(found)


ERASERS = {"file": erase_files}
