"""Guardians of the youngest: asked only once the young person said that it is safe, shown to be adults, heard by
feature.

A guardian consents, or says that the young person is old enough, by one link, and withdraws by the same. Nobody is
their own guardian: what showed one age once shows no other (`SpentProof`), and whoever a wallet showed to be too young
is none. What cannot be known: that the adult is a parent, or whose telephone it was. A guardian of whom a testimony
speaks loses the role without a word; what they agreed to stays, since its end would hurt the child and tell the
guardian.
"""

import hashlib
import hmac
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from rempart.age import saying
from rempart.age.errors import NotAsWished, NotNow, WrongState
from rempart.age.models import Assurance, Confidence, Consent, GuardianBond, Method, ProofRequest, Subject
from rempart.age.policies import ACCOUNT, Policy, policy_at, threshold
from rempart.age.services.assurances import assure, is_over
from rempart.age.services.proofs import ask_for_proof
from rempart.age.services.safeguarding import holders
from rempart.age.signals import assured, attempt_bound, consent_changed, proved
from rempart.care.models import Guardian
from rempart.care.services.people import let_guardian_go, reach_of
from rempart.correspondence import announcing, links, tasks
from rempart.correspondence import services as correspondence
from rempart.correspondence.models import Conversation, Message
from rempart.files import sealing
from rempart.intake.models import Testimony
from rempart.intake.naming import canonical_mail, handles_in, is_spoken_of, mails_in, words_of
from rempart.intake.signals import testimonies_changed
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.records.references import AccountReference
from rempart.staff.roles import Permission

CONTACT = "contact of a guardian"
MOST = 3
"""Guardians who stand for one young person at a time, and who are named for them within a day."""
ADULT = 18
SAID_LASTS = timedelta(days=365)
"""How long it counts what a guardian said of an age."""
Lost = GuardianBond.Lost


@transaction.atomic
def ask_guardian(
    subject: Subject,
    *,
    safe: bool,
    email: str = "",
    account: AccountReference | None = None,
    handle: str = "",
    over: int | None = None,
    country: str = "",
    language: str = "fr",
) -> GuardianBond:
    """The young person said whether asking a guardian is safe, and whom to ask.

    safe: their own answer. With no, nobody is asked, now or later by this; it is written down, once a day, and those
    who keep children safe are written to. email: of the guardian, who is written to at once; without one the young
    person hands on the link (`link_of`). account: the guardian's, if they have one here. handle: how the page calls the
    young person. over: ask also whether they are over so many years. Raises NotAsWished for what is no address, or
    where three stand already.
    """
    email = email.strip()
    if not safe:
        today = GuardianBond.objects.filter(**_key(subject), said_safe=False, named_at__gt=now() - timedelta(days=1))
        if (said := today.first()) is not None:
            return said
        made = GuardianBond.objects.create(
            **_key(subject), handle=handle, country=country, language=language, said_safe=False, named_at=now()
        )
        append(Event.AGE_GUARDIAN_NOT_SAFE, subject=made)
        _call_officers(made)
        return made
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise NotAsWished(_("This is not an e-mail address.")) from error
    theirs = GuardianBond.objects.filter(**_key(subject), said_safe=True)
    lately = theirs.filter(named_at__gt=now() - timedelta(days=1)).count()
    if lately >= MOST or theirs.filter(left_at=None, lost_at=None).count() >= MOST:
        raise NotAsWished(_("Three people were asked already."))
    bond = GuardianBond.objects.create(
        **_key(subject),
        handle=handle,
        over=over,
        country=country,
        language=language,
        named_at=now(),
        said_safe=True,
        sealed_contact=_sealed(email, account),
        marks=sorted(marks_of(email, account)),
    )
    append(Event.AGE_GUARDIAN_NAMED, subject=bond, content={"by_mail": bool(email), "over": over})
    if not guardian_is_safe(bond):
        _lose(bond, Lost.TESTIMONY)
        return bond
    bond.conversation = correspondence.open_conversation(
        Conversation.Kind.AGE_GUARDIAN,
        about=reference(bond),
        person=reference(bond),
        language=language,
        email=email,
    )
    bond.save(update_fields=["conversation"])
    correspondence.say(bond.conversation, text=saying.both("guardian", "asked"), kind=Message.Kind.PLAIN)
    return bond


def link_of(bond: GuardianBond) -> str:
    """The address of the guardian's page, for the young person to hand on.

    Where the guardian may not be asked there is none to open: the address has the same look, and opens the page that
    says that it is not possible now. "" where the young person said that it is not safe.
    """
    if bond.conversation is None and bond.said_safe:
        bond.conversation = correspondence.open_conversation(
            Conversation.Kind.AGE_GUARDIAN, about=reference(bond), person=reference(bond), language=bond.language
        )
        bond.save(update_fields=["conversation"])
    return links.link_for(bond.conversation) if bond.conversation is not None else ""


