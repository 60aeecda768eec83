"""The hashtags that are listened for: what `rempart watch` does, on a page of the desk."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from rempart.intake.selectors import watched_tags
from rempart.intake.services import EmptyHashtag, NotAHashtag, NotWatched, unwatch_tag, watch_tag
from rempart.pages.labels import SERVICE
from rempart.records.references import SERVICES
from rempart.staff.access import needs
from rempart.staff.roles import Permission


class WatchForm(forms.Form):
    """A hashtag, and where an @handle lives when a post that carries it names no service."""

    hashtag = forms.CharField(label=gettext_lazy("Hashtag"), max_length=200)
    default_service = forms.ChoiceField(
        label=gettext_lazy("Where a name lives when a post does not say"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = [(name, SERVICE[name]) for name in SERVICES if name not in ("web", "other")]
        self.fields["default_service"].choices = [("", _("Where the post was")), *services]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE_WAVES, to_change=Permission.SET_POLICY)
def watched(request: HttpRequest) -> HttpResponse:
    """What is listened for and what came of it; `remove` is a hashtag that no longer is, else one is added."""
    form = WatchForm(None if "remove" in request.POST else request.POST or None)
    if "remove" in request.POST:
        with suppress(EmptyHashtag, NotWatched):  # somebody else removed it a moment ago
            unwatch_tag(request.POST["remove"], acting=request.user)
        return redirect("casework:watched")
    if request.method == "POST" and form.is_valid():
        try:
            watch_tag(acting=request.user, **form.cleaned_data)
        except (EmptyHashtag, NotAHashtag):
            form.add_error("hashtag", _("A hashtag is one word of at most 200 letters and digits."))
        else:
            messages.success(request, _("Its posts are taken in from now on, where a platform is listened to."))
            return redirect("casework:watched")
    may_change = request.user.may(Permission.SET_POLICY)
    context = {"tags": watched_tags(), "form": form if may_change else None}
    return render(request, "casework/watched.html", context, status=422 if form.errors else 200)
