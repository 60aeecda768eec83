"""An example for the arguments of each route that has some: tests/site/test_roles.py tries the routes with them.

**To add a route**: give it a row in docs/roles.md and, if its address has arguments (or its form has to be filled in
for it to find its object), an entry in EXAMPLES: a function of the world that returns the arguments. Objects are made
once, in `make_world`, and whatever a request changes is undone after it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import override_settings

from rempart.rulebook import load

if TYPE_CHECKING:
    from rempart.accountability.models import Answer, Commitment, Submission, TransparencyReport
    from rempart.age.models import Attempt, Challenge, Comeback, ProtectionCase, UnderAgeReport, Voucher
    from rempart.care.models import Asked, CareFile, Mentor, Postvention
    from rempart.casework.models import (
        AccountLink,
        Appeal,
        Case,
        DisclosedFact,
        DraftComparison,
        LegalHold,
        Macro,
        Reconsideration,
        Referral,
        ReportingRestriction,
        RulebookVersion,
        SavedFilter,
        SecondReview,
        ServiceNotice,
        Simulation,
        ThreatDecision,
        ThresholdSweep,
        UnfoundedReport,
    )
    from rempart.correspondence.models import Delivery, Endpoint, Message
    from rempart.files.models import StoredFile
    from rempart.intake.models import Report, Wave
    from rempart.lookout.models import FameAlert, LiveWave, PileOn, WaveAlert
    from rempart.platforms.models import Drift, Execution, Platform
    from rempart.staff.models import MachineKey, StaffMember


@dataclass(frozen=True)
class World:
    """One of each thing."""

    member: "StaffMember"
    link: str
    key: "MachineKey"
    wave: "Wave"
    alert: "WaveAlert"
    live_wave: "LiveWave"
    star: "FameAlert"
    pile_on: "PileOn"
    case: "Case"
    rulebook: "RulebookVersion"
    simulation: "Simulation"
    sweep: "ThresholdSweep"
    comparison: "DraftComparison"
    file: "StoredFile"
    locked: "StoredFile"
    message: "Message"
    endpoint: "Endpoint"
    delivery: "Delivery"
    threat: "ThreatDecision"
    referral: "Referral"
    hold: "LegalHold"
    filter: "SavedFilter"
    macro: "Macro"
    appeal: "Appeal"
    reconsideration: "Reconsideration"
    second_review: "SecondReview"
    report: "Report"
    fact: "DisclosedFact"
    finding: "UnfoundedReport"
    restriction: "ReportingRestriction"
    platform: "Platform"
    execution: "Execution"
    drift: "Drift"
    identity: "AccountLink"
    notice: "ServiceNotice"
    answer: "Answer"
    promise: "Commitment"
    transparency: "TransparencyReport"
    submission: "Submission"
    asked: "Challenge"
    voucher: "Voucher"
    care_file: "CareFile"
    wish: "Asked"
    mentor: "Mentor"
    death: "Postvention"

    @property
    def token(self) -> str:
        """The token of a link to a conversation."""
        from rempart.correspondence.links import token_for

        return token_for(self.message.conversation)

    @property
    def respondent_token(self) -> str:
        """The token of a link to a respondent's page."""
        from rempart.correspondence.links import token_for

        return token_for(self.case.respondent_side.conversation)

    @property
    def complainant_token(self) -> str:
        """The token of a link to the page of somebody who reported."""
        from rempart.correspondence.links import token_for

        return token_for(self.report.conversation)


