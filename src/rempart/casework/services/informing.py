"""What the rest of the house tells this room of that concerns authorities and what is held for them."""

from typing import Any

from rempart.casework import signals
from rempart.casework.models import AssessmentRecord, Case
from rempart.casework.services import authorities, holds
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.signals import heard
from rempart.intake.signals import testimonies_leaving


def connect() -> None:
    """Listen to the signals; called when the app is ready."""
    signals.case_assessed.connect(_assessed, dispatch_uid="casework.authorities.assessed")
    testimonies_leaving.connect(_leaving, dispatch_uid="casework.authorities.leaving")
    heard.connect(_heard, dispatch_uid="casework.authorities.heard")


def _assessed(case: Case, record: AssessmentRecord, **_kwargs: Any) -> None:
    authorities.note_assessment(case, record)


def _leaving(testimonies: list[int], **_kwargs: Any) -> None:
    holds.seal_before_erasure(testimonies)


def _heard(conversation: Conversation, message: Message, **_kwargs: Any) -> None:
    holds.hold_new_files(conversation.about, message.files.all())
