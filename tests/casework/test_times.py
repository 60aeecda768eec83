from rempart.casework.services.times import do_what_is_due

def test_nothing_is_due_in_an_empty_house(db):
    assert do_what_is_due() == 0
