"""The demonstration of ages: invented accounts on every side of the question, and a quarter that is already told.

What the sweep reads, it reads with the real reader; the parent shows their age with the test wallet, where that is on.
"""

from datetime import datetime, timedelta

from django.conf import settings

from rempart.age import rates
from rempart.age.models import AgeDecision, Challenge, GuardianBond, Subject, UnderAgeReport
from rempart.age.services import appealing, challenges, comebacks, consents, deciding, proofs, reports
from rempart.age.services.evidence import Evidence, Span
from rempart.age.services.sweeps import receive_estimates
from rempart.age.steps import rules
from rempart.ledger import clock
from rempart.ledger.clock import now
from rempart.radar.age.reader import AgeReader
from rempart.records import AccountReference, AccountRow
from rempart.staff.models import StaffMember

SERVICE = "tiktok"
# Read by the sweep: the first is asked to show their age, the second is put before people; of the third somebody may be
# hurting the owner.
SWEPT = (
    ("7300000000000000201", "max.en.cm2", "J’ai 10 ans, en CM2 🎒 foot et dessin", []),
    (
        "7300000000000000202",
        "leo.blocs",
        "CM1 🎒 les blocs et les dinos",
        ["j’ai 9 ans et demi, je construis tout"],
    ),
    ("7300000000000000203", "petit.nuage", "j’ai 11 ans", ["mon beau-père me tape quand maman est pas là"]),
)
TO_SHOW, TO_SAY = "max.en.cm2", "nina.gr"
REPORTED, BEFORE, AGAIN = "lou.etoile", "tim.blocs", "tim.blocs2"
REPORT = "C’est ma nièce, elle a 10 ans. Elle ne sait pas que tout le monde peut lire ses vidéos."
REPORT_AGAIN = "Son compte avait été fermé, il en a refait un. Il est en CM1 avec mon frère."
CLOSED, VOUCHED = "sacha.skate", "alix.violon"
CLASS, POST = "CM2", "La photo de classe des CM2 est dans la story !"
APPEAL = "J’ai 14 ans, je suis petit pour mon âge et c’est tout. La vidéo du CM2 est une vieille vidéo."
WORDS = {
    "fr": "Plusieurs vidéos parlent de ta classe de CM2 cette année.",
    "en": "Several videos speak of your class, year 6, this year.",
}
REASON, SECOND = "CM2, dans deux vidéos de cette année.", "Je lis la même chose."
WANTS_CONSENT = "jade.lit"
# The quarter that is told: those who said their age; accounts closed until the end, of which some appealed; those that
# an appeal opened again.
SAID, GONE, UPHELD, OVERTURNED = 6, 10, 5, 5


def load(first: StaffMember, second: StaffMember, third: StaffMember) -> None:
    """Put them all before a team of three, as of now. For use inside a transaction."""
    ahead, present = clock.offset(), now()
    try:
        _a_quarter(present, ahead, first, second, third)
        _closed_and_back(ahead, first, second)
        clock.set_offset(ahead - timedelta(days=6))
        _reported(REPORTED, REPORT, UnderAgeReport.Relation.OTHER)
        _two_appeals(ahead, first, second)
        clock.set_offset(ahead - timedelta(hours=20))
        _swept(present)
        said = _ask(TO_SAY, Challenge.Step.ASK)
        clock.set_offset(ahead - timedelta(hours=3))
        challenges.answer_age(said, years=11)
        _a_parent_agrees()
    finally:
        clock.set_offset(ahead)


def to_show() -> Challenge | None:
    """The account whose owner is asked to show their age, while they are."""
    return Challenge.objects.filter(handle=TO_SHOW, state__in=Challenge.CURRENT).select_related("conversation").first()


def _account(handle: str, number: str | None = None) -> AccountReference:
    return AccountReference(SERVICE, handle, number)


def _reported(handle: str, text: str, relation: UnderAgeReport.Relation) -> UnderAgeReport:
    reason = UnderAgeReport.Reason.KNOWS_THEM
    return reports.report_account(_account(handle), reason=reason, relation=relation, text=text)


def _swept(present: datetime) -> None:
    reader = AgeReader(present.date())
    rows = {
        number: AccountRow(id=number, service=SERVICE, handle=handle, bio=bio, posts=list(posts), country="FR")
        for number, handle, bio, posts in SWEPT
    }
    receive_estimates([reader.read(row) for row in rows.values()], service=SERVICE, accounts=rows)


def _restrict(challenge: Challenge, first: StaffMember, second: StaffMember) -> None:
    decision = deciding.decide(challenge, AgeDecision.Kind.RESTRICT, acting=first, reason=REASON, words=WORDS)
    deciding.second(decision, acting=second, reason=SECOND)


