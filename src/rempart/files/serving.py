"""How a file leaves the house by HTTP: as bytes that no browser interprets, kept by no cache."""

from urllib.parse import quote

from django.http import HttpResponse

from rempart.files.kinds import SHOWN_AS_IMAGE
from rempart.files.models import StoredFile

# A browser that shows it anyway gives it no origin, no scripts and nothing to fetch.
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def as_download(file: StoredFile, content: bytes) -> HttpResponse:
    """The file as an attachment under the name it was given."""
    return _response(file, content, "attachment")


def as_image(file: StoredFile, content: bytes) -> HttpResponse:
    """The file for an <img>, where it is an image that browsers show; else as an attachment."""
    return _response(file, content, "inline" if file.media_type in SHOWN_AS_IMAGE else "attachment")


def as_seen(file: StoredFile, content: bytes) -> HttpResponse:
    """The file shown in a page of its own where the browser can, offered for no download."""
    return _response(file, content, "inline")


def _response(file: StoredFile, content: bytes, disposition: str) -> HttpResponse:
    kind = "text/plain; charset=utf-8" if file.media_type == "text/plain" else file.media_type
    # RFC 6266: an ASCII name for old browsers, the real one beside it.
    plain = "".join(letter if letter.isascii() and letter not in '"\\' else "_" for letter in file.name)
    named = f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    return HttpResponse(content, content_type=kind, headers=HEADERS | {"Content-Disposition": named})
