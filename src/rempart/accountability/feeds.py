"""The Atom feed (RFC 4287) of changes to the rulebook: an entry a version, with what changed in words."""

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from rempart.accountability.public.versions import Version
from rempart.accountability.terms import address
from rempart.pages.labels import words_for
from rempart.pages.writing import moment

MOST = 50


def rules_feed(versions: list[Version]) -> str:
    """The feed in the reader's language, the newest version first."""
    language = (get_language() or "fr")[:2]
    here = f"{address('accountability:public-feed')}?language={language}"
    feed = Atom1Feed(
        title=gettext("Changes of the rules"),
        link=address("accountability:public-rules"),
        description=gettext("Each new version of the rules by which accounts are restricted, and what changed."),
        language=language,
        feed_url=here,
        feed_guid=address("accountability:public-rules"),
        author_name="Rempart",
    )
    for one in versions[:MOST]:
        page = address("accountability:public-rule", one.stored.name, one.slug)
        feed.add_item(
            title=gettext("%(name)s, version of %(version)s")
            % {"name": words_for("rulebook", one.stored.name), "version": one.stored.version},
            link=page,
            description=_summary(one),
            unique_id=page,
            pubdate=one.announced_at,
            updateddate=one.announced_at,
        )
    return feed.writeString("utf-8")


def _summary(version: Version) -> str:
    """What changed, as HTML: a feed reader shows a summary as such."""
    begins = format_html("<p>{}</p>", gettext("In force from %s.") % moment(version.stored.in_force_from))
    if version.before is None:
        return begins + format_html("<p>{}</p>", gettext("The first version."))
    said = [
        format_html(
            "<p><b>{}</b> ({})</p><ul>{}</ul>",
            one.title,
            one.badge,
            format_html_join("", "<li>{}</li>", ((line,) for line in one.told())),
        )
        for one in version.changes()
    ]
    nothing = format_html("<p>{}</p>", gettext("No article differs from the version before."))
    return begins + SafeString("").join(said or [nothing])
