"""`{% load correspondence %}`: a conversation as a page shows it, to the person outside or to the desk."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rempart.correspondence.links import LinkAccess
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.selectors import messages_of

register = template.Library()


@register.inclusion_tag("correspondence/parts/conversation.html")
def thread(conversation: Conversation, opened_at: str = "files:open", *of: object) -> dict[str, Any]:
    """`{% thread conversation %}`: everything said, for the desk: names of colleagues, links to files.

    opened_at, of: the route that opens its files, and what it takes before a file's number.
    """
    entries = [_entry(one, _who_for_staff(one)) for one in messages_of(conversation)]
    for file in (file for entry in entries for file in entry["files"]):
        file.url = reverse(opened_at, args=[*of, file.pk])
    return {"entries": entries, "token": None}


@register.inclusion_tag("correspondence/parts/conversation.html")
def thread_outside(access: LinkAccess) -> dict[str, Any]:
    """`{% thread_outside access %}`: what was said, for whoever holds the link: no colleague is named."""
    shown = messages_of(access.conversation, outside=True)
    return {"entries": [_entry(one, _who_outside(one, access.holder)) for one in shown], "token": access.token}


@register.inclusion_tag("correspondence/parts/form.html")
def conversation_form(form: Any, button: str = "") -> dict[str, Any]:
    """`{% conversation_form form %}`: the form by which somebody outside writes; posts to the page it stands on."""
    return {"form": form, "button": button or _("Send")}


def _entry(message: Message, who: str) -> dict[str, Any]:
    words, said_in = message.words((get_language() or "fr")[:2])
    return {"message": message, "who": who, "words": words, "lang": said_in, "files": list(message.files.all())}


def _who_for_staff(message: Message) -> str:
    return str(message.staff) if message.staff else str(message.get_author_display())


def _who_outside(message: Message, holder: str) -> str:
    if not message.from_outside:
        return _("Rempart’s team")
    mine = Message.Author.ADULT if holder == "adult" else Message.Author.THEM
    if message.author == mine:
        return _("You")
    return _("The adult you let in") if holder == "self" else _("The person you stand by")
