"""The demonstration: the example wave goes through the whole house, once, and what came of it is told in plain words.

The wave is moved so that it ended a few hours before the first load; it stays there. An invented team has looked at
part of what the rulebook proposed, somebody has reported an account, one respondent has answered and another appeals,
an invented ministry was promised something and asks what was done, three invented young creators are looked after, some
invented accounts are asked how old their owners are, so that there is something to see on every side and something left
to do. Loading is one transaction: killed at any point it leaves nothing, and a second run finds everything as it was.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart import records
from rempart.accountability.models import Authority, Request
from rempart.accountability.public.counts import month_from
from rempart.accountability.scope import Scope
from rempart.accountability.services import publishing
from rempart.accountability.services.commitments import keep_commitment, make_commitment
from rempart.accountability.services.requests import add_authority, register_request
from rempart.age import example as age_example
from rempart.care import example as care_example
from rempart.care.models import CareFile
from rempart.care.services.files import conversation_of
from rempart.casework import services
from rempart.casework.models import Appeal, Case, Complainant, Decision, WaveReplay
from rempart.casework.services.appealing import file_appeal
from rempart.casework.services.respondents import side_of, tell
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Message
from rempart.correspondence.services import hear
from rempart.examples import PUBLIC, WAVE
from rempart.intake.models import Testimony, Wave
from rempart.intake.services import HandedReport, import_wave, receive_report
from rempart.ledger import clock
from rempart.ledger.clock import now
from rempart.lookout import example as lookout_example
from rempart.records.lines import Rejects, lines_of
from rempart.records.tables import read_table
from rempart.replay.commands import as_table
from rempart.replay.outcome import Outcome
from rempart.rulebook import load as load_rulebook
from rempart.staff.models import StaffMember
from rempart.staff.roles import Role
from rempart.staff.services import add_member, make_link

ENDED_BEFORE = timedelta(hours=3)
RULES_CHANGED_BEFORE = timedelta(days=75)
BEGAN_BEFORE, ANSWERED_BEFORE = timedelta(hours=2), timedelta(hours=1)
REPORTED = "nathan_krz"
REPLY = "Ce ne sont pas mes messages : mon compte Snapchat a été piraté en mai. Je peux envoyer l’export."
APPEAL = "Je n’ai écrit à personne ce mois-là, et mes directs sont mon seul travail. Merci de relire."
LINK_LASTS = timedelta(hours=12)
VISITOR = "visitor@rempart.example"
VISITS_AS = [role for role in Role if role not in (Role.READER, Role.REVIEWER)]  # the senior reviewer holds theirs too
TEAM = (
    ("ines.caron@rempart.example", "Inès Caron", Role.SENIOR_REVIEWER),
    ("paul.lenoir@rempart.example", "Paul Lenoir", Role.REVIEWER),
)
LIAISON = ("salome.vidal@rempart.example", "Salomé Vidal")
MINISTRY = "Ministère de l’Enfance (exemple inventé)"
ASKED_ABOUT = timedelta(days=7)
ASKED = "Quelles mesures avez-vous prises, et en combien de temps ?"
PROMISED = (
    ("Faire examiner par deux personnes toute restriction d’un compte de mineur.", timedelta(days=30)),
    ("Faire lire les règles par des associations de protection de l’enfance avant de les changer.", timedelta(days=90)),
)
KEPT = "C’est dans les règles en vigueur, et le programme refuse d’appliquer une règle qui ne le ferait pas."


class LeftOver(Exception):
    """People of a demonstration are there and its wave is not; the message is a sentence that says what to do."""


def load() -> tuple[Wave, bool]:
    """The example wave, loaded if it is not there yet, and whether it was loaded now. Raises LeftOver."""
    described = yaml.safe_load((WAVE / "wave.yaml").read_text(encoding="utf-8"))
    wave = Wave.objects.filter(hashtag=described["hashtag"], invented=True).first()
    if wave is not None:
        services.record_lapses()
        return wave, False
    invented = [email for email, *_ in (*TEAM, LIAISON, *care_example.TEAM)]
    if left := StaffMember.objects.filter(email__in=[*invented, VISITOR]).order_by("pk").first():
        raise LeftOver(
            f"{left.email} is of an earlier demonstration whose wave is not here: name an empty folder for this one,"
            " as in REMPART_HOME=~/rempart-demo rempart demo."
        )
    try:
        with transaction.atomic():
            _what_was_before()
            clock.set_offset(-BEGAN_BEFORE)
            wave = _import(described)
            _somebody_reports()
            services.assess_wave(wave)
            services.replay_wave(wave)
            _a_ministry_asks(described["hashtag"])
            team = [add_member(email, name=name, roles=[role]) for email, name, role in TEAM]
            _team_at_work(team)
            visitor = add_member(VISITOR, name="Camille Roy", roles=VISITS_AS)
            clock.set_offset(-ANSWERED_BEFORE)
            _the_other_side_speaks()
            publishing.tell_so_far()
            clock.set_offset(timedelta(0))
            care_example.load()
            age_example.load(*team, visitor)
            lookout_example.load(wave)
    finally:
        clock.set_offset(timedelta(0))
    return wave, True


def _what_was_before() -> None:
    """What the public page tells of the time before: twelve months of invented figures, and rules that have changed."""
    clock.set_offset(-RULES_CHANGED_BEFORE * 2)
    services.put_in_force(load_rulebook(str(PUBLIC / "rempart-2026-05-04.yaml")))
    clock.set_offset(-RULES_CHANGED_BEFORE)
    services.put_in_force(load_rulebook("rempart"))
    _what_was_promised()
    clock.set_offset(-BEGAN_BEFORE)
    told = yaml.safe_load((PUBLIC / "months.yaml").read_text(encoding="utf-8"))
    first = timezone.localtime(now()).date().replace(day=1)
    for back, place in enumerate(reversed(range(len(told["hours_to_answer"]))), start=1):
        month = month_from(
            {
                whole: tuple({name: numbers[place] for name, numbers in way.items()} for way in ways)
                for whole, ways in told["parts"].items()
            },
            alone={name: numbers[place] for name, numbers in told["alone"].items()},
            hours_to_restraint=told["hours_to_restraint"][place],
            hours_to_answer=told["hours_to_answer"][place],
        )
        year, number = divmod(first.year * 12 + first.month - 1 - back, 12)
        publishing.publish(date(year, number + 1, 1), month, invented=True)


def _what_was_promised() -> None:
    """What an invented ministry was promised with the rules: one promise is kept, the other still to be."""
    email, name = LIAISON
    liaison = add_member(email, name=name, roles=[Role.AUTHORITY_LIAISON])
    ministry = add_authority(
        kind=Authority.Kind.MINISTRY,
        name=MINISTRY,
        country="FR",
        language="fr",
        contact="enfance@ministere.example",
        acting=liaison,
    )
    promises = [
        make_commitment(ministry, words=words, owner=liaison, due=now() + within, acting=liaison)
        for words, within in PROMISED
    ]
    keep_commitment(promises[0], because=KEPT, acting=liaison)


def _a_ministry_asks(hashtag: str) -> None:
    """The same ministry asks about the wave: somebody else than who registered it makes sure that it is authentic."""
    register_request(
        Authority.objects.get(name=MINISTRY),
        kind=Request.Kind.QUESTION,
        reference="AN-2026-117",
        scope=Scope(hashtag=hashtag, start=now() - ASKED_ABOUT, end=now(), words=ASKED),
        received_at=now(),
        language="fr",
        acting=StaffMember.objects.get(email=LIAISON[0]),
    )


def _import(described: dict[str, Any]) -> Wave:
    with ExitStack() as stack:
        streams = [stack.enter_context((WAVE / name).open("rb")) for name in described["posts"]]
        rejects = Rejects(sys.stderr.buffer)
        done = import_wave(
            [lines_of(stream) for stream in streams],
            hashtag=described["hashtag"],
            rejects=rejects,
            default_service=described["default_service"],
            source="example",
            accounts=read_table(str(WAVE / described["accounts"]), records.AccountRow, rejects),
            shift=_shift(described["to"]),
        )
    return done.wave


def _shift(ended_at: datetime) -> timedelta:
    """How far the wave moves: to have ended a few hours ago, in whole hours so that nights stay where they were."""
    return timedelta(hours=(now() - ENDED_BEFORE - ended_at) // timedelta(hours=1))


def _somebody_reports() -> None:
    """Somebody of 14 reports to the platform what others say in public, and can be told what became of it."""
    receive_report(
        HandedReport(
            number="example-1",
            service="tiktok",
            about=records.AccountReference("tiktok", REPORTED),
            text="Il m’a écrit après un live, puis il voulait continuer sur Snap et que je n’en parle à personne.",
            reporter=records.Reporter(id="une.abonnee"),
            conduct=["grooming"],
            services=["snapchat"],
            met_on=["tiktok"],
            minor=True,
            country="FR",
            good_faith=True,
        )
    )


def _the_other_side_speaks() -> None:
    """Of those restrained, the first answers and the second appeals, on the pages that they were given."""
    restrained = Decision.objects.in_force().filter(mode=Decision.Mode.PREVENTIVE).exclude(measures__measure="watch")
    decisions = list(restrained.select_related("case__account").order_by("case__account__handle").distinct()[:2])
    for decision, said in zip(decisions, (REPLY, APPEAL), strict=False):
        tell(decision.case)
        side = side_of(decision.case)
        if side is None:
            continue
        kind = Message.Kind.REPLY if said == REPLY else Message.Kind.APPEAL
        hear(side.conversation, text=said, kind=kind)
        if said == APPEAL:
            by, conversation = Appeal.By.RESPONDENT, side.conversation
            file_appeal(decision.case, by=by, conversation=conversation, grounds=said, decision=decision)


def _team_at_work(team: Sequence[StaffMember]) -> None:
    """What the invented team did before one looks: most proposals approved, one declined, one lifted, some left."""
    first, second = team
    proposals = list(
        Decision.objects.filter(state=Decision.State.PROPOSED)
        .select_related("assessment")
        .order_by("-assessment__credibility", "case__account__handle")
    )
    restraining: list[Decision] = []
    for place, proposal in enumerate(proposals):
        if proposal is proposals[-1]:
            services.decline_decision(proposal, acting=first, reason="Rien ne vient d'une première main.")
        elif place % 5 == 4:
            continue
        else:
            decision = services.approve_decision(proposal, acting=first, reason="Les témoignages se recoupent.")
            if decision.approval == "two_reviewers" and place % 5 != 3:
                decision = services.approve_decision(decision, acting=second, reason="Relu, même avis.")
            if decision.state == Decision.State.TAKEN and any(
                one.measure != "watch" for one in decision.measures.all()
            ):
                restraining.append(decision)
    if restraining:
        services.confirm_decision(
            restraining[0], acting=second, reason="Revu : la mesure reste utile jusqu'à son terme."
        )
    if len(restraining) > 1:
        mildest = min(restraining[1:], key=lambda one: one.assessment.severity)
        services.lift_decision(
            mildest, acting=second, reason="À la relecture, les faits décrits ne justifient pas une restriction."
        )


def told(wave: Wave, *, loaded: bool) -> Iterator[str]:
    """What the house made of the wave, a line at a time."""
    posts, testimonies = wave.posts.count(), Testimony.objects.filter(post__waves=wave).count()
    yield f"#{wave.hashtag}, an invented wave: {posts} posts, {testimonies} testimonies, {Case.objects.count()} cases."
    yield "Everybody in it is invented, and so is the team that has already looked at some of the cases."
    if not loaded:
        yield "It was loaded before: everything is as it was left."
    yield ""
    yield "What holds for each account now, under the rulebook in force:"
    heads = ("account", "credibility", "sources", "coordination", "severity", "measure", "where it stands")
    yield from _table(heads, _rows())
    yield ""
    replayed = WaveReplay.objects.filter(wave=wave).first()
    if replayed is not None:
        yield "What each rulebook would have done with the same posts (docs/replay.md says how):"
        yield as_table(msgspec.convert(replayed.rows, list[Outcome]))
    yield "A preventive measure is a precaution: it is no finding, has an end, and can be answered and appealed."


def _rows() -> Iterator[tuple[str, ...]]:
    cases = Case.objects.select_related("account").prefetch_related("assessments", "decisions__measures")
    lines = []
    for case in cases:
        latest = case.assessments.all()[0]
        decision = next((one for one in reversed(case.decisions.all()) if one.state != Decision.State.REPLACED), None)
        lines.append(
            (
                latest.credibility,
                (
                    str(case.account),
                    f"{latest.credibility:.2f}",
                    f"{latest.independent_sources:.1f}",
                    f"{latest.coordination:.2f}",
                    str(latest.severity),
                    ", ".join(one.measure for one in decision.measures.all()) if decision else "none",
                    _stands(decision),
                ),
            )
        )
    return (line for _credibility, line in sorted(lines, key=lambda pair: (-pair[0], pair[1])))


def _stands(decision: Decision | None) -> str:
    if decision is None:
        return ""
    if decision.in_force:
        until = f" until {decision.closes_at:%d %B}" if decision.closes_at else ""
        return f"in force{until}, {decision.mode}{', confirmed' if decision.confirmed_at else ''}"
    if decision.to_come:
        return "begins later, at a random hour, so as not to betray who spoke"
    if decision.state == Decision.State.PROPOSED:
        needed = 2 if decision.approval == "two_reviewers" else 1
        return f"proposed, {1 if decision.approved_at else 0} of {needed} reviewers approved"
    if decision.state == Decision.State.DECLINED:
        return "declined by a reviewer"
    return "lapsed by itself" if decision.lapsed else "lifted by a reviewer"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [tuple(heads), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def sign_in_address(port: int) -> str:
    """An address that signs the visitor of the example in, once."""
    token = make_link(StaffMember.objects.get(email=VISITOR), lasts=LINK_LASTS)
    return f"http://localhost:{port}{reverse('staff:link', args=[token])}"


def outside_addresses(port: int) -> Iterator[tuple[str, str]]:
    """What people outside see of the example: whose page it is, and its address."""
    appeal = Appeal.objects.filter(by=Appeal.By.RESPONDENT).select_related("conversation", "case__account").first()
    if appeal is not None:
        yield f"the page of @{appeal.case.account.handle}, who appeals", _here(link_for(appeal.conversation), port)
    complainant = Complainant.objects.select_related("conversation").first()
    if complainant is not None:
        yield "the page of somebody who reported", _here(link_for(complainant.conversation), port)
    young = CareFile.objects.filter(state=CareFile.State.ACCEPTED).first()
    if young is not None:
        yield f"the page of @{young.handle}, known overnight", _here(link_for(conversation_of(young)), port)
    asked = age_example.to_show()
    if asked is not None and asked.conversation is not None:
        yield f"the page of @{asked.handle}, who is asked to show an age", _here(link_for(asked.conversation), port)


def _here(address: str, port: int) -> str:
    return f"http://localhost:{port}{urlsplit(address).path}"