def bonds_of(subject: Subject) -> list[GuardianBond]:
    """Everybody whom the young person named, the newest first; who lost the role looks like anybody else."""
    return list(GuardianBond.objects.filter(**_key(subject), said_safe=True, left_at=None))


@transaction.atomic
def let_go(bond: GuardianBond, *, safe: bool = True) -> GuardianBond:
    """The young person wants this guardian to answer for them no longer. Harmless twice.

    safe: whether that is all. What the guardian agreed to ends then; not where the young person says that it is no
    longer safe: the role is lost without a word, and those who keep children safe see it.
    """
    bond = _locked(bond)
    if not safe and bond.lost_at is None:
        _lose(bond, Lost.YOUNG)
        _call_officers(bond)
    elif safe and bond.left_at is None:
        bond.left_at = now()
        bond.save(update_fields=["left_at"])
        append(Event.AGE_GUARDIAN_LEFT, subject=bond)
        _end(list(bond.consents.filter(withdrawn_at=None)), by=None)
        _close(bond)
    return bond


# --- the guardian's side


@transaction.atomic
def open_page(bond: GuardianBond) -> bool:
    """The guardian opens their page: whether they may still answer. Looked at anew each time."""
    bond = _locked(bond)
    if bond.stands and not guardian_is_safe(bond):
        _lose(bond, Lost.TESTIMONY)
    if bond.stands and bond.opened_at is None:
        bond.opened_at = now()
        bond.save(update_fields=["opened_at"])
    return bond.stands


@transaction.atomic
def ask_to_prove(bond: GuardianBond, *, return_to: str) -> ProofRequest:
    """The request by which the guardian shows that they are an adult. Raises NotNow, WrongState once it was shown."""
    bond = _standing(bond)
    if bond.proved_at is not None:
        raise WrongState
    proof = ask_for_proof(
        bond.subject,
        over=ADULT,
        purpose=ProofRequest.Purpose.GUARDIAN,
        country=bond.country,
        return_to=return_to,
        language=bond.language,
    )
    if GuardianBond.objects.filter(proof=proof).exclude(pk=bond.pk).exists():  # asked too often: another guardian's
        raise NotNow
    bond.proof = proof
    bond.save(update_fields=["proof"])
    return proof


def note_proved(proof: ProofRequest, **_kwargs: Any) -> None:
    """A wallet showed that a guardian is an adult."""
    if proof.purpose != ProofRequest.Purpose.GUARDIAN:
        return
    bond = GuardianBond.objects.select_for_update(of=("self",)).filter(proof=proof, proved_at=None).first()
    if bond is not None and bond.stands:
        bond.proved_at, bond.proved_by = now(), proof.method
        bond.save(update_fields=["proved_at", "proved_by"])
        append(Event.AGE_GUARDIAN_PROVED, subject=bond, content={"method": str(proof.method)})


def features_for(bond: GuardianBond) -> list[str]:
    """What this guardian may consent to: what the young person's country opens before they may decide for themself."""
    policy = policy_of(bond)
    return [name for name, years in policy.features.items() if years < policy.guardian_consent_below]


def closed_for(bond: GuardianBond) -> dict[str, int]:
    """What no guardian can open, and from how many years on it is: feature → years."""
    policy = policy_of(bond)
    features = {name: years for name, years in policy.features.items() if name != ACCOUNT}
    return {name: years for name, years in features.items() if years >= policy.guardian_consent_below}


def policy_of(bond: GuardianBond) -> Policy:
    """What holds now where the young person is."""
    return policy_at(bond.country, now())


@transaction.atomic
def consent(bond: GuardianBond, features: Collection[str]) -> list[Consent]:
    """The guardian says yes to these features, each for as long as the country's policy lets it count.

    Harmless twice. Raises NotNow, WrongState before they showed that they are an adult, NotAsWished for a feature that
    needs no consent, or that another guardian said no to: then that one has to say yes again first.
    """
    bond = _proved(bond)
    if odd := sorted(set(features) - set(features_for(bond))):
        raise NotAsWished(f"features: {odd[0]}")
    moment, given = now(), []
    until = moment + timedelta(days=policy_of(bond).guardian_consent_days)
    for feature in sorted(set(features)):
        if _refused_by_another(bond, feature):
            raise NotAsWished(_("Another guardian withdrew this. They have to agree again first."))
        held = [one for one in bond.consents.filter(feature=feature, withdrawn_at=None) if one.holds(moment)]
        if not held:
            given.append(Consent.objects.create(bond=bond, feature=feature, given_at=moment, until=until))
    for one in given:
        append(Event.AGE_CONSENTED, subject=one, content={"feature": one.feature})
    if given:
        _changed(bond)
    return given


