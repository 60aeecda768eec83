"""What can be done with what comes in: import a wave, receive a report, withdraw what one said, erase a post."""

from rempart.intake.services.identity import follow_rename
from rempart.intake.services.importing import (
    EmptyHashtag,
    NoGoodLine,
    erase_contents,
    erase_post,
    import_wave,
    normal_hashtag,
    pseudonym,
    stored_post,
    stored_testimony,
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

__all__ = [
    "EmptyHashtag",
    "HandedReport",
    "NoGoodLine",
    "NumberTaken",
    "ReportRefused",
    "erase_contents",
    "erase_post",
    "follow_rename",
    "import_wave",
    "mark_unfounded",
    "mark_upheld",
    "normal_hashtag",
    "pseudonym",
    "receive_report",
    "set_aside",
    "stored_post",
    "stored_testimony",
    "withdraw_reports",
]
