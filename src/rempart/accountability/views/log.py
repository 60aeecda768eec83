"""The ledger as outsiders fetch it: the checkpoint, the tiles and the entries of a transparency log (C2SP tlog-tiles),
and its key.

Open to all, without a cookie, from any page; everything but the checkpoint never changes and may be cached for ever.
Entries are 32 bytes each, which tell nothing to whom a row was not opened.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rempart.ledger.log import DatabaseTiles, note_of, public_key
from rempart.ledger.published import published
from rempart.staff.access import open_to_all
from rempart.tlog.errors import Malformed
from rempart.tlog.tiles import ENTRIES, encode_entries, parse_path, tile_width

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOR_SECONDS = "public, max-age=5"
FOR_AN_HOUR = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"


def _nothing() -> HttpResponse:
    """What programs are told when there is nothing under a path, or not yet."""
    return HttpResponse("There is nothing here, or not yet.\n", status=404, content_type=TEXT)


def _for_anybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to all, programs on other sites' pages too: it is the same for everybody."""

    @open_to_all(because="anybody may verify the ledger")
    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return opened


@_for_anybody
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The published checkpoint, with the witnesses' lines."""
    found = published()
    if found is None:
        return _nothing()
    return HttpResponse(note_of(found), content_type=TEXT, headers={"Cache-Control": FOR_SECONDS})


@_for_anybody
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile or a bundle of entries under the published checkpoint; one that reaches beyond it is not there yet."""
    found = published()
    try:
        place = parse_path(f"tile/{path}")
        if found is None or place.width > tile_width(place.level, place.index, found.size):
            return _nothing()
        if place.level == ENTRIES:
            body = encode_entries(DatabaseTiles().entries(place.index, place.width))
        else:
            body = DatabaseTiles().tile(place.level, place.index, place.width)
    except Malformed:
        return _nothing()
    return HttpResponse(body, content_type=BYTES, headers={"Cache-Control": FOR_EVER})


@_for_anybody
def key(request: HttpRequest) -> HttpResponse:
    """The key that checkpoints are verified with (C2SP signed-note, vkey)."""
    return HttpResponse(f"{public_key()}\n", content_type=TEXT, headers={"Cache-Control": FOR_AN_HOUR})
