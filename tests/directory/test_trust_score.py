"""How far a listing can be believed: worked out by hand, part by part, and told in words."""

import datetime as dt
from dataclasses import replace
from random import Random

import pytest

from services_directory.trust import Responsiveness, TrustEvidence, judge

CHECKED_ON = dt.date(2026, 5, 4)
PROMPT = Responsiveness(answered=20, declined=2, expired=0, median_days=1.6)
LISTING = TrustEvidence(
    takes_referrals=True, is_imported=False, has_inbox=True, verified_on=CHECKED_ON, verified_how="provider_link",
    verified_by="Leisure Trust", responsiveness=PROMPT,
)  # fmt: skip
SIGNPOST = replace(LISTING, takes_referrals=False, responsiveness=None)
UNKNOWN = TrustEvidence(takes_referrals=False, is_imported=False, has_inbox=False)
IMPORTED = replace(UNKNOWN, is_imported=True)
PUBLISHED = replace(IMPORTED, published_on=CHECKED_ON, published_by="Libraries")


def after(days):
    return CHECKED_ON + dt.timedelta(days=days)


def points(trust):
    return {part.name: part.points for part in trust.parts}


@pytest.mark.parametrize(
    ("days", "checked", "capacity", "score", "label"),
    [
        # checked: 50 halved each 182 days; capacity: 15 halved each 42; replies 24 of 25 and messages 10 of 10 stay.
        (0, 50, 15, 99, "Checked recently"),
        (42, 43, 8, 85, "Checked recently"),
        (91, 35, 3, 72, "Checked recently"),
        (92, 35, 3, 72, "Checked 3 months ago"),
        (181, 25, 1, 60, "Checked 5 months ago"),
        (182, 25, 1, 60, "Not checked for 5 months"),
        (184, 25, 1, 60, "Not checked for 6 months"),
        (365, 12, 0, 46, "Not checked for 12 months"),
        (366, 12, 0, 46, "Not checked for 12 months"),
        (730, 3, 0, 37, "Not checked for 23 months"),
        (731, 3, 0, 37, "Not checked for 2 years"),
    ],
)
def test_a_check_is_worth_less_each_day(days, checked, capacity, score, label):
    trust = judge(LISTING, on=after(days))
    assert points(trust) == {"checked": checked, "answers": 24, "reached": 10, "capacity": capacity}
    assert (trust.score, trust.label) == (score, label)


def test_a_judgement_is_explained_in_words():
    trust = judge(replace(LISTING, bounced=1), on=after(10))
    assert trust.words == (
        "Leisure Trust said on 4 May 2026 that it is right. "
        "Of the referrals of the last 12 months nearly all were answered in time, half of them within 2 days; "
        "about 9 in 10 of those were taken on. "
        "A message to it could not be delivered since it was last checked. "
        "Its capacity was last confirmed on 4 May 2026."
    )
    assert " ".join(part.words for part in trust.parts) == trust.words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verified_how": "provider"}, "Leisure Trust said on 4 May 2026 that it is right."),
        ({"verified_how": "provider_edit"}, "Leisure Trust brought it up to date on 4 May 2026."),
        ({"verified_how": "editor"}, "The directory's editor checked it on 4 May 2026."),
        ({"verified_on": None}, "Nobody has checked it."),
        (
            {"verified_on": None, "published_on": dt.date(2026, 3, 1), "published_by": "Libraries"},
            "Libraries published it on 1 March 2026; nobody has checked it here.",
        ),
        (
            {"reported": "changed"},
            "Leisure Trust said on 4 May 2026 that it is right. "
            "Its provider has said since that something has changed.",
        ),
        (
            {"reported": "closed"},
            "Leisure Trust said on 4 May 2026 that it is right. Its provider has said since that it has closed.",
        ),
    ],
)
def test_who_has_vouched_for_it_is_told(changes, words):
    assert judge(replace(SIGNPOST, **changes), on=after(10)).parts[0].words == words


def test_a_publishers_own_date_is_worth_half_a_check():
    trust = judge(PUBLISHED, on=CHECKED_ON)
    assert (points(trust), trust.score, trust.label) == ({"checked": 25}, 50, "Published in May 2026, not checked here")
    # A later date of the publisher does not take from a check, nor an older check from the later date.
    both = replace(PUBLISHED, verified_on=after(-728), verified_how="editor", verified_by="The directory's editor")
    assert points(judge(both, on=CHECKED_ON)) == {"checked": 25}


def test_who_confirms_the_capacity_vouches_for_half_of_the_listing():
    confirmed = replace(LISTING, verified_on=None, verified_how="", verified_by="", capacity_confirmed_on=CHECKED_ON)
    assert points(judge(confirmed, on=CHECKED_ON)) == {"checked": 25, "answers": 24, "reached": 10, "capacity": 15}


def test_what_is_reported_as_changed_is_worth_half_and_as_closed_nothing():
    changed, closed = (judge(replace(SIGNPOST, reported=said), on=CHECKED_ON) for said in ("changed", "closed"))
    assert (points(changed)["checked"], changed.label) == (25, "Its provider says that something has changed")
    assert (points(closed)["checked"], closed.label) == (0, "Its provider says that it has closed")


