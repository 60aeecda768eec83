"""A request is registered, checked by somebody else, acknowledged, and moves only as the list of its states says."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from rempart.accountability import errors, states
from rempart.accountability.models import Request
from rempart.accountability.services import requests as services
from rempart.accountability.states import NEXT, State
from rempart.casework.calendar import falls_due
from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.casework.services import approve_decision
from rempart.casework.services.times import do_what_is_due
from rempart.files.errors import NotAllowed as MayNotOpen
from rempart.files.services import open_file
from rempart.ledger.clock import now

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_an_authority_is_known_once(authority, liaison):
    again = services.add_authority(
        kind="court",
        name="  Tribunal judiciaire  de Villeneuve ",
        country="fr",
        language="fr",
        contact="x",
        acting=liaison,
    )
    assert again == authority


def test_only_those_who_deal_with_authorities_register(registered, reviewer):
    with pytest.raises(NotAllowed):
        registered("question", acting=reviewer)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("order_to_act", {}, "accounts"),
        ("question", {"accounts": ["tiktok:leo.vrtx"]}, "accounts"),
        ("research", {"items": ["https://example.org/v/1"]}, "accounts"),
        ("order_to_inform", {"accounts": ["tiktok:leo.vrtx"], "legal_basis": " "}, "legal_basis"),
        ("question", {"reference": " "}, "reference"),
        ("question", {"ago": -HOUR}, "received_at"),
        ("question", {"deadline": "before"}, "deadline"),
        ("question", {"emergency": True}, "emergency"),
        ("order_to_act", {"accounts": ["tiktok:leo.vrtx"], "enforcing_notified": True}, "enforcing_notified"),
        ("telegram", {}, "kind"),
        ("question", {"document": b"\x00\x01\x02"}, "document"),
    ],
)
def test_what_cannot_stand_is_named(registered, kind, given, field):
    if given.get("deadline"):
        given = {"deadline": now() - 2 * HOUR}
    with pytest.raises(errors.FieldRefused) as refused:
        registered(kind, **given)
    assert refused.value.field == field


def test_the_same_request_is_registered_once(registered):
    registered("question", reference="AN 1234")
    with pytest.raises(errors.FieldRefused) as refused:
        registered("question", reference=" AN 1234 ")
    assert refused.value.field == "reference"


def test_the_document_is_opened_by_those_who_deal_with_authorities_alone(registered, liaison, reviewer):
    request = registered("question", document=b"Madame, Monsieur, ...", document_name="lettre.txt")
    assert open_file(request.document, acting=liaison) == b"Madame, Monsieur, ..."
    with pytest.raises(MayNotOpen):
        open_file(request.document, acting=reviewer)


# --- clocks


@pytest.mark.parametrize(
    ("kind", "given", "due", "checked"),
    [
        ("production_order", {}, 10 * DAY, DAY),
        ("production_order", {"emergency": True}, 8 * HOUR, HOUR),
        ("preservation_order", {}, DAY, DAY),
        ("order_to_act", {}, 3 * DAY, DAY),
        ("order_to_inform", {}, 3 * DAY, DAY),
        ("question", {}, 30 * DAY, DAY),
        ("research", {}, 30 * DAY, DAY),
    ],
)
def test_the_clock_is_that_of_the_law_or_of_the_house(registered, kind, given, due, checked):
    accounts = [] if kind in {"question", "research"} else ["tiktok:leo.vrtx"]
    request = registered(kind, accounts=accounts, **given)
    assert request.due_at - request.received_at == due
    assert request.authentic_by - request.received_at == checked


def test_an_authority_cannot_stretch_the_ten_days_and_may_shorten_them():
    received = now()
    longer = services.due("production_order", received, deadline=received + 20 * DAY)
    shorter = services.due("production_order", received, deadline=received + 2 * DAY)
    assert (longer - received, shorter - received) == (10 * DAY, 2 * DAY)


def test_what_has_to_be_checked_and_answered_stands_in_the_calendar(registered, liaison, second):
    request = registered("question")
    mine = {line.kind for line in falls_due(None, now() + 40 * DAY, liaison)}
    theirs = {line.kind: line.words for line in falls_due(None, now() + 40 * DAY, second)}
    assert mine == {"request_answer"}  # whoever registered it does not check it
    assert set(theirs) == {"request_check", "request_answer"}
    assert request.number in theirs["request_answer"]


def test_half_of_the_eight_hours_reminds_and_three_quarters_escalate(registered, clock, events_of):
    request = registered("production_order", accounts=["tiktok:leo.vrtx"], emergency=True, ago=timedelta(0))
    clock.move(4 * HOUR)
    do_what_is_due()
    clock.move(2 * HOUR)
    do_what_is_due()
    assert events_of(request).count("reminded") == 2  # of the check, whose hour is long over, and of the answer
    assert events_of(request).count("escalated") == 2


# --- a second person


def test_whoever_registered_a_request_does_not_check_it(registered, liaison):
    request = registered("question")
    with pytest.raises(errors.SamePerson):
        services.authenticate_request(request, how="channel", because="It came by the portal.", acting=liaison)
    with pytest.raises(errors.SamePerson):
        services.refuse_as_unauthentic(request, because="The number is not theirs.", acting=liaison)


def test_the_database_wants_the_second_person_too(registered, liaison):
    request = registered("question")
    with pytest.raises(DatabaseError, match="authenticity_is_checked_by_a_second_person"), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(
            state="authenticated", checked_at=now(), checked_by=liaison, checked_because="x", checked_how="channel"
        )


def test_a_check_says_how_and_why(registered, second):
    request = registered("question")
    with pytest.raises(errors.FieldRefused):
        services.authenticate_request(request, how="intuition", because="It looks right.", acting=second)
    with pytest.raises(ReasonMissing):
        services.authenticate_request(request, how="channel", because=" ", acting=second)
    assert Request.objects.get(pk=request.pk).state == "received"


def test_what_is_not_authentic_ends_there(registered, second, liaison, events_of):
    request = services.refuse_as_unauthentic(registered("question"), because="The domain is not theirs.", acting=second)
    assert events_of(request) == ["request_registered", "request_unauthentic"]
    with pytest.raises(errors.WrongMoment):
        services.acknowledge_request(request, sent_by="mail", acting=liaison)


def test_nothing_is_acknowledged_before_it_was_checked(registered, liaison):
    with pytest.raises(errors.WrongMoment):
        services.acknowledge_request(registered("question"), sent_by="mail", acting=liaison)


# --- the receipt


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("order_to_act", "La loi nous demande d’informer la personne concernée"),
        ("production_order", "l’article 13 du règlement (UE) 2023/1543 vous demande de l’informer"),
        ("question", "La réponse ne contient que des chiffres"),
    ],
)
def test_the_receipt_says_when_the_answer_comes_and_who_tells_the_person(acknowledged, kind, words):
    accounts = [] if kind == "question" else ["tiktok:leo.vrtx"]
    request = acknowledged(kind, accounts=accounts)
    assert words in request.receipt["fr"]
    assert request.number in request.receipt["en"]
    assert "{" not in request.receipt["fr"] + request.receipt["en"]


# --- what became of it


def test_a_refusal_names_a_ground_of_the_law_and_says_why(acknowledged, liaison, events_of):
    request = acknowledged("order_to_inform", accounts=["tiktok:leo.vrtx"])
    with pytest.raises(errors.FieldRefused):
        services.refuse_request(request, ground="mood", because="No.", acting=liaison)
    request = services.refuse_request(
        request, ground="incomplete", because="No exact account is named.", acting=liaison
    )
    assert (request.state, request.ground) == ("refused", "incomplete")
    assert events_of(request)[-1] == "request_refused"


def test_an_authority_may_take_its_request_back_at_any_open_moment(registered, acknowledged, liaison):
    for request in (registered("question"), acknowledged("question")):
        withdrawn = services.withdraw_request(request, because="Sent twice.", acting=liaison)
        assert withdrawn.settled_at is not None


def test_an_order_to_act_is_carried_out_by_a_decision_that_people_took(
    acknowledged, respondent, judged, reviewer, liaison
):
    case = judged(respondent(), credibility=0.9, severity=2)
    request = acknowledged("order_to_act", accounts=[f"tiktok:{case.account.handle}"])
    proposal = case.decisions.get(state="proposed")
    with translation.override("en"), pytest.raises(errors.FieldRefused, match="was not taken"):
        services.carry_out(request, decision=proposal, acting=liaison)
    approve_decision(proposal, acting=reviewer, reason="What is described is grave.")
    proposal.refresh_from_db()
    with translation.override("en"), pytest.raises(errors.FieldRefused, match="does not concern"):
        services.carry_out(acknowledged("order_to_act", accounts=["tiktok:x.y"]), decision=proposal, acting=liaison)
    services.carry_out(request, decision=proposal, acting=liaison)
    execution = services.carry_out(request, decision=proposal, acting=liaison)
    request.refresh_from_db()
    assert request.executions.count() == 1
    assert execution.measures == {"names": [one.measure for one in proposal.measures.all()]}
    assert request.effect_at == proposal.begins_at


def test_an_order_about_an_item_is_carried_out_in_words(acknowledged, liaison):
    request = acknowledged("order_to_act", items=["https://tiktok.example/v/1"])
    services.carry_out(request, words="The video was removed.", acting=liaison)
    with pytest.raises(errors.FieldRefused):
        services.carry_out(request, words="x", effect_at=now() - DAY, acting=liaison)
    with pytest.raises(ReasonMissing):
        services.carry_out(request, words=" ", acting=liaison)


def test_only_an_order_to_act_is_carried_out(acknowledged, liaison):
    request = acknowledged("order_to_inform", accounts=["tiktok:leo.vrtx"])
    with pytest.raises(errors.NotThatKind):
        services.carry_out(request, words="Done.", acting=liaison)


# --- the list of states


def _row_in(state: State, registered, second) -> Request:
    """A request brought to a state by the shortest way, whatever its kind would allow."""
    request = registered("preservation_order", accounts=["tiktok:leo.vrtx"])
    ways = {State.RECEIVED: ()}
    for start, follow in NEXT.items():
        for end in follow:
            ways.setdefault(end, (*ways.get(start, ()), end))
    for step in ways[state]:
        _move(request, step, second)
    return request


def _move(request: Request, state: State, second) -> None:
    moment = now()
    given = {"state": state.value}
    if state not in states.OPEN:
        given |= {"settled_at": moment, "settled_because": "x"}
    if state == State.AUTHENTICATED:
        given |= {"checked_at": moment, "checked_by": second, "checked_because": "x", "checked_how": "channel"}
    given |= {"ground": "other" if state == State.REFUSED else ""}
    given |= {"preserved_until": moment + DAY} if state == State.PRESERVED else {}
    given |= {"checked_how": "channel"} if state not in {State.RECEIVED, State.AUTHENTICATED} else {}
    Request.objects.filter(pk=request.pk).update(**given)


@pytest.mark.parametrize("before", list(State))
def test_the_database_knows_the_same_moves(before, registered, second):
    request = _row_in(before, registered, second)
    refused = {}
    for after in State:
        if after == before:
            continue
        try:
            with transaction.atomic():
                _move(request, after, second)
                transaction.set_rollback(True)
        except DatabaseError as error:
            refused[after] = error.__cause__.diag.constraint_name
    assert set(refused.values()) <= {"requests_move_as_listed"}
    assert set(State) - {before} - set(refused) == set(NEXT[before])


@given(st.lists(st.sampled_from(list(State)), max_size=6))
def test_no_way_leads_out_of_an_end(path):
    here = State.RECEIVED
    for there in path:
        if states.may_follow(here, there):
            here = there
    assert here in states.OPEN or here == State.PRESERVED or not NEXT[here]
