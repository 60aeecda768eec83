"""How requests of authorities are erased once their time is over (privacy/register.yaml says when, and why)."""

from datetime import datetime

from django.db.models import Q

from rempart import ledger
from rempart.accountability.models import Answer, Request
from rempart.correspondence.services import erase_conversations
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.ledger.services import reference


def erase_requests(before: datetime) -> int:
    """Requests settled before that moment, with their answers and conversations; figures counted of them stay.

    What is preserved counts from the end of its preservation. A production order stays as long as the preservation
    order that waits for it, and a version as long as its corrections, all of one request.
    """
    over = Request.objects.filter(Q(state="ended", ended_at__lt=before) | ~Q(state="ended") & Q(settled_at__lt=before))
    over = over.exclude(state=Request.State.PRESERVED).filter(preservations=None)
    found = list(over.select_for_update(of=("self",)))
    for request in found:
        files = {request.document_id}
        for answer in Answer.objects.filter(request=request).order_by("-version"):
            files |= {answer.document_id, answer.package_id, *answer.enclosures.values_list("file", flat=True)}
            ledger.erase(answer, because="retention")
            answer.delete()
        for person in request.concerned.all():
            ledger.erase(person, because="retention")
        for execution in request.executions.all():
            ledger.erase(execution, because="retention")
        erase_conversations(about=reference(request))
        ledger.erase(request, because="retention")
        request.delete()
        erase_unreferenced(StoredFile.objects.filter(pk__in=filter(None, files)), because="retention")
    return len(found)


ERASERS = {"authority_request": erase_requests}
