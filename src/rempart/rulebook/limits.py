"""What a rulebook in force may never say, whoever wrote it.

These limits hold for `live` rulebooks. A `replay_only` one may break them, since it is only ever compared: to show what
a rule without limits would have done is what it is for.
"""

from datetime import timedelta

from rempart.rulebook.article import LONGEST_PREVENTIVE
from rempart.rulebook.reading import Book, Entry
from rempart.rulebook.saying import adult_only_offences, findings_of_guilt
from rempart.rulebook.source import Source

LONGEST_AUTOMATIC = timedelta(hours=72)
NEVER_AUTOMATIC = frozenset({"no_monetisation", "read_only", "suspend"})


def check_limits(source: Source, book: Book) -> None:
    """Note every limit that the articles of a live rulebook break."""
    for entry in book.entries:
        _check_automatic(source, entry)
        if entry.article.mode == "preventive":
            _check_preventive(source, entry)
        else:
            _check_final(source, entry)
        _check_words(source, entry)
        if entry.article.legal is None:
            source.note(entry.nodes[""], "an article needs `legal`: the statement of reasons declares it (DSA Art. 17)")


def _check_automatic(source: Source, entry: Entry) -> None:
    article, approval = entry.article, entry.nodes["approval"]
    if article.approval != "automatic":
        return
    if article.measure in NEVER_AUTOMATIC:
        source.note(approval, f"`{article.measure}` is never automatic: a person must approve it")
    if not entry.program.requires_adult():
        source.note(
            approval,
            "never automatic on minors and unknown ages: "
            "add `account_age_band == '18_plus' &&` to `when`, or ask for reviewers",
        )
    if article.lasts is not None and article.lasts > LONGEST_AUTOMATIC:
        source.note(
            entry.nodes["lasts"], "an automatic measure lasts at most 72h; a person confirms what goes on longer"
        )


def _check_preventive(source: Source, entry: Entry) -> None:
    article, nodes = entry.article, entry.nodes
    if article.lasts is None:
        source.note(nodes[""], "a preventive article needs an end: `lasts`")
    if article.review_within is None:
        source.note(nodes[""], "a preventive article needs a review: `review_within`")
    if not article.right_of_reply:
        source.note(nodes.get("right_of_reply", nodes[""]), "a preventive article needs `right_of_reply: true`")
    if article.lasts is None:
        return
    if article.lasts > LONGEST_PREVENTIVE:
        source.note(nodes["lasts"], "a preventive measure lasts at most 90 days")
    elif article.lasts * (1 + article.renewals) > LONGEST_PREVENTIVE:
        source.note(nodes["renewable"], "a preventive measure lasts at most 90 days, all renewals included")
    if article.review_within is not None and article.review_within >= article.lasts:
        source.note(nodes["review_within"], "the review must come before the end")


def _check_final(source: Source, entry: Entry) -> None:
    article, nodes = entry.article, entry.nodes
    if article.approval == "automatic":
        source.note(nodes["approval"], "a final measure is never automatic: a person must approve it")
    if not article.right_of_reply:
        source.note(
            nodes.get("right_of_reply", nodes[""]), "a final article needs `right_of_reply: true` (DSA Art. 20)"
        )
    if article.renewals:
        source.note(nodes["renewable"], "a final measure is not renewed: give it the end it needs, or none")
    if article.lasts is not None and article.review_within is not None and article.review_within >= article.lasts:
        source.note(nodes["review_within"], "the review must come before the end")


def _check_words(source: Source, entry: Entry) -> None:
    article, nodes = entry.article, entry.nodes
    for key, words in (("title", article.title), ("text", article.text)):
        for language, text in words.items():
            if article.mode == "preventive" and (guilt := findings_of_guilt(text)):
                said = f"a preventive measure is no finding: `{guilt[0].words}` in the {key} ({language})"
                source.note(nodes[key], f"{said}; say `{guilt[0].instead}`")
            if (offences := adult_only_offences(text)) and not entry.program.requires_adult():
                source.note(
                    nodes[key],
                    f"`{offences[0].words}` is an offence of adults only: require `account_age_band == '18_plus'`",
                )
