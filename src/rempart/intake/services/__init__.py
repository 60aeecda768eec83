"""What can be done with what comes in: import a wave, hear posts, receive a report, withdraw it, erase a post."""

from rempart.intake.services.communities import keep_communities
from rempart.intake.services.identity import follow_rename
from rempart.intake.services.importing import (
    NoGoodLine,
    erase_contents,
    erase_post,
    import_wave,
)
from rempart.intake.services.reports import (
    HandedReport,
    NumberTaken,
    ReportRefused,
    mark_unfounded,
    mark_upheld,
    receive_report,
    set_aside,
    withdraw_reports,
)
from rempart.intake.services.storing import EmptyHashtag, normal_hashtag, pseudonym, stored_post, stored_testimony
from rempart.intake.services.streaming import (
    NotAHashtag,
    NotWatched,
    Received,
    carry_out_deletions,
    heard_deletions,
    receive_deletions,
    receive_edits,
    receive_posts,
    unwatch_tag,
    watch_tag,
)

__all__ = [
    "EmptyHashtag",
    "HandedReport",
    "NoGoodLine",
    "NotAHashtag",
    "NotWatched",
    "NumberTaken",
    "Received",
    "ReportRefused",
    "carry_out_deletions",
    "erase_contents",
    "erase_post",
    "follow_rename",
    "heard_deletions",
    "import_wave",
    "keep_communities",
    "mark_unfounded",
    "mark_upheld",
    "normal_hashtag",
    "pseudonym",
    "receive_deletions",
    "receive_edits",
    "receive_posts",
    "receive_report",
    "set_aside",
    "stored_post",
    "stored_testimony",
    "unwatch_tag",
    "watch_tag",
    "withdraw_reports",
]