@pytest.mark.parametrize(
    ("known", "expected", "words"),
    [
        (None, None, "Too few referrals have gone there to say how they are answered."),
        # seven: each would be a person
        (
            Responsiveness(answered=6, declined=6, expired=1, median_days=13.0), None,
            "Too few referrals have gone there to say how they are answered.",
        ),
        # nine: one expired, half of the replies after a fortnight, half of them no: 25 x (0.36 + 0 + 0.15)
        (
            Responsiveness(answered=8, declined=4, expired=1, median_days=14.2), 13,
            "Of the referrals of the last 12 months about 9 in 10 were answered in time, half of them within 14 days; "
            "about 5 in 10 of those were taken on.",
        ),
        # eight settled, of which too few were answered to tell days and shares: 25 x 0.4
        (
            Responsiveness(answered=3, declined=0, expired=5, median_days=0.2), 10,
            "Of the referrals of the last 12 months about 4 in 10 were answered in time.",
        ),
        (
            Responsiveness(answered=0, declined=0, expired=9, median_days=None), 0,
            "Of the referrals of the last 12 months hardly any were answered in time.",
        ),
        (
            Responsiveness(answered=40, declined=0, expired=0, median_days=0.4), 25,
            "Of the referrals of the last 12 months nearly all were answered in time, half of them within the same "
            "day; nearly all of those were taken on.",
        ),
    ],
)  # fmt: skip
def test_replies_count_from_eight_referrals_on(known, expected, words):
    (part,) = (
        part for part in judge(replace(LISTING, responsiveness=known), on=after(0)).parts if part.name == "answers"
    )
    assert (part.points, part.words) == (expected, words)


def test_a_new_listing_is_judged_on_what_it_has():
    new = replace(LISTING, responsiveness=None)
    assert (judge(new, on=CHECKED_ON).score, judge(SIGNPOST, on=CHECKED_ON).score) == (100, 100)


@pytest.mark.parametrize(("bounced", "expected"), [(0, 10), (1, 5), (2, 0), (30, 0)])
def test_messages_that_come_back_count_against_it(bounced, expected):
    assert points(judge(replace(LISTING, bounced=bounced), on=CHECKED_ON))["reached"] == expected


@pytest.mark.parametrize(
    ("evidence", "day", "is_stale", "label"),
    [
        (SIGNPOST, after(365), False, "Not checked for 12 months"),
        (SIGNPOST, after(366), True, "Not checked for 12 months"),
        (replace(SIGNPOST, capacity_confirmed_on=after(300)), after(400), False, "Not checked for 13 months"),
        # asked, and no answer within six weeks
        (replace(SIGNPOST, asked_on=after(182)), after(223), False, "Not checked for 7 months"),
        (
            replace(SIGNPOST, asked_on=after(182)), after(224), True,
            "Not checked for 7 months; its keeper has not answered",
        ),
        # never checked: our own is new until it was asked in vain; an imported one of no known age is stale
        (UNKNOWN, after(0), False, "Nobody has checked this listing"),
        (
            replace(UNKNOWN, asked_on=after(0)), after(42), True,
            "Nobody has checked this listing; its keeper has not answered",
        ),
        (IMPORTED, after(0), True, "Nobody has checked this listing"),
        (PUBLISHED, after(365), False, "Published in May 2026, not checked here"),
        (PUBLISHED, after(366), True, "Published in May 2026, not checked here"),
    ],
)  # fmt: skip
def test_a_listing_that_nobody_vouches_for_is_stale_and_says_so(evidence, day, is_stale, label):
    trust = judge(evidence, on=day)
    assert (trust.is_stale, trust.label) == (is_stale, label)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (replace(UNKNOWN, asked_on=after(-42)), "We have asked whether it is still right, and nobody has answered."),
        (replace(SIGNPOST, verified_on=after(-366)), "That is more than a year ago: ask before you rely on it."),
        (IMPORTED, "How old it is nobody knows: ask before you rely on it."),
    ],
)
def test_why_a_listing_is_stale_is_the_last_sentence(evidence, words):
    assert judge(evidence, on=after(0)).words.endswith(words)


def any_evidence(dice):
    def some_day():
        return after(dice.randrange(-900, 1)) if dice.random() < 0.7 else None

    answered = dice.randrange(30)
    return TrustEvidence(
        takes_referrals=dice.random() < 0.5,
        is_imported=dice.random() < 0.5,
        has_inbox=dice.random() < 0.5,
        verified_on=some_day(),
        verified_how=dice.choice(["provider_link", "provider", "provider_edit", "editor"]),
        verified_by="Leisure Trust",
        reported=dice.choice(["", "", "changed", "closed"]),
        published_on=some_day(),
        published_by="Libraries",
        capacity_confirmed_on=some_day(),
        responsiveness=Responsiveness(
            answered=answered,
            declined=dice.randrange(answered + 1),
            expired=dice.randrange(20),
            median_days=dice.uniform(0, 20) if answered else None,
        ),
        bounced=dice.randrange(4),
        asked_on=some_day(),
    )


def test_as_long_as_nothing_happens_no_score_rises_and_nothing_stale_is_fresh_again():
    dice = Random(2026)
    for _ in range(300):
        evidence = any_evidence(dice)
        course = [judge(evidence, on=after(days)) for days in range(0, 1100, 11)]
        scores = [trust.score for trust in course]
        assert scores == sorted(scores, reverse=True), evidence
        stale = [trust.is_stale for trust in course]
        assert stale == sorted(stale), evidence
        assert all(0 <= score <= 100 for score in scores)
        assert all(len(trust.label) <= 100 for trust in course)


def test_whatever_vouches_for_a_listing_never_lowers_its_score():
    dice = Random(7)
    today = after(1)
    for _ in range(300):
        evidence = replace(any_evidence(dice), capacity_confirmed_on=None)
        before = judge(evidence, on=today).score
        for better in ({"verified_on": today}, {"capacity_confirmed_on": today}, {"reported": ""}, {"bounced": 0}):
            assert judge(replace(evidence, **better), on=today).score >= before, (evidence, better)