def _closable(handle: str) -> Challenge:
    """Somebody asked two weeks ago: they had time to answer."""
    present = clock.offset()
    clock.set_offset(present - rules().steps[Challenge.Step.RESTRICT].answer)
    challenge = _ask(handle, Challenge.Step.RESTRICT)
    clock.set_offset(present)
    return challenge


def _ask(handle: str, step: Challenge.Step) -> Challenge:
    probability = {"ask": 0.62, "prove": 0.88, "restrict": 0.98}[step]
    begin = POST.index(CLASS)
    read = Evidence(source="posts[0]", text=POST, spans=(Span(begin=begin, end=begin + len(CLASS)),))
    return challenges.open_challenge(
        _account(handle),
        because=Challenge.Because.SWEEP,
        step=step,
        probability=probability,
        evidence=[read],
        country="FR",
    )


def _closed_and_back(ahead: timedelta, first: StaffMember, second: StaffMember) -> None:
    """An account was closed twelve days ago; a new one has nearly its name, and somebody reports it."""
    clock.set_offset(ahead - timedelta(days=12))
    _restrict(_closable(BEFORE), first, second)
    clock.set_offset(ahead - timedelta(days=2))
    comebacks.look_for(_account(AGAIN))
    _reported(AGAIN, REPORT_AGAIN, UnderAgeReport.Relation.YOUNG)


def _two_appeals(ahead: timedelta, first: StaffMember, second: StaffMember) -> None:
    """One closed account whose owner writes why; one who has no papers, and whose music school answered."""
    clock.set_offset(ahead - timedelta(days=5))
    closed, vouched = _closable(CLOSED), _closable(VOUCHED)
    for challenge in (closed, vouched):
        _restrict(challenge, first, second)
    clock.set_offset(ahead - timedelta(days=4))
    appealing.appeal(closed, text=APPEAL)
    name, email = "Mme Ferrand, école de musique", "accueil@musique.example"
    voucher = appealing.name_voucher(vouched, capacity="association", name=name, email=email)
    clock.set_offset(ahead - timedelta(days=3))
    appealing.check_voucher(voucher, acting=first, how="L’adresse est celle du site de l’école.")
    clock.set_offset(ahead - timedelta(days=1))
    appealing.vouch(voucher, holds=True)


def _a_parent_agrees() -> None:
    """Somebody of 14 named a parent, who shows that they are an adult and agrees to an account, and to nothing else."""
    bond = consents.ask_guardian(Subject.account(SERVICE, WANTS_CONSENT), safe=True, handle=WANTS_CONSENT)
    if settings.REMPART_TEST_WALLET and _shows_adult(bond):
        consents.consent(bond, ["account"])


def _shows_adult(bond: GuardianBond) -> bool:
    from rempart.age.services.test_wallet import wallet_of  # brings the test issuer along
    from rempart.attestation.testing.requests import read_request

    proof = consents.ask_to_prove(bond, return_to="/")
    response_uri = f"{settings.REMPART_ADDRESS}/age/proof/{proof.token}/response"
    asked = proofs.request_by_link(proof, response_uri=response_uri)
    form = wallet_of("nineteen").answer(read_request(asked.as_uri()))
    return proofs.receive(proof, form, response_uri=response_uri).verdict.accepted


def _a_quarter(
    present: datetime, ahead: timedelta, first: StaffMember, second: StaffMember, third: StaffMember
) -> None:
    """What was asked in the last quarter that is told, and what came of it."""
    start, _end = rates.last_quarter(present)
    begun = ahead - (present - start) + timedelta(days=10)
    clock.set_offset(begun)
    asked = [_ask(f"invented.said.{place}", Challenge.Step.ASK) for place in range(SAID)]
    gone = [_ask(f"invented.gone.{place}", Challenge.Step.RESTRICT) for place in range(GONE)]
    appealed = [_ask(f"invented.appealed.{place}", Challenge.Step.RESTRICT) for place in range(OVERTURNED)]
    clock.set_offset(begun + timedelta(days=2))
    for place, challenge in enumerate(asked):
        challenges.answer_age(challenge, years=14 + place % 5)
    clock.set_offset(begun + timedelta(days=14))
    for challenge in (*gone, *appealed):
        _restrict(challenge, first, second)
    for place, challenge in enumerate((*appealed, *gone[:UPHELD])):
        clock.set_offset(begun + timedelta(days=15))
        made = appealing.appeal(challenge)
        clock.set_offset(begun + timedelta(days=15, hours=20 + 9 * place))
        if challenge in appealed:
            appealing.answer_appeal(made, "overturned", acting=third, reason="La vidéo a trois ans.")
        else:
            appealing.answer_appeal(made, "upheld", acting=third, reason=SECOND, words=WORDS)
    clock.set_offset(begun + timedelta(days=45))
    for challenge in gone:
        decision = deciding.decide(challenge, AgeDecision.Kind.ERASE, acting=first, reason=REASON, words=WORDS)
        deciding.second(decision, acting=second, reason=SECOND)
