"""What the pages of somebody looked after, and of their guardian, show: moments and states turned into sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.urls import reverse
from django.utils.text import capfirst

from rempart.care import showing, wording
from rempart.care.models import Asked, By, CareFile, Guardian, Introduction, Mandate, Peer
from rempart.care.services.asking import arrived
from rempart.casework.statements.dates import Language
from rempart.correspondence.announcing import SENT, endpoints_for
from rempart.correspondence.links import LinkAccess
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.pages.writing import day, moment

Shown = dict[str, Any]
State = CareFile.State
KNOW = ("strangers", "money", "school", "tired")
WHAT_HAPPENS = tuple(f"now_next_{number}" for number in range(1, 6))


@dataclass(frozen=True)
class Reader:
    """Somebody who opened the page of a file by their link: the person looked after, or the adult they let in."""

    access: LinkAccess
    file: CareFile

    @property
    def language(self) -> Language:
        """In which they read."""
        return cast(Language, self.access.conversation.language)

    @property
    def grown_up(self) -> bool:
        """Whether the file is an adult's: they are told “vous”, and nobody is asked about their parents."""
        return self.file.age_band == Account.AgeBand.ADULT

    @property
    def words(self) -> wording.Texts:
        """Every sentence of the page."""
        return wording.sentences("page", self.language, self.grown_up)

    def url(self, name: str, *more: object) -> str:
        """The address of one of their pages."""
        return reverse(f"care:{name}", args=[self.access.token, *more])

    @cached_property
    def peer(self) -> bool:
        """Whether help is offered after the death of somebody they knew, and not because they became known."""
        return Peer.objects.filter(file=self.file, postvention__mistaken_at=None).exists()

    def frame(self) -> Shown:
        """What every page of theirs shows."""
        return {
            "access": self.access,
            "words": self.words,
            "helplines": wording.helplines(self.file.country, self.file.age_band, self.language),
            "page_url": self.url("young"),
            "not_well": self.url("young-now"),
            "now_url": self.url("young-now"),
            "call_url": self.url("young-call"),
        }

    def wish(self, kind: Asked.Kind) -> Shown | None:
        """The human they asked for and still wait for: what was sent, and whether somebody sees to it."""
        return wish_shown(self.file, kind, Asked.Voice.YOUNG, self.words)

    def front(self) -> Shown:
        """The page itself."""
        file, said = self.file, self.words
        standing, mine = file.standing, self.access.holder == "self"
        over = standing in {State.DECLINED, State.ENDED, State.FROZEN}
        quiet = over or not mine or self.peer
        known = () if self.peer else KNOW
        return self.frame() | {
            "hello": said["hello_peer" if self.peer and standing == State.OFFERED else f"hello_{standing.value}"],
            "paused": self._paused(standing),
            "wish": self.wish(Asked.Kind.NOT_WELL),
            "choices": self._choices(standing) if mine else [],
            "answer_url": self.url("young-answer"),
            "silent": standing == State.FROZEN or not mine,
            "call": self.wish(Asked.Kind.CALL),
            "adult": None if quiet or self.grown_up else self.adult(),
            "protections": None if quiet else showing.protections(file),
            "shield": None if quiet else showing.shield(file),
            "settings_lead": said["settings_lead"],
            "mentor": None if quiet else self._mentor(),
            "agents": self.agents() if mine else [],
            "know": [
                {"title": said[f"know_{one}"], "text": said[f"know_{one}_text"]}
                for one in known
                if one != "school" or not self.grown_up
            ],
            "duties": [] if self.peer else wording.duties(file.country, file.age_band, "young", self.language),
            "open": self.access.conversation.closed_at is None,
            "written": self.wish(Asked.Kind.MESSAGE),
            "ways_out": self._ways_out(standing) if mine else [],
            "renew_url": self.url("young-renew") if mine and self.reached else "",
        }

    @property
    def reached(self) -> bool:
        """Whether a new link would arrive anywhere: they gave an address, or the platform hands links over."""
        conversation = self.access.conversation
        return conversation.sealed_email is not None or bool(endpoints_for(conversation, SENT))

    def adult(self) -> Shown:
        """What they said of telling a parent, who was told, and whether that person sees their settings."""
        file, said = self.file, self.words
        safe = file.safe_to_tell_guardian
        answered = {
            CareFile.Safe.YES: said["adult_said_yes"],
            CareFile.Safe.LATER: said["adult_said_later"],
            CareFile.Safe.NO: said["adult_said_unsafe"],
        }
        people = list(file.guardians.filter(left_at=None)) if safe == CareFile.Safe.YES else []
        return {
            "said": answered.get(CareFile.Safe(safe), ""),
            "people": [self._told(one) for one in people],
            "sees": any(one.sees for one in people) if any(one.told_at for one in people) else None,
            "sees_url": self.url("young-sees"),
            "url": self.url("young-adult"),
        }

    def _told(self, guardian: Guardian) -> str:
        name = "adult_told" if guardian.told_at else "adult_not_told"
        return capfirst(self.words[name].format(name=guardian.name, day=day(guardian.told_at or now())))

    def _paused(self, standing: State) -> str:
        if standing != State.PAUSED:
            return ""
        until = self.file.paused_until
        return self.words["paused_until"].format(day=day(until)) if until else self.words["paused_open"]

    def _choices(self, standing: State) -> list[Shown]:
        offered = [("yes", "yes_please"), ("no", "no_thanks")]
        known = {
            State.OFFERED: offered,
            State.DECLINED: [("yes", "yes_after_all")],
            State.ENDED: [("yes", "yes_after_all")],
            State.PAUSED: [("resume", "resume")],
        }
        return [{"value": value, "label": self.words[name]} for value, name in known.get(standing, [])]

    def _mentor(self) -> Shown | None:
        made = self.file.introductions.filter(declined_at=None, ended_at=None).select_related("mentor").first()
        if made is None:
            return None
        name, said = made.mentor.name, self.words
        return {
            "lead": said["mentor_with" if made.accepted_at else "mentor_lead"].format(name=name),
            "words": _in(made.mentor.words, self.language),
            "odd": said["mentor_odd"].format(name=name),
            "accepted": made.accepted_at is not None,
            "stop": said["mentor_stop"].format(name=name),
            "url": self.url("young-mentor", made.pk),
        }

    def introduction(self, number: int) -> Introduction | None:
        """One of theirs that is proposed or going on."""
        return self.file.introductions.filter(pk=number, declined_at=None, ended_at=None).first()

    def mandates(self) -> Iterable[Mandate]:
        """Those that hold or wait for the team's check."""
        return self.file.mandates.filter(revoked_at=None, ends_at__gt=now())

    def agents(self) -> list[Shown]:
        """Whoever works for them, with the way to end it."""
        return [agent_shown(one, self.words, self.url("young-agent", one.pk)) for one in self.mandates()]

    def _ways_out(self, standing: State) -> list[Shown]:
        names = ["erase"]
        if standing in {State.OFFERED, State.ACCEPTED}:
            names = ["pause", "stop", "erase"]
        elif standing == State.PAUSED:
            names = ["stop", "erase"]
        elif standing == State.FROZEN:
            names = []
        return [{"label": self.words[name], "url": self.url(f"young-{name}")} for name in names]


