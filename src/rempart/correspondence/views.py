"""Pages of conversations that no other room hosts, attachments, the trusted adult, and the administrator's endpoints.

A room on the right that hosts a kind of conversation marks its own view with `links.by_link` and names it with
`links.host`; the mailbox here serves the others.
"""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rempart.correspondence import delivering, endpoints, services
from rempart.correspondence.errors import ConversationClosed, EndpointRefused, MessageRefused
from rempart.correspondence.forms import AdultForm, ConversationForm, EndpointForm, MailForm
from rempart.correspondence.links import LinkAccess, by_link, page_of
from rempart.correspondence.models import Delivery, Endpoint
from rempart.correspondence.selectors import OUTSIDE, seen_outside
from rempart.files.models import StoredFile
from rempart.files.services import hand_over
from rempart.files.serving import as_download
from rempart.staff.access import needs
from rempart.staff.roles import Permission

PER_PAGE = 50


@by_link()
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Read and write in a conversation whose kind no other room has a page for."""
    form = ConversationForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        message = form.send(access.conversation, access.holder)
        if message is not None:
            return redirect(f"{request.path}#message-{message.pk}")
    services.mark_read(access.conversation)
    return render(
        request, "correspondence/mailbox.html", {"access": access, "form": form}, status=422 if form.errors else 200
    )


@by_link()
@require_GET
def attachment(request: HttpRequest, access: LinkAccess, pk: int) -> HttpResponse:
    """A file that the house sent with a message, and no other: what the person sent themself is not handed back."""
    sent = access.conversation.messages.filter(seen_outside()).exclude(author__in=OUTSIDE)
    file = get_object_or_404(StoredFile.objects.distinct(), pk=pk, messages__in=sent)
    if file.state != StoredFile.State.KEPT:
        raise Http404
    return as_download(file, hand_over(file, to=access.conversation))


@by_link()
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("link")
def adult(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Let an adult in, or out again: asked by the person alone."""
    if access.holder != "self":
        raise Http404
    form, link = AdultForm(request.POST if request.POST.get("act") == "in" else None), ""
    if request.POST.get("act") == "out":
        services.let_adult_out(access.conversation)
        return redirect(request.path)
    if form.is_valid():
        try:
            link = services.invite_adult(access.conversation, email=form.cleaned_data["email"])
            access.conversation.refresh_from_db()
        except MessageRefused as error:
            form.add_error("email", str(error))
        except ConversationClosed as error:
            form.add_error(None, str(error))
    shown = {"access": access, "form": form, "link": link, "back": page_of(access)}
    return render(request, "correspondence/adult.html", shown, status=422 if form.errors else 200)


@by_link()
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Give an address at which one is told that there is a message, or take it back."""
    if access.holder != "self":
        raise Http404
    conversation = access.conversation
    form = MailForm(
        request.POST if request.method == "POST" else None, initial={"email": services.email_of(conversation)}
    )
    if form.is_valid():
        services.give_email(conversation, form.cleaned_data["email"])
        return redirect(page_of(access))
    shown = {"access": access, "form": form, "back": page_of(access)}
    return render(request, "correspondence/mail.html", shown, status=422 if form.errors else 200)


@needs(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def all_endpoints(request: HttpRequest) -> HttpResponse:
    """The endpoints, what did not arrive, and the form that adds one."""
    form = EndpointForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            endpoint, secret = endpoints.add_endpoint(
                given["name"],
                given["url"],
                events=given["events"],
                services=given["services"].split(),
                acting=request.user,
            )
        except EndpointRefused as error:
            form.add_error(error.field, str(error))
        else:
            return _endpoints(request, endpoint=endpoint, secret=secret)
    return _endpoints(request, form=form)


@needs(Permission.ADMINISTER)
@require_POST
@sensitive_variables("secret")
def one_endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Test an endpoint, switch it on or off, or give it a new secret."""
    endpoint, act = get_object_or_404(Endpoint, pk=pk), request.POST.get("act")
    if act == "test":
        tested = delivering.test_endpoint(endpoint, acting=request.user)
        return _endpoints(request, endpoint=endpoint, tested=tested)
    if act == "rotate":
        secret = endpoints.rotate_secret(endpoint, acting=request.user)
        return _endpoints(request, endpoint=endpoint, secret=secret)
    if act in {"on", "off"}:
        endpoints.switch(endpoint, on=act == "on", acting=request.user)
    return redirect("correspondence:endpoints")


@needs(Permission.ADMINISTER)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again what was given up."""
    delivering.retry(get_object_or_404(Delivery, pk=pk), acting=request.user)
    return redirect("correspondence:endpoints")


def _endpoints(request: HttpRequest, form: EndpointForm | None = None, **shown: Any) -> HttpResponse:
    failed = Paginator(delivering.troubled(), PER_PAGE).get_page(request.GET.get("page"))
    shown |= {"endpoints": Endpoint.objects.all(), "failed": failed, "form": form or EndpointForm()}
    status = 422 if form is not None and form.errors else 200
    return render(request, "correspondence/endpoints.html", shown, status=status)
