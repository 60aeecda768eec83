"""The reasons of a decision, in plain words, as the person concerned will read them (DSA Art. 17).

First what is restricted and until when, then that a precaution is no finding, then why, then what happens next and what
one can do. Nothing in them tells how many people spoke, or who: with few sources that would be enough to find them.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from rempart.records.decision import Reasons
from rempart.records.vocabulary import Approval
from rempart.rulebook.article import Article, Judgement
from rempart.rulebook.words import MEASURES_DONE, Language, moment


class Wording(msgspec.Struct, frozen=True):
    """The reasons in one language, all but their dates: `before` the end, `between` end and review, `after` both."""

    language: Language
    before: str
    between: str
    after: str

    def dated(self, ends_at: datetime | None, review_at: datetime | None) -> str:
        """The whole text."""
        end = moment(ends_at, self.language) if ends_at is not None else ""
        review = moment(review_at, self.language) if review_at is not None else ""
        return f"{self.before}{end}{self.between}{review}{self.after}"


def wordings(judgement: Judgement, articles: Iterable[Article]) -> tuple[Wording, Wording]:
    """The French and English words of a judgement that rests on `articles` (those of its `because`)."""
    articles = tuple(articles)
    return _wording(judgement, articles, "fr"), _wording(judgement, articles, "en")


def reasons(wording: tuple[Wording, Wording], *, ends_at: datetime | None, review_at: datetime | None) -> Reasons:
    """The reasons of one decision: words with its dates."""
    french, english = wording
    return Reasons(fr=french.dated(ends_at, review_at), en=english.dated(ends_at, review_at))


_NOTHING: dict[Language, str] = {
    "fr": "Aucun article du règlement ne s'applique : rien ne change pour ce compte.",
    "en": "No article of the rulebook applies: nothing changes for this account.",
}
_UNTIL: dict[Language, str] = {"fr": "Jusqu'au ", "en": "Until "}
_PRECAUTION: dict[Language, str] = {
    "fr": "C'est une précaution : personne n'a décidé que vous avez fait quelque chose de mal.",
    "en": "This is a precaution: nobody has decided that you did anything wrong.",
}
_FINAL: dict[Language, str] = {
    "fr": "Cette décision n'est pas une mesure provisoire.",
    "en": "This decision is not a temporary precaution.",
}
_FINAL_PENDING: dict[Language, str] = {
    "fr": "Un autre article permet une décision qui n'est pas provisoire. Si elle était prise, ce serait à part, et on "
    "vous le dirait.",
    "en": "Another article allows a decision that is not temporary. If it were taken, it would be separately, and you "
    "would be told.",
}
_WHY: dict[Language, str] = {"fr": "Pourquoi : ", "en": "Why: "}
_LIFTS: dict[Language, str] = {
    "fr": "À la date de fin, tout revient comme avant sans que vous ayez rien à faire.",
    "en": "On the end date everything goes back to how it was, without you having to do anything.",
}
_REVIEW: dict[Language, str] = {
    "fr": "Une personne regardera de nouveau, au plus tard le ",
    "en": "A person will look at it again, at the latest on ",
}
_APPROVAL: dict[Language, dict[Approval, str]] = {
    "fr": {
        "automatic": "Un programme a pris cette décision. Vous pouvez demander qu'une personne la regarde.",
        "one_reviewer": "Cette décision s'applique seulement si une personne de l'équipe est d'accord.",
        "two_reviewers": "Cette décision s'applique seulement si deux personnes de l'équipe sont d'accord.",
    },
    "en": {
        "automatic": "A program took this decision. You can ask for a person to look at it.",
        "one_reviewer": "This decision applies only if a person on the team agrees.",
        "two_reviewers": "This decision applies only if two people on the team agree.",
    },
}
_REPLY: dict[Language, str] = {
    "fr": "Vous pouvez répondre et donner votre version.",
    "en": "You can answer and tell your side.",
}
_APPEAL: dict[Language, str] = {
    "fr": "Vous pouvez faire appel, gratuitement : quelqu'un d'autre regardera.",
    "en": "You can appeal, free of charge: somebody else will look at it.",
}


def _wording(judgement: Judgement, articles: tuple[Article, ...], language: Language) -> Wording:
    if judgement.approval is None:
        return Wording(language, _NOTHING[language], "", "")
    done = "; ".join(MEASURES_DONE[language][measure] for measure in judgement.measures)
    if language == "fr":
        done = done.replace("; ", " ; ").replace("  ", " ")
    colon = " : " if language == "fr" else ": "
    preventive = judgement.mode == "preventive"
    if judgement.lasts is None:
        before, between = "", f"{done[0].upper()}{done[1:]}."
    else:
        before, between = _UNTIL[language], f"{colon}{done}."
    between += "\n" + (_PRECAUTION if preventive else _FINAL)[language]
    between += "\n" + "\n".join(
        f"{_WHY[language]}{article.title[language]}. {article.text[language]}" for article in articles
    )
    if judgement.final_pending:
        between += "\n" + _FINAL_PENDING[language]
    next_ = "\n" + _APPROVAL[language][judgement.approval]
    after = ""
    if judgement.review_within is not None:
        next_, after = next_ + " " + _REVIEW[language], "."
    if preventive and judgement.lasts is not None:
        after += " " + _LIFTS[language]
    if any(article.right_of_reply for article in articles):
        after += "\n" + _REPLY[language] + " " + _APPEAL[language]
    return Wording(language, before, between + next_, after)