def wish_shown(file: CareFile, kind: Asked.Kind, voice: Asked.Voice, said: wording.Texts) -> Shown | None:
    """The human whom one of them asked for and still waits for; None where nobody is waited for."""
    wish = file.asked.filter(kind=kind, voice=voice, settled_at=None).first()
    if wish is None:
        return None
    stands = "taken" if wish.taken_at else "sent"
    if kind == Asked.Kind.NOT_WELL and stands == "sent" and not arrived(wish):
        stands = "noted"  # nothing is promised that is not known
    name = f"wish_{kind.value}_{stands}"
    return {
        "object": wish,
        "taken": wish.taken_at is not None,
        "said": said[name].format(moment=moment(wish.taken_at or wish.asked_at)),
    }


def agent_shown(mandate: Mandate, said: wording.Texts, url: str) -> Shown:
    """Somebody who works for them: about what, until when, who said so, and where to end it."""
    given = said["agent_given_guardian" if mandate.by == By.GUARDIAN else "agent_given_young"]
    return {
        "name": mandate.name,
        "company": mandate.company,
        "about": ", ".join(said[f"agent_scope_{one}"] for one in mandate.scope),
        "given": given.format(day=day(mandate.given_at)),
        "until": said["agent_until"].format(day=day(mandate.ends_at)),
        "checked": mandate.checked_at is not None,
        "stop": said["agent_stop"].format(name=mandate.name),
        "url": url,
    }


def _in(words: dict[str, str], language: Language) -> str:
    return words.get(language) or next(iter(words.values()), "")