@transaction.atomic
def withdraw(bond: GuardianBond, features: Collection[str]) -> int:
    """Take a yes back, this guardian's or another's: it ends now. Returns how many ended.

    Raises NotNow, WrongState before they showed that they are an adult.
    """
    bond = _proved(bond)
    theirs = Consent.objects.filter(
        **{f"bond__{name}": value for name, value in _key(bond.subject).items()},
        feature__in=list(features),
        withdrawn_at=None,
    )
    return _end([one for one in theirs if one.holds(now())], by=bond)


@transaction.atomic
def answer_for(bond: GuardianBond, *, holds: bool) -> GuardianBond:
    """The guardian says whether the young person is over the years that were asked: one bit, once.

    Raises NotNow, WrongState where it was not asked, was answered, or before they showed that they are an adult.
    """
    bond = _proved(bond)
    if bond.over is None or bond.answered_at is not None:
        raise WrongState
    bond.answered_at = now()
    bond.save(update_fields=["answered_at"])
    append(Event.AGE_GUARDIAN_ANSWERED, subject=bond)
    assure(
        bond.subject,
        over=bond.over,
        met=holds,
        method=Method.GUARDIAN,
        confidence=Confidence.STANDARD,
        expires_at=now() + SAID_LASTS,
    )
    return bond


def consents_of(subject: Subject, at: datetime) -> list[Consent]:
    """What holds for somebody at a moment, whichever guardian gave it."""
    rows = Consent.objects.filter(**{f"bond__{name}": value for name, value in _key(subject).items()})
    return [one for one in rows.select_related("bond") if one.holds(at)]


def consents_to(subject: Subject, feature: str, at: datetime) -> bool:
    """Whether a guardian consents to a feature at that moment: what `standing.allowed` asks."""
    return any(one.feature == feature for one in consents_of(subject, at))


# --- keeping away whoever a testimony speaks of


def guardian_is_safe(bond: GuardianBond) -> bool:
    """Whether no testimony speaks of this guardian, by account or e-mail address. Nobody is told why."""
    mail, account = contact_of(bond)
    return not is_spoken_of(mail=mail, account=account)


def contact_of(bond: GuardianBond) -> tuple[str, AccountReference | None]:
    """The guardian's address and account, as far as they are known."""
    if bond.sealed_contact is None:
        return "", None
    held = json.loads(sealing.unseal(bond.sealed_contact, purpose=CONTACT))
    account = held.get("account")
    return held.get("email", ""), AccountReference(**account) if account else None


def marks_of(mail: str, account: AccountReference | None) -> set[str]:
    """Keyed hashes by which an address and an account are known again; of an account also its handle anywhere."""
    said = {f"mail {canonical_mail(mail)}"} if mail else set()
    if account is not None:
        said |= {f"account {account.service}:{account.handle}", f"handle {account.handle}"}
        said |= {f"account {account.service}:{account.id}"} if account.id else set()
    return {_mark(one) for one in said}


def look_at_testimony(added: Testimony | None = None, **_kwargs: Any) -> None:
    """A testimony came in: guardians of whom it speaks lose the role, here and in the files of the care team."""
    if added is None:
        return
    text, about = words_of(added), added.account.reference
    mails = mails_in(text)
    marks = marks_of("", about)
    for mail in mails:
        marks |= marks_of(mail, None)
    for handle in handles_in(text):
        marks.add(_mark(f"handle {handle}"))
    named = GuardianBond.objects.select_for_update(of=("self",)).filter(marks__overlap=sorted(marks), lost_at=None)
    for bond in named.filter(said_safe=True):
        _lose(bond, Lost.TESTIMONY)
    if mails:
        # Few people have a file, and few testimonies hold an address: each guardian's is opened and compared.
        for guardian in Guardian.objects.filter(left_at=None, by_mail=True):
            if canonical_mail(reach_of(guardian)) in mails:
                let_guardian_go(guardian)


def look_again() -> int:
    """Look at everybody who may answer against all that was testified since: posts come in by thousands.

    Returns how many lost the role, here or in the files of the care team.
    """
    lost = 0
    standing = GuardianBond.objects.filter(said_safe=True, left_at=None, lost_at=None).exclude(sealed_contact=None)
    for one in standing:
        with transaction.atomic():
            bond = _locked(one)
            if bond.stands and not guardian_is_safe(bond):
                _lose(bond, Lost.TESTIMONY)
                lost += 1
    for guardian in Guardian.objects.filter(left_at=None, by_mail=True):
        if is_spoken_of(mail=reach_of(guardian)):
            let_guardian_go(guardian)
            lost += 1
    return lost


