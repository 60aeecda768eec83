"""Logs without personal data: routes instead of addresses, kinds of errors instead of their messages.

An address may hold a signed token or a handle, and an error's message may quote a testimony (PostgreSQL's "Failing row
contains …" does): neither reaches a log. Where an error was raised does.
"""

import logging
import traceback
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutAddresses(logging.Filter):
    """Rewrites what Django says of a request: method, route and status; never the path, the query or the body."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, rewritten, but for a refusal that is itself what was asked for."""
        request = getattr(record, "request", None)
        if getattr(request, "refusal_is_an_answer", False):
            return False
        if request is not None and hasattr(request, "method"):
            match = getattr(request, "resolver_match", None)
            status = getattr(record, "status_code", "")
            record.msg = f"{status} {request.method} {match.route if match else '(no such page)'}".strip()
            record.args = ()
        elif record.name.startswith("django.security"):
            record.msg, record.args = f"refused a request ({record.name.rsplit('.', 1)[-1]})", ()
        return True


class WithoutMessages(logging.Formatter):
    """Formats an error as the places it went through and its kind, with PostgreSQL's code where there is one."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the standard library's name
        """The traceback without source values or messages, causes first."""
        parts = []
        error: BaseException | None = ei[1]
        while error is not None:
            code = getattr(error, "sqlstate", None)
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"{frames}{type(error).__qualname__}{f' (SQLSTATE {code})' if code else ''}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nwhich came from\n".join(parts)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_addresses": {"()": WithoutAddresses}},
    "formatters": {"plain": {"()": WithoutMessages, "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["without_addresses"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own set-up would send copies elsewhere.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "rempart": {"level": "INFO"},
    },
}
