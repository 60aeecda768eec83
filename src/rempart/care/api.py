"""What a platform's machine hands in for a shield, and for whom: `GET /api/v1/shields`, `POST /api/v1/comments`."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import StringConstraints

from rempart.care.errors import WrongState
from rempart.care.models import Shield
from rempart.care.services.shields import Said, collect, shields_for
from rempart.intake.api import REFUSALS, AccountIn, Moment, Name, Problems, Yes
from rempart.ledger.clock import now
from rempart.records.references import Service
from rempart.staff.keys import KeyAuth, Scope

router = Router(tags=["shields"])

AT_ONCE = 500
"""Comments that one request hands in at most."""
PAGE = 500

# What the database can hold: no NUL.
_PLAIN = r"^[^\x00]*$"
Text = Annotated[str, StringConstraints(min_length=1, max_length=65_536, pattern=_PLAIN)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=_PLAIN)]


class CommentIn(Schema):
    """A comment as the platform has it now."""

    number: Number = Field(description="The platform's own: the same is kept once, as it was first.")
    author: AccountIn
    at: Moment = Field(description="When it was said.")
    text: Text
    answers: Annotated[str, StringConstraints(max_length=512, pattern=_PLAIN)] = Field(
        "", description="The post, video or message that it is under."
    )
    hostile: Yes | None = Field(None, description="Whether the platform holds it to be; read from its text by default.")


class CommentsIn(Schema):
    """Comments that fell on one account."""

    about: AccountIn
    comments: list[CommentIn] = Field(min_length=1, max_length=AT_ONCE)


class Taken(Schema):
    """How many of them are new."""

    taken: int


class ShieldOut(Schema):
    """An account whose shield is open: hand in what falls on it since then, until it ends."""

    service: Service
    handle: Name
    id: Name | None
    since: datetime
    until: datetime


class Shields(Schema):
    """Accounts whose shield is open, by their handle; `next` asks for those after them."""

    shields: list[ShieldOut]
    next: str | None


@router.get(
    "/shields",
    auth=KeyAuth(Scope.COMMENTS_WRITE),
    response={200: Shields, **REFUSALS},
    url_name="shields",
    summary="For whom comments are handed in",
)
def shields(
    request: HttpRequest, service: Service, after: Annotated[str, Query(max_length=255, pattern=_PLAIN)] = ""
) -> dict[str, object]:
    """The accounts of a service whose shield is open now."""
    found = Shield.objects.filter(
        closed_at=None, ends_at__gt=now(), file__service=service, file__handle__gt=after, file__erasing_since=None
    )
    page = list(found.select_related("file").order_by("file__handle")[: PAGE + 1])
    shown = [
        {
            "service": one.file.service,
            "handle": one.file.handle,
            "id": one.file.platform_id,
            "since": one.opened_at,
            "until": one.ends_at,
        }
        for one in page[:PAGE]
    ]
    return {"shields": shown, "next": page[PAGE - 1].file.handle if len(page) > PAGE else None}


@router.post(
    "/comments",
    auth=KeyAuth(Scope.COMMENTS_WRITE),
    response={200: Taken, 404: Problems, **REFUSALS},
    url_name="comments",
    summary="Hand in comments on an account whose shield is open",
)
def hand_in(request: HttpRequest, body: CommentsIn) -> Status:
    """200 with how many are new, 404 where no shield is open for the account: nothing is kept then."""
    about = body.about.reference("about")
    said = [
        Said(
            number=one.number,
            author=one.author.reference(f"comments.{place}.author"),
            said_at=one.at,
            text=one.text,
            about=one.answers,
            hostile=one.hostile,
        )
        for place, one in enumerate(body.comments)
    ]
    open_ = shields_for(about.service, about.handle, about.id)
    try:
        taken = sum(collect(shield, said) for shield in open_)
    except WrongState:
        open_ = []  # It ended meanwhile.
    if not open_:
        told = {"errors": [{"field": "about", "error": "no shield is open for this account"}]}
        return Status(404, told)
    return Status(200, {"taken": taken})
