"""Whoever was told anything of Rose stands in the access log: by the same walk that asks every route as everybody."""

LOG = "referrals_recordaccess"
LISTS = {
    "referral-list", "task-list", "session-register", "web:caseload", "web:due", "web:merges", "web:messages-back",
    "web:my-referrals", "web:providing-programme", "web:providing-register",
}  # fmt: skip
"""Lists in which people are looked for. They open no record, and so they say no more of anybody than this:"""
IN_A_LIST = {"person.first_name", "person.family_name", "task"}


def told(walk):
    """What each answer told of Rose: by route, method and who asked, the names of the fields."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for name, readers in walk.read.items():
        for letter, places in readers.items():
            for place in places:
                method, _, route = place.partition(" ")
                found.setdefault((route, method, letter), set()).add(name)
    return found


def test_every_answer_that_tells_of_a_person_has_written_down_who_was_told(walk):
    unwritten = [
        (*asked, sorted(fields))
        for asked, fields in told(walk).items()
        if LOG not in walk.own[asked[0], asked[1]][asked[2]].written
        and not (asked[0].partition("#")[0] in LISTS and fields <= IN_A_LIST)
    ]
    assert unwritten == []


def test_no_list_stands_there_that_tells_nothing(walk):
    assert LISTS - {route for route, _, _ in told(walk)} == set()


def test_whoever_is_refused_is_in_no_log(walk):
    refused = [
        (*asked, letter)
        for asked, answers in walk.own.items()
        for letter, answer in answers.items()
        if answer.is_refusal and LOG in answer.written
    ]
    assert refused == []