def make_world() -> World:
    """Make one of each thing."""
    from rempart import records
    from rempart.casework.models import (
        Appeal,
        DisclosedFact,
        DraftComparison,
        Outcome,
        Reconsideration,
        ReportingRestriction,
        RespondentSide,
        SecondReview,
        ServiceNotice,
        Simulation,
        ThresholdSweep,
    )
    from rempart.casework.services import record_assessment, rulebook_in_force
    from rempart.casework.services.authorities import assemble_referral, open_threat
    from rempart.casework.services.desk import keep_macro, save_filter
    from rempart.casework.services.identity import propose_link
    from rempart.casework.services.misuse import find_unfounded
    from rempart.correspondence.endpoints import add_endpoint
    from rempart.correspondence.services import open_conversation, say
    from rempart.files.services import keep
    from rempart.intake.models import Account, Wave
    from rempart.intake.services import HandedReport, receive_report
    from rempart.ledger.clock import now
    from rempart.ledger.log import checkpoint_now
    from rempart.lookout.models import FameAlert, LiveWave, PileOn, WaveAlert
    from rempart.staff.keys import Scope, make_key
    from rempart.staff.services import add_member, make_link

    moment = now()
    member = add_member("example@rempart.example", name="Example", roles=["reader"])
    wave = Wave.objects.create(hashtag="example", opened_at=moment)
    account = Account.objects.create(service="tiktok", handle="example", age_band="18_plus", first_seen_at=moment)
    said = records.Assessment(
        about=account.reference,
        as_of=moment,
        testimonies=6,
        relays=0,
        disputes=0,
        credibility=0.9,
        independent_sources=4.0,
        coordination=0.0,
        severity=3,
        met_on=["tiktok"],
    )
    file = keep(b"A text", name="example.txt")
    endpoint, _secret = add_endpoint("Example", "http://127.0.0.1:9/", acting=None)
    conversation = open_conversation("complainant", about="example:1", person="example:2", service="tiktok", report="1")
    message = say(conversation, text="Example", files=[file])
    case = record_assessment(account, said, *rulebook_in_force())
    about, person = f"casework.case:{case.pk}", f"intake.account:{account.pk}"
    theirs = open_conversation("respondent", about=about, person=person)
    RespondentSide.objects.create(
        case=case, conversation=theirs, opened_at=moment, reply_until=moment + timedelta(days=14)
    )
    liaison = add_member("liaison@rempart.example", name="Liaison", roles=["authority_liaison"])
    asked = {"kind": "justice", "language": "fr", "addressee": "Example", "reason": "Example"}
    referral = assemble_referral(case, acting=liaison, **asked)
    senior = add_member("senior@rempart.example", name="Senior", roles=["senior_reviewer"])
    outcome = Outcome.objects.create(
        case=case, kind="no_action", decided_at=moment, decided_by=member, because="Example"
    )
    sent = HandedReport(
        number="1", about=account.reference, text="Example", minor=True, reporter=records.Reporter(id="example")
    )
    report = receive_report(sent)
    fact = DisclosedFact.objects.create(
        case=case,
        complainant=report.conversation.complainant,
        text={"fr": "Exemple", "en": "Example"},
        category="harassment",
        month="2026-06",
        proposed_at=moment,
        proposed_by=senior,
    )
    restriction = ReportingRestriction.objects.create(
        kind="warning",
        reporter="example",
        begins_at=moment,
        ends_at=moment + timedelta(days=180),
        decided_by=senior,
        because={"fr": "Exemple", "en": "Example"},
        weighed={},
    )
    elsewhere = records.AccountReference("snapchat", "example")
    checkpoint_now()
    platform, execution, drift = on_a_platform(said, acting=[member, senior])
    care_file, wish, mentor, death = looked_after()
    asked, voucher = asked_about_age()
    seen = {"score": 6.0, "received_at": moment, "raised_at": moment}
    in_force, _book = rulebook_in_force()
    tried = {"rulebook": in_force.name, "version": in_force.version, "text": in_force.text}
    tried |= {"asked_at": moment, "asked_by": member}
    return World(
        asked=asked,
        voucher=voucher,
        care_file=care_file,
        wish=wish,
        mentor=mentor,
        death=death,
        platform=platform,
        execution=execution,
        drift=drift,
        member=member,
        link=make_link(member),
        key=make_key("Example", [Scope.ORDERS], acting=None)[0],
        wave=wave,
        live_wave=LiveWave.objects.create(
            tag="balancetonyoutubeur", posts=9, authors=8, testimonies=5, started_at=moment, detected_at=moment, **seen
        ),
        star=FameAlert.objects.create(
            service="tiktok",
            number="77",
            tier="support",
            alert_at=moment,
            growth=20.0,
            expected=4.0,
            observed=80.0,
            **seen,
        ),
        pile_on=PileOn.objects.create(
            target="tiktok:somebody",
            started_at=moment,
            detected_at=moment,
            ended_at=moment,
            actors=30,
            actions=41,
            observed=30,
            expected=2.0,
            **seen,
        ),
        alert=WaveAlert.objects.create(wave=wave, hour=moment, observed=6, expected=1.0, raised_at=moment),
        case=case,
        rulebook=rulebook_in_force()[0],
        simulation=Simulation.objects.create(seed=1, accounts=10, rulebooks=["rempart"], asked_at=moment),
        sweep=ThresholdSweep.objects.create(
            **tried,
            article="watch",
            parameter="credibility",
            first="0.1",
            last="0.9",
            count=3,
            accounts=10,
            seed=1,
            base_rate=50,
        ),
        comparison=DraftComparison.objects.create(**tried),
        file=file,
        locked=keep(b"Another text", name="locked.txt", suspected_intimate=True),
        message=message,
        endpoint=endpoint,
        delivery=message.deliveries.get(),
        threat=open_threat(case, because="Example"),
        referral=referral,
        hold=referral.holds.get(),
        filter=save_filter("Example", "state=waiting", shared=False, acting=member),
        macro=keep_macro("Example", "reason", {"fr": "Exemple", "en": "Example"}, acting=senior),
        second_review=SecondReview.objects.create(
            outcome=outcome, case=case, first=outcome.kind, first_by=member, drawn_at=moment
        ),
        appeal=Appeal.objects.create(
            by="reporter",
            conversation=report.conversation,
            restriction=restriction,
            filed_at=moment,
            grounds="Example",
            due_at=moment + timedelta(days=14),
        ),
        reconsideration=Reconsideration.objects.create(
            case=case, decision=case.decisions.first(), asked_at=moment, due_at=moment + timedelta(days=3)
        ),
        report=report,
        fact=fact,
        identity=propose_link(case, elsewhere, evidence="Example", acting=senior),
        notice=ServiceNotice.objects.create(
            report=report, service="snapchat", handle="example", month="2026-06", drafted_at=moment, state="asked"
        ),
        transparency=published_report(liaison),
        submission=refused_submission(),
        answer=(answer := drafted_answer(liaison)),
        promise=promised(answer, liaison),
        finding=find_unfounded(report, gravity=1, intent="unknown", acting=senior, reason="Example"),
        restriction=restriction,
    )


