"""What can go wrong with a file, one class each, with words that may be shown."""

from django.utils.translation import gettext_lazy as _


class FileRefused(Exception):
    """The file cannot be kept. `field` names what is wrong with it: content, name or size; the message says why."""

    def __init__(self, field: str, why: object) -> None:
        super().__init__(why)
        self.field = field


class FileLocked(Exception):
    """The file is locked away; only those who look after children's safety open it."""

    def __str__(self) -> str:
        return str(_("This file is locked away."))


class FileDestroyed(Exception):
    """The file was destroyed; what is known of it stays."""

    def __str__(self) -> str:
        return str(_("This file was destroyed."))


class FileHeld(Exception):
    """A legal hold keeps the file."""

    def __str__(self) -> str:
        return str(_("A legal hold keeps this file."))


class NotReported(Exception):
    """A locked file is destroyed only once it has been reported to the authority."""

    def __str__(self) -> str:
        return str(_("Report this file to the authority first."))


class NotLocked(Exception):
    """Only a locked file is reported or destroyed by hand; others leave with their retention."""

    def __str__(self) -> str:
        return str(_("This file is not locked."))


class NotAllowed(Exception):
    """The member may not do this."""

    def __str__(self) -> str:
        return str(_("Your roles do not allow this."))
