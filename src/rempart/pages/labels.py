"""The words people read for the values that records store: one dictionary a vocabulary, one place for all pages.

A value that has no words yet is shown as it is stored rather than hidden.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, "str | Promise"]

# Names of services are names: they stay as they are in every language, but for the two that are not services.
SERVICE: Words = {
    "tiktok": "TikTok",
    "snapchat": "Snapchat",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "twitter": "X",
    "youtube": "YouTube",
    "twitch": "Twitch",
    "discord": "Discord",
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "bereal": "BeReal",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "matrix": "Matrix",
    "reddit": "Reddit",
    "vsco": "VSCO",
    "kik": "Kik",
    "yubo": "Yubo",
    "roblox": "Roblox",
    "web": _("a web site"),
    "other": _("another service"),
    "unknown": _("not said"),
}

CONDUCT: Words = {
    "nude_request": _("asking for intimate images"),
    "sexual_messages": _("sexual messages"),
    "unsolicited_nudes": _("intimate images sent unasked"),
    "grooming": _("building a minor’s trust for sexual ends"),
    "sextortion": _("threats to publish intimate images"),
    "image_abuse": _("intimate images shared without consent"),
    "sexual_assault": _("sexual assault"),
    "harassment": _("harassment"),
    "financial_exploitation": _("asking fans for money or gifts"),
}

MEASURE: Words = {
    "watch": _("watched, nothing restricted"),
    "no_recommendation": _("no longer recommended to others"),
    "no_contact_with_minors": _("no contact with minors"),
    "no_new_contacts": _("cannot write first to anyone"),
    "no_live": _("cannot go live"),
    "no_monetisation": _("pay-outs held"),
    "read_only": _("can read, not post"),
    "suspend": _("account suspended"),
}

MODE: Words = {
    "preventive": _("preventive"),
    "final": _("final"),
    "none": _("no measure"),
}

APPROVAL: Words = {
    "automatic": _("takes effect by itself"),
    "one_reviewer": _("one reviewer approves"),
    "two_reviewers": _("two reviewers approve"),
}

CASE_STATE: Words = {
    "opened": _("opened"),
    "assessed": _("assessed"),
    "inquiry": _("inquiry under way"),
    "decided": _("decided"),
    "appealed": _("appealed"),
    "closed": _("closed"),
}

OUTCOME: Words = {
    "final_measure": _("final measure"),
    "lifted": _("lifted, the account restored"),
    "no_action": _("no action"),
    "warned": _("warned"),
    "referred": _("referred to the authorities"),
}

STANCE: Words = {
    "testimony": _("testimony"),
    "relay": _("reported for somebody else"),
    "support": _("support"),
    "dispute": _("dispute"),
    "news": _("news"),
    "other": _("something else"),
}

CHANNEL: Words = {
    "public_post": _("public post"),
    "form": _("our form"),
    "sealed": _("sealed testimony"),
    "user_report": _("report by a user"),
    "trusted_flagger": _("trusted flagger"),
}

EVIDENCE: Words = {
    "screenshot": _("screenshot"),
    "video": _("video"),
    "audio": _("recording"),
    "export": _("export of the conversation"),
    "platform_log": _("record of the platform"),
    "witness": _("witness"),
    "complaint_filed": _("complaint filed with the police"),
}

# What a span of a testimony was read as.
FIELD: Words = {
    "stance": _("who speaks"),
    "accused": _("whom it is about"),
    "concerns": _("whom it is about"),
    "conduct": _("what happened"),
    "conduct_services": _("where it happened"),
    "met_on": _("where contact began"),
    "complainant_age": _("age"),
    "complainant_minor": _("minor"),
    "evidence": _("evidence"),
}

AGE_BAND: Words = {
    "under_13": _("under 13"),
    "13_15": _("13 to 15"),
    "16_17": _("16 or 17"),
    "18_plus": _("18 or over"),
    "unknown": _("age unknown"),
}

SEVERITY: Words = {
    "0": _("nothing known"),
    "1": _("limited"),
    "2": _("serious"),
    "3": _("very serious"),
    "4": _("most serious"),
}

# One sentence for each factor of an assessment's reasons (`because`), as corroboration names them. A factor may add or
# take away, whatever it found: each sentence says what was looked at, and the weight beside it says which way.
FACTOR: Words = {
    "prior": _("Where we start, before anybody speaks."),
    "already_accused": _("We start from cases in which somebody speaks already: a first voice does not count twice."),
    "public_post": _("We counted those who say in public that it happened to them."),
    "form": _("We counted those who told us through the form that it happened to them, beside what is usual here."),
    "sealed": _("We counted those who told it under seal, without seeing what others said, beside what is usual here."),
    "user_report": _("We counted those who told the platform that it happened to them, beside what is usual here."),
    "trusted_flagger": _("We looked at whether a trusted flagger reported it, beside what is usual here."),
    "voices": _("We counted the different people who say that it happened to them, each once."),
    "relays": _(
        "We looked at how many report what happened to somebody else, and whether anybody speaks for themselves."
    ),
    "verified_evidence": _("Evidence was checked and found genuine."),
    "unverified_evidence": _("We looked at how much evidence nobody has checked yet, beside what is usual here."),
    "refuted_evidence": _("Evidence was checked and found false."),
    "checked_evidence": _("We looked at what was checked of the evidence: how much is genuine, how much is false."),
    "accounts": _(
        "We compared the accounts that speak with what is usual here: when they were opened, how many follow them, "
        "whether they spoke of others too."
    ),
    "words": _(
        "We looked at what is told, and how: at what length, in whose words, whether people tell of the same thing, "
        "whether it happened to a minor."
    ),
    "retractions": _("Somebody says both: that it happened, and that it did not."),
    "disputes": _("People deny it. However many they are, this takes very little away."),
    "verified_denials": _("Somebody who denies it brought evidence that was checked and found genuine."),
    "records": _("We looked at what earlier reports by the same people turned out to be, beside what is usual here."),
    "doubt": _("We asked how far one can tell that those who speak do so for themselves."),
    "rhythm": _("We looked at when people spoke: all at once or little by little, soon or late, by day or by night."),
    "repetition": _("Those who may act together count for less: this is what it changes."),
    "bound": _("No certainty goes beyond a fixed limit."),
}

RULEBOOK: Words = {
    "rempart": "Rempart",
    "on-platform-only-2020": _("On the platform only (2020)"),
    "preventive-2020": _("Preventive suspension (2020)"),
    "twitch-off-service": _("Verifiable evidence only (Twitch)"),
    "two-reports-one-trusted": _("Two reports, one of them trusted"),
    "count-three": _("Three reports suspend"),
}

RULEBOOK_ABOUT: Words = {
    "rempart": _("Proportionate, reasoned and reversible: the lightest measures that answer every risk."),
    "on-platform-only-2020": _(
        "Only what happened on the platform itself counts, once established: the answer of 2020."
    ),
    "preventive-2020": _("Whoever is accused is suspended while the platform looks: what was asked for in 2020."),
    "twitch-off-service": _("Severe conduct elsewhere counts when the evidence can be verified."),
    "two-reports-one-trusted": _(
        "Two reports are enough when one comes from a trusted reporter, as on a package index."
    ),
    "count-three": _("Three reports, from anyone, suspend: what brigades exploit."),
}

ARTICLE_FIELD: Words = {
    "title": _("title"),
    "text": _("text"),
    "conduct_on": _("where the facts took place"),
    "met_on": _("where contact began"),
    "when": _("condition"),
    "answers": _("risks it answers"),
    "measure": _("measure"),
    "mode": _("nature"),
    "approval": _("who decides"),
    "lasts": _("lasts"),
    "renewals": _("renewals"),
    "review_within": _("looked at again within"),
    "right_of_reply": _("right of reply"),
    "legal": _("declared ground"),
}

# Why a case stands where it does in the queue.
GROUND: Words = {
    "danger": _("somebody is in danger"),
    "severity": _("what is described is severe"),
    "credibility": _("it is credible"),
    "doubt": _("little supports it so far"),
    "sources": _("independent sources"),
    "reach": _("many follow the account"),
    "minors": _("minors are concerned"),
    "among_minors": _("its public is young"),
    "in_force": _("part of it is prevented already"),
    "nothing_to_decide": _("nothing waits for a decision"),
    "due": _("a date comes near"),
    "waiting": _("it has waited"),
}

# What ties testimonies that may belong together.
TIE: Words = {
    "text": _("They use nearly the same words."),
    "network": _("They come from the same network."),
    "community": _("They belong to the same community."),
    "newcomers": _("Their accounts were opened at the same time, shortly before they spoke."),
    "cohort": _("Their accounts were opened at the same time."),
    "targets": _("The same people accused the same other accounts before."),
}

PLATFORM_KIND: Words = {
    "matrix": _("Matrix (Synapse)"),
    "atproto": _("AT Protocol (Bluesky PDS, Ozone)"),
    "mastodon": _("Mastodon"),
    "webhook": _("A platform of your own (signed webhooks)"),
    "mediawiki": _("MediaWiki"),
    "nats": _("Events on NATS JetStream, listened to only"),
}

SUPPORT: Words = {
    "native": _("exactly as decided"),
    "approximated": _("by something close to it"),
    "impossible": _("not at all"),
}

# How a measure stands on the platform where it has to be carried out.
ON_PLATFORM: Words = {
    "ours": _("watched by us alone: nothing is asked of a platform"),
    "undone": _("nothing is asked of a platform"),
    "ahead": _("not asked of the platform yet"),
    "nowhere": _("no platform that is connected covers this account: nobody carries it out"),
    "waits": _("waits for the platform"),
    "asks": _("waits for people: the platform would do something else"),
    "failed": _("could not be done"),
    "impossible": _("the platform cannot do it"),
    "dropped": _("was over before the platform was asked"),
    "done": _("done there, not seen in force yet"),
    "seen": _("in force on the platform"),
    "lost": _("should be in force on the platform, and is not"),
    "gone": _("the account is not there any more"),
    "lifting": _("to be taken off by the platform"),
    "lift_failed": _("could not be taken off"),
    "lifted": _("taken off, not checked yet"),
    "over": _("taken off, and seen to be"),
}

COMPARED: Words = {
    "stricter": _("stricter"),
    "lighter": _("lighter"),
    "otherwise": _("decided otherwise"),
    "begins_to_match": _("would now be met"),
    "no_longer_matches": _("would no longer be met"),
    "new": _("new in the draft, and met"),
    "gone": _("met today, gone from the draft"),
    "asks_otherwise": _("met under both, asks for something else"),
}

OUTCOME_FIGURE: Words = {
    "protected": _("Accused with reason, restricted"),
    "wrongly_restrained": _("Innocent, restricted"),
    "wrong_days_restrained": _("Days of wrong restriction"),
    "testimonies_after_first": _("Testimonies meanwhile"),
}

# What a figure of a column means, for whoever weighs one value against another.
OUTCOME_FIGURE_ABOUT: Words = {
    "protected": _(
        "Of the accounts that did what they are accused of, the share that a measure restricted at some time: what is "
        "gained. To be watched restricts nothing."
    ),
    "wrongly_restrained": _(
        "Of the accounts that did nothing, the share that a precaution restricted all the same: the price."
    ),
    "wrong_days_restrained": _(
        "The days for which innocent accounts were restricted, added up, suspensions included: how heavy the price is."
    ),
    "testimonies_after_first": _(
        "Testimonies that came after a first person had spoken and while nothing restricted the account: what slowness "
        "costs."
    ),
}

# The figures that an article of a rulebook may ask about, and its lengths of time.
RULE_FIGURE: Words = {
    "credibility": _("credibility"),
    "independent_sources": _("number of independent sources"),
    "coordination": _("probability of a campaign"),
    "severity": _("severity"),
    "testimonies": _("testimonies at first hand"),
    "relays": _("reports for somebody else"),
    "disputes": _("disputes"),
    "complainant_minors": _("testimonies that concern a minor"),
    "verified_evidence": _("evidence found genuine"),
    "refuted_evidence": _("evidence found false"),
    "by_channel.public_post": _("public posts"),
    "by_channel.form": _("testimonies through our form"),
    "by_channel.sealed": _("sealed testimonies"),
    "by_channel.user_report": _("reports by users"),
    "by_channel.trusted_flagger": _("reports that come from trusted flaggers"),
    "hours_since_first": _("hours since the first testimony"),
    "account_reach": _("followers"),
    "lasts": _("how long it lasts"),
    "review_within": _("looked at again within"),
    "conduct": _("what happened"),
    "met_on": _("where contact began"),
    "account_age_band": _("age of the person concerned"),
    "account_monetised": _("the account earns money"),
    "account_country": _("country of the account"),
}

VOCABULARIES: Mapping[str, Words] = {
    "case_state": CASE_STATE,
    "ground": GROUND,
    "tie": TIE,
    "outcome": OUTCOME,
    "service": SERVICE,
    "article_field": ARTICLE_FIELD,
    "conduct": CONDUCT,
    "measure": MEASURE,
    "mode": MODE,
    "approval": APPROVAL,
    "stance": STANCE,
    "channel": CHANNEL,
    "evidence": EVIDENCE,
    "field": FIELD,
    "age_band": AGE_BAND,
    "severity": SEVERITY,
    "factor": FACTOR,
    "rulebook": RULEBOOK,
    "rulebook_about": RULEBOOK_ABOUT,
    "platform_kind": PLATFORM_KIND,
    "support": SUPPORT,
    "on_platform": ON_PLATFORM,
    "compared": COMPARED,
    "outcome_figure": OUTCOME_FIGURE,
    "outcome_figure_about": OUTCOME_FIGURE_ABOUT,
    "rule_figure": RULE_FIGURE,
}


def words_for(vocabulary: str, value: object, *, capital: bool = False) -> str:
    """The words for `value` in the reader's language; the value itself when it has none.

    Raises KeyError for a vocabulary that does not exist.
    """
    words = str(VOCABULARIES[vocabulary].get(str(value), value))
    return capfirst(words) if capital else words