def drafted_answer(liaison: "StaffMember") -> "Answer":
    """The answer to an order about an account, drafted by somebody who is nobody of those who try."""
    from rempart.accountability.scope import Scope
    from rempart.accountability.services.answering import draft_answer
    from rempart.accountability.services.requests import (
        acknowledge_request,
        add_authority,
        authenticate_request,
        register_request,
    )
    from rempart.ledger.clock import now
    from rempart.records import AccountReference
    from rempart.staff.services import add_member

    second = add_member("second@rempart.example", name="Second", roles=["authority_liaison"])
    described = {"kind": "court", "name": "Example", "country": "FR", "language": "en", "contact": "Example"}
    request = register_request(
        add_authority(**described, acting=liaison),
        kind="order_to_inform",
        reference="1",
        legal_basis="Example",
        scope=Scope(accounts=(AccountReference("tiktok", "example"),)),
        received_at=now(),
        language="en",
        acting=liaison,
    )
    authenticate_request(request, how="channel", because="Example", acting=second)
    acknowledge_request(request, sent_by="Example", acting=liaison)
    return draft_answer(request, language="en", words="Example", acting=second)


def promised(answer: "Answer", liaison: "StaffMember") -> "Commitment":
    """Something promised in an answer."""
    from rempart.accountability.services.commitments import make_commitment
    from rempart.ledger.clock import now

    given = {"words": "Example", "owner": liaison, "due": now() + timedelta(days=1), "acting": liaison}
    return make_commitment(answer.request.authority, request=answer.request, **given)


def published_report(acting: "StaffMember") -> "TransparencyReport":
    """A transparency report of the year before, published."""
    from rempart.accountability.services.reporting import count_report, publish_report
    from rempart.ledger.clock import now

    year = now().year - 1
    return publish_report(count_report("tiktok", date(year, 1, 1), date(year, 12, 31), acting=acting), acting=acting)


def refused_submission() -> "Submission":
    """A statement of reasons that the Transparency Database refused."""
    from rempart.accountability.models import Submission
    from rempart.ledger.clock import now

    problems = [{"field": "category", "rule": "value", "message": "is no category"}]
    return Submission.objects.create(
        puid="rempart-1", made_at=now(), enlisted_at=now(), state=Submission.State.REFUSED, problems=problems
    )


