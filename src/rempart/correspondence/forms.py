"""What people outside fill in: a message with files, and the adult they want beside them; and an endpoint's form."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rempart.correspondence.announcing import ALL_EVENTS, EVENTS
from rempart.correspondence.errors import ConversationClosed, MessageRefused
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import FILES_AT_ONCE, LONGEST, hear
from rempart.files.services import LARGEST
from rempart.files.uploads import LARGEST_REQUEST


class FilesInput(forms.ClearableFileInput):
    """A field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each small enough to be kept. Cleans to a list of uploads."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The uploads. Raises ValidationError naming the file that is too large, or empty."""
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        uploads = [super(FilesField, self).clean(one, initial) for one in given]
        for upload in uploads:
            if upload.size > LARGEST:
                raise forms.ValidationError(_("%(name)s is larger than 25 MB."), params={"name": upload.name})
        if sum(upload.size for upload in uploads) > LARGEST_REQUEST:
            raise forms.ValidationError(_("These files are larger than 40 MB together. Send them one after another."))
        if len(uploads) > FILES_AT_ONCE:
            most = ngettext("Send at most %d file at once.", "Send at most %d files at once.", FILES_AT_ONCE)
            raise forms.ValidationError(most % FILES_AT_ONCE)
        return uploads


class ConversationForm(forms.Form):
    """A message from outside: words, files or both. `send` keeps it."""

    text = forms.CharField(
        label=_("Your message"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": _("A message holds 10,000 characters at most. Send the rest in another one.")},
    )
    files = FilesField(
        label=_("Files, if you have any"),
        required=False,
        help_text=_(
            "Send the conversation, never intimate images: nobody needs to see those to help. Screenshots, exports, "
            "PDF, sound or video; at most five files of 25 MB."
        ),
    )
    intimate = forms.BooleanField(
        label=_("One of these files may show somebody under 18 undressed or in an intimate way"),
        required=False,
        help_text=_(
            "Then tick this box. The files are locked at once; only somebody trained to protect children opens them."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for something to send."""
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("text", "").strip() or cleaned.get("files")):
            raise forms.ValidationError(_("There is nothing to send yet: write something or choose a file."))
        return cleaned

    def send(
        self, conversation: Conversation, holder: str, kind: Message.Kind | str = Message.Kind.PLAIN
    ) -> Message | None:
        """Keep what was sent, as a message of this kind. None when it was refused: the form then says why."""
        if not self.is_valid():
            return None
        try:
            return hear(
                conversation,
                text=self.cleaned_data["text"],
                files=[(upload.name or "", upload.read()) for upload in self.cleaned_data["files"]],
                holder=holder,
                kind=kind,
                suspected_intimate=self.cleaned_data["intimate"],
            )
        except MessageRefused as error:
            self.add_error(error.field, str(error))
        except ConversationClosed as error:
            self.add_error(None, str(error))
        return None


class MailForm(forms.Form):
    """Be told by e-mail when there is a message."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        error_messages={"invalid": _("This is not an e-mail address.")},
        help_text=_("The e-mail says that there is a message, never what about. Leave it empty to get none."),
    )


class AdultForm(forms.Form):
    """Let in an adult one trusts."""

    email = forms.EmailField(
        label=_("Their e-mail address"),
        required=False,
        error_messages={"invalid": _("This is not an e-mail address.")},
        help_text=_(
            "They get their own link, and read and write here with you. You can let them out again at any time."
        ),
    )


class EndpointForm(forms.Form):
    """An endpoint of the platform."""

    name = forms.CharField(label=_("Name"), max_length=60)
    url = forms.CharField(label=_("Address"), max_length=500, widget=forms.URLInput)
    events = forms.MultipleChoiceField(
        label=_("What it is told of"),
        choices=[(name, name) for name in ALL_EVENTS],
        initial=list(EVENTS),
        widget=forms.CheckboxSelectMultiple,
    )
    services = forms.CharField(
        label=_("Services it speaks for"),
        required=False,
        help_text=_("Separated by spaces, such as tiktok; all when none is named."),
    )
