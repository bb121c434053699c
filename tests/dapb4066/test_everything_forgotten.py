"""Whatever a form can hold of a person is nowhere once the referral is forgotten, whichever table it went to."""

import datetime as dt

from django.db import connection

from accounts.actors import Actor
from referrals.models import Person, Referral, RetentionProposal
from referrals.services.retention import forget, propose_forgetting
from tests.stage import fresh


def said_in(body):
    """Return every word of a body that tells of the person; what a figure needs, and what other rows say, left out."""
    if isinstance(body, dict):
        kept = {
            "team",
            "term",
            "code",
            "display",
            "section",
            "decision",
            "gp_practice_code",
            "nhs_number_status",
            "kind",
        }
        return [word for name, value in body.items() if name not in kept for word in said_in(value)]
    if isinstance(body, list):
        return [word for value in body for word in said_in(value)]
    return [line for line in str(body).split("\n") if isinstance(body, str) and len(line) > 3]


def everything_written():
    """Return all that stands in the tables of the referrals, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'referrals_%' ORDER BY 1")
        written = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(to_jsonb(line)::text, ' '), '') FROM {table} AS line")  # noqa: S608
            written.append(cursor.fetchone()[0])
    return " ".join(written)


def test_what_was_written_of_rose_is_nowhere(cast, as_user, refer, everything, guardian, time_machine, now):
    """She is referred with all that the form has; a concern is recorded, she moves, her number is corrected, ONS4 is
    taken, and she goes to hospital and home again before the team closes the case.
    """
    time_machine.move_to(now, tick=False)
    address = refer(everything)
    later = {
        "concern": {"text": "Money goes missing.", "comment": "Since spring."},
        "moved": {"kind": "home", "address": "2 Mill Lane", "postcode": "SK1 3XE"},
        "reached": {"telephone": "0161 496 0112", "interpreter_language": "Igbo"},
        "number": {"nhs_number": "999 000 0026", "nhs_number_status": "01", "note": "Read from her card."},
        "contact": {"mechanism": "02", "outcome": "spoke", "note": "Her brother drinks."},
    }
    assert as_user(guardian).post(f"{address}safeguarding/", later["concern"]).status_code == 201
    lou, lena = as_user(cast.link_worker), as_user(cast.lead)
    assert lou.post(f"{address}accept/").status_code == 200
    assert lou.post(f"{address}addresses/", later["moved"]).status_code == 201
    assert lou.post(f"{address}change-contact/", later["reached"]).status_code == 200
    assert lena.post(f"{address}correct-nhs-number/", later["number"]).status_code == 200
    assert lou.post(f"{address}start-support/").status_code == 200
    assert lou.post(f"{address}contacts/", later["contact"]).status_code == 201
    closing = {"outcome": "goals_met", "note": "Walks twice a week."}
    assert lou.post(f"{address}close/", closing).status_code == 200
    words = sorted({*said_in(everything), *said_in(later), *said_in(closing), "9990000018", "9990000026"})
    words = [
        word
        for word in words
        if word not in {"999 000 0018", "999 000 0026", "goals_met", "spoke", "home", "0161 496 0111"}
    ]
    before = everything_written()
    assert [word for word in words if word.replace('"', '\\"') not in before] == []

    referral = Referral.objects.get()
    at = now + dt.timedelta(days=4000)
    assert propose_forgetting(at=at) == 1
    forget(proposal=RetentionProposal.objects.get(), actor=Actor(fresh(cast.lead)), at=at)
    after = everything_written()
    assert [word for word in words if word in after] == []
    assert (referral.status, Referral.objects.get().status) == ("closed", "closed")
    assert Person.objects.get().date_of_birth == dt.date(1951, 1, 1)