def on_a_platform(said: Any, *, acting: "list[StaffMember]") -> "tuple[Platform, Execution, Drift]":
    """A platform that covers an account on which a measure was taken, that could not be carried out."""
    from msgspec.structs import replace

    from rempart.casework.models import MeasureTaken, PlatformOrder
    from rempart.casework.services import record_assessment, rulebook_in_force
    from rempart.casework.services.taking import take
    from rempart.intake.models import Account
    from rempart.ledger.clock import now
    from rempart.platforms.models import Drift, Execution, Platform

    moment = now()
    where = {"service": "matrix", "hosts": ["example.org"], "address": "http://127.0.0.1:9"}
    platform = Platform.objects.create(name="example", kind="matrix", added_at=moment, **where)
    account = Account.objects.create(
        service="matrix", handle="@example:example.org", age_band="18_plus", first_seen_at=moment
    )
    case = record_assessment(account, replace(said, about=account.reference), *rulebook_in_force())
    decision = case.decisions.first()
    decision.approval, decision.approved_by, decision.seconded_by = "two_reviewers", *acting
    decision.approved_at = decision.seconded_at = moment
    decision.approved_because = decision.seconded_because = "Example"
    if decision.state == decision.State.PROPOSED:
        take(decision)
    measure = MeasureTaken.objects.filter(decision=decision).exclude(measure="watch").first()
    order = PlatformOrder.objects.get(measure=measure, action="apply")
    execution, _new = Execution.objects.update_or_create(
        order=order, defaults={"platform": platform, "state": "failed", "problem": "HTTP 400", "next_try_at": moment}
    )
    return platform, execution, Drift.objects.create(platform=platform, measure=measure, kind="lost", found_at=moment)


@dataclass(frozen=True)
class Example:
    """What a route is tried with: the arguments of its address, and what a form sends.

    own: the arguments when each member has an object of their own; it is given the member, or None for nobody.
    """

    arguments: Callable[[World], dict[str, Any]] = lambda _world: {}
    own: Callable[[Any], dict[str, Any]] = lambda _member: {}
    sent: dict[str, Any] = field(default_factory=dict)


def young_token(file: "CareFile") -> str:
    """The signed link of somebody looked after."""
    from rempart.care.services.files import conversation_of
    from rempart.correspondence.links import token_for

    return token_for(conversation_of(file))


def guardian_token(file: "CareFile") -> str:
    """The signed link of a parent whom somebody looked after let the team tell."""
    from rempart.care.services.files import say_whether_safe
    from rempart.care.services.people import name_guardian, tell_guardian
    from rempart.correspondence.links import token_for

    say_whether_safe(file, True)
    guardian = name_guardian(file, name="Example", reach="g@example.org")
    tell_guardian(guardian)
    guardian.refresh_from_db()
    return token_for(guardian.conversation)


def shielded(file: "CareFile") -> None:
    """A shield with a comment in it, which they accepted."""
    from rempart.care.models import By
    from rempart.care.services.shields import Said, collect, open_shield
    from rempart.ledger.clock import now
    from rempart.records import AccountReference

    author = AccountReference("tiktok", "example.author")
    collect(open_shield(file, by=By.YOUNG), [Said(number="c-1", author=author, said_at=now(), text="Example")])


def looked_after() -> "tuple[CareFile, Asked, Mentor, Postvention]":
    """Somebody looked after who asks for a call, a mentor, and what follows a death."""
    from rempart.care.services.asking import ask_for_call
    from rempart.care.services.files import open_file
    from rempart.care.services.people import add_mentor
    from rempart.care.services.postvention import declare_death
    from rempart.correspondence.services import hear
    from rempart.records import AccountReference
    from rempart.staff.services import add_member

    carer = add_member("looks-after@rempart.example", name="Carer", roles=["care"])
    file = open_file(AccountReference("tiktok", "example.young"), acting=carer, because="Example")
    shielded(file)
    hear(file.conversation, text="", files=[("example.txt", b"Example")])
    mentor = add_mentor(name="Example", reach="m@example.org", words="Example", languages=["fr"], acting=carer)
    death = declare_death(AccountReference("tiktok", "example.lost"), source="family", acting=carer)
    return file, ask_for_call(file), mentor, death


def gate_token() -> str:
    """The address of somebody who signs up."""
    from rempart.age.services.gate import address_of

    return address_of(sign_up()).rstrip("/").rpartition("/")[2]


def proof_token() -> str:
    """The address of a page on which somebody is asked to show their age."""
    from rempart.age.models import Subject
    from rempart.age.services.proofs import ask_for_proof

    return ask_for_proof(Subject.attempt("tiktok", "s-1"), over=15, purpose="gate").token