def _lose(bond: GuardianBond, because: GuardianBond.Lost) -> None:
    bond.lost_at, bond.lost_because = now(), because
    bond.save(update_fields=["lost_at", "lost_because"])
    append(Event.AGE_GUARDIAN_LOST, subject=bond, content={"because": str(because)})
    _close(bond)


def _call_officers(bond: GuardianBond) -> None:
    """Write to those who keep children safe that a young person said that a guardian is not: the page says who."""
    officers = holders(Permission.CHILD_SAFETY)
    key = f"age.guardian:{bond.pk}"
    if announcing.alarm_team(officers, page=reverse("age:guardians"), key=key, at=now(), pagers=False):
        tasks.alarm.defer()


def _close(bond: GuardianBond) -> None:
    if bond.conversation is not None:
        correspondence.close_conversation(bond.conversation)


# --- following what others change


def connect() -> None:
    """Follow proofs, assurances, sign-ups that became accounts, and testimonies. Called when the room is ready."""
    proved.connect(note_proved, dispatch_uid="age.consents.proved")
    assured.connect(end_when_grown, dispatch_uid="age.consents.assured")
    attempt_bound.connect(follow_account, dispatch_uid="age.consents.bound")
    testimonies_changed.connect(look_at_testimony, dispatch_uid="age.consents.testimony")


def end_when_grown(assurance: Assurance, **_kwargs: Any) -> None:
    """The young person was shown to be old enough to decide for themself: no consent is needed any more."""
    held = consents_of(assurance.subject, now()) if assurance.met else []
    if not held:
        return
    policy = policy_of(held[0].bond)
    years = policy.guardian_consent_below
    if is_over(assurance.subject, threshold(years), now(), least=policy.least(years)):
        _end(held, by=None)


def follow_account(attempt: Any, owner: Subject, **_kwargs: Any) -> None:
    """The sign-up became an account: what guardians agreed to is the account's from now on."""
    GuardianBond.objects.filter(**_key(attempt.subject)).update(**_key(owner), handle=attempt.handle)


def _end(consents: list[Consent], *, by: GuardianBond | None) -> int:
    for one in consents:
        one.withdrawn_at, one.withdrawn_by = now(), by
        one.save(update_fields=["withdrawn_at", "withdrawn_by"])
        event = Event.AGE_CONSENT_WITHDRAWN if by is not None else Event.AGE_CONSENT_OVER
        append(event, subject=one, content={"feature": one.feature})
    if consents:
        _changed(consents[0].bond)
    return len(consents)


def _changed(bond: GuardianBond) -> None:
    """Tell whoever follows, and the platform: it reads what is allowed now."""
    consent_changed.send(GuardianBond, subject=bond.subject)
    asked = {"service": bond.service, bond.kind: bond.reference}
    page = f"{reverse('api:age-allowed')}?{urlencode(asked)}"
    key = f"age.consent:{bond.pk}:{now().timestamp()}"
    if announcing.announce_page(announcing.CONSENT_CHANGED, bond.service, page=page, key=key, at=now()):
        transaction.on_commit(tasks.deliver_soon)


def _refused_by_another(bond: GuardianBond, feature: str) -> bool:
    """Whether another guardian, who still is one, withdrew this and has not said yes since."""
    theirs = {f"bond__{name}": value for name, value in _key(bond.subject).items()}
    ended = Consent.objects.filter(**theirs, feature=feature, withdrawn_by__isnull=False)
    for one in ended.exclude(withdrawn_by=bond).select_related("withdrawn_by"):
        other = one.withdrawn_by
        again = Consent.objects.filter(bond=other, feature=feature, given_at__gte=one.withdrawn_at)
        if other is not None and other.stands and not again.exists():
            return True
    return False


def _standing(bond: GuardianBond) -> GuardianBond:
    bond = _locked(bond)
    if not bond.stands:
        raise NotNow
    return bond


def _proved(bond: GuardianBond) -> GuardianBond:
    bond = _standing(bond)
    if bond.proved_at is None:
        raise WrongState
    return bond


def _locked(bond: GuardianBond) -> GuardianBond:
    return GuardianBond.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=bond.pk)


def _key(subject: Subject) -> dict[str, str]:
    return {"service": subject.service, "kind": subject.kind, "reference": subject.reference}


def _sealed(email: str, account: AccountReference | None) -> bytes | None:
    if not email and account is None:
        return None
    held: dict[str, Any] = {"email": email}
    if account is not None:
        held["account"] = {"service": account.service, "handle": account.handle, "id": account.id}
    return sealing.seal(json.dumps(held), purpose=CONTACT)


def _mark(said: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"age guardian {said}".encode(), hashlib.sha256).hexdigest()
