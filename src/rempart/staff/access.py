"""Who may use a view: each carries a mark that says so, and the middleware here holds everybody to it.

`@needs(Permission.X)` asks for a permission, `@for_members` for being signed in (`@for_enrolment` even without the
second factor that the others want), `@open_to_all(because=…)` for nothing. A view without a mark answers nobody, and a
system check refuses to start with one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from rempart.staff.roles import Permission

View = TypeVar("View", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ATTRIBUTE = "rempart_access"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may use a view. Of several permissions, any one is enough; none at all means every member."""

    to_read: frozenset[Permission] = frozenset()
    to_change: frozenset[Permission] = frozenset()
    open_because: str = ""
    enrolling: bool = False

    def asked(self, method: str) -> frozenset[Permission]:
        """The permissions of which one is needed to use the view by this HTTP method."""
        return self.to_read if method in SAFE else self.to_change


def needs(*any_of: Permission, to_change: Permission | tuple[Permission, ...] = ()) -> Callable[[View], View]:
    """Mark a view as for members who hold one of these permissions, the anonymous being sent to sign in.

    to_change: asked instead by methods that change something (POST, PUT, PATCH, DELETE).
    """
    if not any_of:
        raise TypeError("needs() takes at least one permission; a page for every member is marked @for_members")
    changing = (to_change,) if isinstance(to_change, Permission) else to_change
    return _mark(Access(to_read=frozenset(any_of), to_change=frozenset(changing or any_of)))


def for_members(view: View) -> View:
    """Mark a view as for everybody who is signed in, whatever their roles."""
    return _mark(Access())(view)


def for_enrolment(view: View) -> View:
    """Mark a view as for members who may still have to add a second factor: where one is added."""
    return _mark(Access(enrolling=True))(view)


def open_to_all(*, because: str) -> Callable[[View], View]:
    """Mark a view as for everybody, signed in or not; `because` says why in a few words."""
    if not because.strip():
        raise TypeError("open_to_all() needs to be told why")
    return _mark(Access(open_because=because))


def access_of(view: Callable[..., Any]) -> Access | None:
    """Who may use this view; None when it carries no mark."""
    return getattr(view, ATTRIBUTE, None)


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, access)
        return view

    return mark


def may_use(user: Any, access: Access | None, method: str = "GET") -> bool:
    """Whether a signed-in member may use a view so marked, by this method."""
    if access is None:
        return False
    if access.open_because:
        return True
    asked = access.asked(method)
    return user.is_authenticated and (not asked or any(user.may(permission) for permission in asked))


def may_open(user: Any, url: str) -> bool:
    """Whether this person may open this address of the site: what a menu shows. Raises Resolver404."""
    return may_use(user, access_of(resolve(url).func))


class AccessMiddleware:
    """Lets a view answer only those whom its mark admits. It runs after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send the anonymous to sign in, refuse (403) those who lack the permission and any view without a mark."""
        access = access_of(view)
        if access is None:
            raise PermissionDenied
        if access.open_because:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), str(settings.LOGIN_URL))
        if not may_use(request.user, access, str(request.method)):
            raise PermissionDenied
        return None


def views(patterns: list[Any] | None = None, before: str = "", spaces: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every view of the site: its route's name with namespaces (or its address when unnamed), its address, itself."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = f"{spaces}{pattern.namespace}:" if pattern.namespace else spaces
            yield from views(pattern.url_patterns, address, inside)
        elif isinstance(pattern, URLPattern):
            yield f"{spaces}{pattern.name}" if pattern.name else address, address, pattern.callback


@register()
def every_view_is_marked(**_: Any) -> list[CheckMessage]:
    """Refuse to start while a view does not say who may use it."""
    return [
        Error(f"{name} ({address}) does not say who may use it.", hint="Mark its view: @needs, …", id="staff.E001")
        for name, address, view in views()
        if access_of(view) is None
    ]


@register()
def every_operation_asks_for_a_key(**_: Any) -> list[CheckMessage]:
    """Refuse to start while an operation of a machine API neither asks for a key nor is marked as open."""
    from rempart.staff.keys import keyless  # imports much that commands do without

    return [
        Error(f"{method} {address} asks for no key.", hint="auth=KeyAuth(Scope.…) or @open_to_all", id="staff.E002")
        for method, address in keyless()
    ]
