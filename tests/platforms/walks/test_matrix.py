"""Measures on a real homeserver, by real workers, while things go wrong."""

from platforms.walks.conftest import ACCEPTED, REFUSED
from waiting import until

SUSPENSION = b"PUT /_synapse/admin/v1/suspend/"


def test_a_respondent_cannot_write_and_can_again_once_the_measure_lapses(house, star):
    house.set_up()
    house.start_worker()
    house.restrain(star, seconds=20)
    assert (until(star.writes, REFUSED), until(star.writes, ACCEPTED)) == (REFUSED, ACCEPTED)


def test_what_lapsed_while_no_worker_ran_is_lifted_by_the_next_one(house, star):
    house.set_up()
    house.start_worker()
    decision = house.restrain(star, seconds=20)
    assert until(star.writes, REFUSED) == REFUSED
    house.kill_worker()
    assert until(lambda: decision.in_force, False) is False
    assert star.writes() == REFUSED
    house.start_worker()
    assert until(star.writes, ACCEPTED) == ACCEPTED


def test_a_worker_killed_between_doing_and_recording_did_it_once(house, star, proxy):
    between = proxy(SUSPENSION)
    house.set_up(between.address)
    house.start_worker()
    decision = house.restrain(star, seconds=3600)
    assert between.held.wait(60)
    house.kill_worker()
    assert (star.writes(), house.state(decision)) == (REFUSED, ("waits", 0))
    house.start_worker()
    assert until(lambda: house.state(decision), ("done", 1)) == ("done", 1)
    assert len([one for one in between.requests if one.startswith(SUSPENSION)]) == 1


def test_a_platform_that_freezes_for_a_moment_is_waited_for(house, star):
    house.set_up()
    house.start_worker()
    house.synapse.pause()
    decision = house.restrain(star, seconds=3600)
    assert until(lambda: house.state(decision), ("done", 1), within=3) == ("waits", 0)
    house.synapse.resume()
    assert until(star.writes, REFUSED) == REFUSED


def test_a_platform_that_is_down_for_a_minute_is_left_alone_then_everything_is_done_once(house, star):
    platform = house.set_up()
    decision = house.restrain(star, seconds=3600)
    house.synapse.stop()
    for _ in range(12):
        house.carry_out(seconds=5)
    platform.refresh_from_db()
    assert (platform.failures > 1, house.state(decision)) == (True, ("waits", 0))
    house.synapse.start()
    house.carry_out(minutes=10)
    assert (star.writes(), house.state(decision)) == (REFUSED, ("done", 1))


def test_what_the_staff_suspended_stays_when_ours_is_over(house, star, staff):
    house.set_up()
    staff.suspend(star.mxid)
    house.restrain(star, seconds=3600)
    house.carry_out()
    house.carry_out(hours=2)
    assert star.writes() == REFUSED


def test_ours_holds_though_the_staff_lifts_theirs_meanwhile_and_ends_in_its_turn(house, star, staff):
    house.set_up()
    staff.suspend(star.mxid)
    decision = house.restrain(star, seconds=3600)
    house.carry_out()
    assert house.state(decision) == ("waits", 0)
    staff.suspend(star.mxid, on=False)
    house.carry_out(minutes=3)
    assert star.writes() == REFUSED
    house.carry_out(hours=2)
    assert star.writes() == ACCEPTED