def sign_up() -> "Attempt":
    """A sign-up that was asked already."""
    from rempart.age.services.gate import answer, make_attempt

    with override_settings(REMPART_AGE_RETURN=["https://app.example"]):
        made = make_attempt(service="tiktok", number="s-1", return_to="https://app.example/on")
    return answer(made.attempt, date(2000, 1, 1))


def young_sign_up() -> str:
    """The address of somebody who signs up and needs a guardian."""
    from rempart.age.services.gate import address_of, answer, make_attempt
    from rempart.ledger.clock import now

    with override_settings(REMPART_AGE_RETURN=["https://app.example"]):
        made = make_attempt(service="tiktok", number="s-2", return_to="https://app.example/on", country="FR")
    today = now().date()
    answer(made.attempt, date(today.year - 14, today.month, 1))
    return address_of(made.attempt).rstrip("/").rpartition("/")[2]


def age_guardian() -> str:
    """The token of the page of a guardian who was asked."""
    from rempart.age.models import Subject
    from rempart.age.services.consents import ask_guardian, bonds_of, link_of

    young = Subject.account("tiktok", "example.young")
    bond = next(iter(bonds_of(young)), None) or ask_guardian(young, safe=True)
    return link_of(bond).rstrip("/").rpartition("/")[2]


def under_age_report() -> "UnderAgeReport":
    """A report that somebody is too young."""
    from rempart.age.services.reports import report_account
    from rempart.records import AccountReference

    return report_account(AccountReference("tiktok", "example.young"), reason="said_so")


def under_age_report_token() -> str:
    """The signed link of whoever made it."""
    from rempart.correspondence.links import token_for

    return token_for(under_age_report().conversation)


def comeback() -> "Comeback":
    """A new account that resembles a closed one."""
    from rempart.age.models import Comeback
    from rempart.age.services.comebacks import look_for, remember
    from rempart.records import AccountReference

    remember(AccountReference("tiktok", "lou.dessine"))
    look_for(AccountReference("tiktok", "lou_dessine2"))
    return Comeback.objects.get()


def protection_case() -> "ProtectionCase":
    """A child whom somebody may be hurting."""
    from rempart.age.services.safeguarding import look_first
    from rempart.records import AccountReference

    found = look_first(AccountReference("tiktok", "example.hurt"), sign="said")
    assert found is not None
    return found


def asked_about_age() -> "tuple[Challenge, Voucher]":
    """Somebody who is asked how old they are, and whoever vouches for them."""
    from rempart.age.services.appealing import check_voucher, name_voucher
    from rempart.age.services.challenges import open_challenge
    from rempart.records import AccountReference
    from rempart.staff.services import add_member

    decider = add_member("decides@rempart.example", name="Decider", roles=["reviewer"])
    challenge = open_challenge(AccountReference("tiktok", "example.asked"), because="sweep", step="ask")
    voucher = name_voucher(challenge, capacity="school", name="Example", email="v@example.org")
    return challenge, check_voucher(voucher, acting=decider, how="Example")


def token_of(thing: "Challenge | Voucher") -> str:
    """The signed link of the conversation with them."""
    from rempart.correspondence.links import token_for

    assert thing.conversation is not None
    return token_for(thing.conversation)


def own_passkey(member: Any) -> dict[str, Any]:
    """The passkey of whoever tries."""
    return {"pk": member.authenticator_set.get(type="webauthn").pk if member else 0}


EXAMPLES: dict[str, Example] = {
    "matrix:antispam": Example(lambda world: {"name": "home", "callback": "user_may_invite"}),
    "matrix:transaction": Example(lambda world: {"name": "home", "number": "1"}),
    "staff:link": Example(lambda world: {"token": world.link}),
    "files:open": Example(lambda world: {"pk": world.file.pk}),
    "files:image": Example(lambda world: {"pk": world.file.pk}),
    "files:locked-file": Example(lambda world: {"pk": world.locked.pk}),
    "files:open-locked": Example(lambda world: {"pk": world.locked.pk}, sent={"because": "Reported twice"}),
    "files:report-locked": Example(lambda world: {"pk": world.locked.pk}, sent={"authority": "Pharos"}),
    "files:destroy-locked": Example(lambda world: {"pk": world.locked.pk}),
    "correspondence:mailbox": Example(lambda world: {"token": world.token}),
    "correspondence:adult": Example(lambda world: {"token": world.token}),
    "correspondence:mail": Example(lambda world: {"token": world.token}),
    "correspondence:attachment": Example(lambda world: {"token": world.token, "pk": world.file.pk}),
    "correspondence:endpoint": Example(lambda world: {"pk": world.endpoint.pk}),
    "correspondence:retry": Example(lambda world: {"pk": world.delivery.pk}),
    "staff:member": Example(lambda world: {"pk": world.member.pk}),
    "staff:change-member": Example(lambda world: {"pk": world.member.pk, "name": "roles"}),
    "staff:revoke-key": Example(lambda world: {"pk": world.key.pk}),
    "mfa_remove_webauthn": Example(own=own_passkey),
    "openid_connect_login": Example(lambda world: {"provider_id": "staff"}),
    "openid_connect_callback": Example(lambda world: {"provider_id": "staff"}),
    "care:file": Example(lambda world: {"pk": world.care_file.pk}),
    "care:attachment": Example(
        lambda world: {
            "pk": world.care_file.pk,
            "number": world.care_file.conversation.messages.get(files__isnull=False).files.get().pk,
        }
    ),
    "care:asked": Example(lambda world: {"pk": world.wish.pk}),
    "care:mentor": Example(lambda world: {"pk": world.mentor.pk, "name": "check"}),
    "care:death": Example(lambda world: {"pk": world.death.pk}),
    "care:protecting": Example(lambda world: {"pk": world.care_file.pk}, sent={"do": "propose", "of": "no_live"}),
    "care:evidence": Example(lambda world: {"pk": world.care_file.pk}),
    "age:gate": Example(lambda _world: {"token": gate_token()}),
    "age:reporter": Example(lambda _world: {"token": under_age_report_token()}),
    "age:matter": Example(lambda _world: {"pk": under_age_report().matter_id}),
    "age:comeback": Example(lambda _world: {"pk": comeback().pk}),
    "age:protection": Example(lambda _world: {"pk": protection_case().pk}),
    "api:age-proof": Example(lambda _world: {"number": proof_token()}),
    "api:age-attempt": Example(lambda _world: {"number": sign_up().number}),
    "api:age-attempt-account": Example(lambda _world: {"number": sign_up().number}),
    **{
        f"age:proof{part}": Example(lambda _world: {"token": proof_token()})
        for part in ("", "-code", "-state", "-response", "-digital")
    },
    "age:challenge": Example(lambda world: {"pk": world.asked.pk}),
    "age:asked": Example(lambda world: {"token": token_of(world.asked)}),
    "age:asked-say": Example(lambda world: {"token": token_of(world.asked)}),
    "age:asked-show": Example(lambda world: {"token": token_of(world.asked)}),
    "age:asked-appeal": Example(lambda world: {"token": token_of(world.asked)}),
    "age:asked-vouch": Example(lambda world: {"token": token_of(world.asked)}),
    "age:asked-guardian": Example(lambda world: {"token": token_of(world.asked)}),
    "age:asked-vendor": Example(lambda world: {"token": token_of(world.asked), "name": "example"}),
    "age:vendor-result": Example(lambda _world: {"name": "example"}),
    "age:gate-guardian": Example(lambda _world: {"token": young_sign_up()}),
    "age:guardian": Example(lambda _world: {"token": age_guardian()}),
    "age:voucher": Example(lambda world: {"token": token_of(world.voucher)}),
    "care:young-protection": Example(
        lambda world: {"token": young_token(world.care_file), "kind": "no_live"}, sent={"answer": "no"}
    ),
    "care:young-shield": Example(lambda world: {"token": young_token(world.care_file)}, sent={"act": "extend"}),
    "care:young-evidence": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-now": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-call": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-adult": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-sees": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-pause": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-stop": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-erase": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-renew": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:new-link": Example(lambda world: {"token": young_token(world.care_file)}),
    "care:young-answer": Example(lambda world: {"token": young_token(world.care_file)}, sent={"answer": "yes"}),
    "care:young-mentor": Example(lambda world: {"token": young_token(world.care_file), "pk": 1}),
    "care:young-agent": Example(lambda world: {"token": young_token(world.care_file), "pk": 1}),
    "care:guardian": Example(lambda world: {"token": guardian_token(world.care_file)}),
    "care:guardian-call": Example(lambda world: {"token": guardian_token(world.care_file)}),
    "care:guardian-agent": Example(lambda world: {"token": guardian_token(world.care_file), "pk": 1}),
    "lookout:seen": Example(lambda world: {"pk": world.alert.pk}),
    "accountability:commitment": Example(lambda world: {"pk": world.promise.pk}),
    "accountability:request": Example(lambda world: {"pk": world.answer.request_id}),
    "accountability:draft": Example(lambda world: {"pk": world.answer.request_id}),
    "accountability:person": Example(lambda world: {"pk": world.answer.request.concerned.get().pk}),
    "accountability:answer": Example(lambda world: {"pk": world.answer.pk}),
    "accountability:answer-file": Example(lambda world: {"pk": world.answer.pk, "part": "document"}),
    "casework:radar-wave": Example(lambda world: {"pk": world.live_wave.pk}),
    "casework:radar-star": Example(lambda world: {"pk": world.star.pk}),
    "casework:radar-pile-on": Example(lambda world: {"pk": world.pile_on.pk}),
    "casework:wave": Example(lambda world: {"pk": world.wave.pk}),
    "casework:case": Example(lambda world: {"pk": world.case.pk}),
    "casework:claim": Example(lambda world: {"pk": world.case.pk}),
    "casework:leave": Example(lambda world: {"pk": world.case.pk}),
    "casework:take-over": Example(lambda world: {"pk": world.case.pk}, sent={"reason": "Example"}),
    "casework:texts": Example(lambda world: {"pk": world.case.pk}),
    "casework:notes": Example(lambda world: {"pk": world.case.pk}, sent={"text": "Example"}),
    "casework:undo": Example(lambda world: {"pk": world.case.pk}),
    "casework:forget-filter": Example(lambda world: {"pk": world.filter.pk}),
    "casework:macro": Example(lambda world: {"pk": world.macro.pk}),
    "casework:second-review": Example(lambda world: {"pk": world.second_review.pk}),
    "casework:appeal": Example(lambda world: {"pk": world.appeal.pk}),
    "casework:reconsider": Example(lambda world: {"pk": world.reconsideration.pk}),
    "casework:act": Example(lambda world: {"pk": world.case.pk, "name": f"close-{world.case.pk}"}),
    "casework:threat": Example(lambda world: {"pk": world.threat.pk}),
    "casework:open-threat": Example(lambda world: {"pk": world.case.pk}),
    "casework:refer": Example(lambda world: {"pk": world.case.pk}),
    "casework:referral": Example(lambda world: {"pk": world.referral.pk}),
    "casework:referral-file": Example(lambda world: {"pk": world.referral.pk, "part": "document"}),
    "casework:hold": Example(lambda world: {"pk": world.case.pk}),
    "casework:release-hold": Example(lambda world: {"pk": world.hold.pk}),
    "casework:rulebook": Example(lambda world: {"name": "rempart"}),
    "casework:rulebook-version": Example(lambda world: {"pk": world.rulebook.pk}),
    "casework:rulebook-act": Example(lambda world: {"pk": world.rulebook.pk, "name": "withdraw"}),
    "casework:respondent": Example(lambda world: {"token": world.respondent_token}),
    "casework:respondent-appeal": Example(lambda world: {"token": world.respondent_token}),
    "casework:withdraw-appeal": Example(lambda world: {"token": world.respondent_token}),
    "casework:respondent-data": Example(lambda world: {"token": world.respondent_token}),
    "casework:respondent-sent": Example(lambda world: {"token": world.respondent_token, "what": "reply"}),
    "casework:respondent-record": Example(lambda world: {"token": world.respondent_token}),
    "accountability:report": Example(lambda world: {"pk": world.transparency.pk}),
    "accountability:report-file": Example(lambda world: {"pk": world.transparency.pk, "part": "report.zip"}),
    "accountability:report-act": Example(lambda world: {"pk": world.transparency.pk, "name": "correct"}),
    "accountability:published-report": Example(lambda world: {"pk": world.transparency.pk, "part": "report.zip"}),
    "accountability:public-rule": Example(lambda _world: {"name": "rempart", "version": load("rempart").version}),
    "accountability:submission-act": Example(lambda world: {"pk": world.submission.pk, "name": "again"}),
    "accountability:tile": Example(lambda _world: {"path": "0/000.p/1"}),
    "casework:write-to-respondent": Example(lambda world: {"pk": world.case.pk}, sent={"text": "Example"}),
    "casework:propose-fact": Example(lambda world: {"pk": world.case.pk}),
    "casework:respondent-link": Example(lambda world: {"pk": world.case.pk}),
    "casework:hand-over-data": Example(lambda world: {"pk": world.case.pk}),
    "casework:complainant": Example(lambda world: {"token": world.complainant_token}),
    "casework:complainant-danger": Example(lambda world: {"token": world.complainant_token}),
    "casework:complainant-disagree": Example(lambda world: {"token": world.complainant_token}),
    "casework:complainant-withdraw": Example(lambda world: {"token": world.complainant_token}),
    "casework:complainant-words": Example(lambda world: {"token": world.complainant_token}),
    "casework:complainant-answer": Example(
        lambda world: {"token": world.complainant_token, "pk": world.fact.pk}, sent={"answer": "no"}
    ),
    "casework:declare-link": Example(lambda world: {"pk": world.case.pk}),
    "casework:propose-link": Example(lambda world: {"pk": world.case.pk}),
    "casework:confirm-link": Example(lambda world: {"pk": world.case.pk, "link": world.identity.pk}),
    "casework:withdraw-link": Example(
        lambda world: {"pk": world.case.pk, "link": world.identity.pk}, sent={"reason": "Example"}
    ),
    "casework:notice": Example(lambda world: {"pk": world.notice.pk}),
    "casework:notice-act": Example(lambda world: {"pk": world.notice.pk, "name": "decline"}, sent={"said": "Example"}),
    "casework:draft-notice": Example(lambda world: {"pk": world.report.conversation.complainant.pk}),
    "casework:remove-contact": Example(lambda _world: {"service": "snapchat"}),
    "casework:complainant-notice": Example(
        lambda world: {"token": world.complainant_token, "pk": world.notice.pk}, sent={"agree": "no"}
    ),
    "casework:complainant-done": Example(lambda world: {"token": world.complainant_token, "what": "danger"}),
    "casework:complainant-record": Example(lambda world: {"token": world.token}),
    "casework:complainant-desk": Example(lambda world: {"pk": world.report.conversation.complainant.pk}),
    "casework:write-to-complainant": Example(lambda world: {"pk": world.report.conversation.complainant.pk}),
    "casework:see-danger": Example(lambda world: {"pk": world.report.conversation.complainant.pk}),
    "casework:warn-reporter": Example(lambda world: {"pk": world.report.conversation.complainant.pk}),
    "casework:suspend-reporter": Example(lambda world: {"pk": world.report.conversation.complainant.pk}),
    "casework:find-unfounded": Example(lambda world: {"pk": world.report.pk}),
    "casework:take-in": Example(lambda world: {"pk": world.report.pk}),
    "casework:agree-unfounded": Example(lambda world: {"pk": world.finding.pk}),
    "casework:undo-unfounded": Example(lambda world: {"pk": world.finding.pk}),
    "casework:lift-restriction": Example(lambda world: {"pk": world.restriction.pk}),
    "api:report-state": Example(lambda _world: {"number": "1"}),
    "api:report-link": Example(lambda _world: {"number": "1"}),
    "api:respondent-link": Example(lambda _world: {"service": "tiktok", "handle": "example"}),
    "api:held-sum": Example(lambda _world: {"service": "tiktok", "handle": "example"}),
    "casework:sweep": Example(lambda world: {"pk": world.sweep.pk}),
    "casework:comparison": Example(lambda world: {"pk": world.comparison.pk}),
    "casework:simulation": Example(lambda world: {"pk": world.simulation.pk}),
    "platforms:measure": Example(lambda world: {"pk": world.drift.measure_id}),
    "platforms:retry": Example(lambda world: {"pk": world.execution.pk}, sent={"reason": "Example"}),
    "platforms:settle": Example(lambda world: {"pk": world.drift.pk}, sent={"reason": "Example"}),
    "platforms:propose": Example(lambda world: {"pk": world.execution.order_id}),
    "platforms:add": Example(lambda _world: {"kind": "matrix"}),
    "platforms:platform": Example(lambda world: {"pk": world.platform.pk}),
    "platforms:check": Example(lambda world: {"pk": world.platform.pk}),
    "platforms:switch": Example(lambda world: {"pk": world.platform.pk}, sent={"enabled": "no"}),
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """One of each thing for all tests of a module, which may add to it; nothing is left of it afterwards."""
    service = {
        "provider_id": "staff",
        "client_id": "a",
        "secret": "b",
        "settings": {"server_url": "http://127.0.0.1:9"},
    }
    with (
        django_db_blocker.unblock(),
        override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [service]}}),
        transaction.atomic(),
    ):
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def examples() -> dict[str, Example]:
    """An example for each route that needs one."""
    return EXAMPLES
