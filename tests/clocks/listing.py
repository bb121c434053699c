"""Which test shows each clock stand still, and which shows it fire. Makes the table of docs/clocks.md."""

from referrals.clocks import CLOCKS

FOLLOW_UPS = "follow_ups/test_follow_ups.py"
ANSWER, BREACHES = "clocks/test_an_answer_of_a_provider.py", "clocks/test_breaches.py"
TURNS = "clocks/test_turns_in_answers.py"
NEVER = ""
"""A clock that nobody's turn stops; or, said plainly in the document, one whose pause no test shows."""

SHOWN: dict[str, tuple[str, str]] = {
    "triage": (
        f"{BREACHES}::test_the_teams_clock_stands_still_while_the_referrer_is_asked",
        f"{BREACHES}::test_the_leads_hear_of_a_referral_that_nobody_triages_once",
    ),
    "discharge": (NEVER, "doors/test_coming_home.py::test_a_planned_day_that_passes_without_a_word_is_asked_about"),
    "answer": (
        "casework/test_due.py::test_an_answer_of_the_referrer_makes_it_the_teams_turn",
        f"{BREACHES}::test_the_teams_clock_stands_still_while_the_referrer_is_asked",
    ),
    "first_contact": (
        "doors/test_coming_home.py::test_a_person_readmitted_before_support_began_has_not_agreed_yet",
        "casework/test_due.py::test_a_row_says_what_who_and_by_when",
    ),
    "contact_attempts": (
        "casework/test_contacts.py::test_what_waits_for_something_else_keeps_its_date",
        "casework/test_due.py::test_from_the_first_contact_to_a_case_that_asks_to_be_closed",
    ),
    "case_review": (
        f"{BREACHES}::test_a_case_on_hold_waits_for_the_end_of_the_hold",
        f"{BREACHES}::test_another_day_that_is_breached_is_another_message",
    ),
    "hold_end": (NEVER, f"{BREACHES}::test_a_case_on_hold_waits_for_the_end_of_the_hold"),
    "provider_response": (
        f"{ANSWER}::test_the_clock_stands_still_while_the_provider_waits_for_an_answer",
        f"{ANSWER}::test_the_provider_is_reminded_at_half_the_lead_hears_before_the_end_and_the_referrer_at_the_end",
    ),
    "provider_question": (
        "casework/test_due.py::test_a_question_of_a_provider_is_due_beside_the_case",
        f"{BREACHES}::test_the_leads_hear_of_a_provider_who_is_late",
    ),
    "waiting_review": (
        f"{BREACHES}::test_who_waits_for_a_place_waits_while_the_person_is_away",
        f"{BREACHES}::test_who_waits_for_a_place_is_on_the_link_workers_list",
    ),
    "assessment": (
        f"{BREACHES}::test_a_providers_clock_waits_while_the_person_is_away_and_goes_on_from_there",
        f"{BREACHES}::test_the_leads_hear_of_a_provider_who_is_late",
    ),
    "assessment_outcome": (
        f"{TURNS}::test_nobody_hears_of_a_first_assessment_while_the_person_is_away",
        f"{TURNS}::test_the_leads_hear_of_a_first_assessment_of_which_nobody_said_what_became_of_it",
    ),
    "review_points": (
        NEVER,
        "sessions/test_reviews.py::test_a_review_of_which_nothing_is_recorded_is_overdue_until_it_is",
    ),
    "pause_end": (
        f"{TURNS}::test_nobody_hears_of_a_pause_while_the_person_is_away",
        f"{BREACHES}::test_the_leads_hear_of_a_provider_who_is_late",
    ),
    "follow_ups": (
        f"{FOLLOW_UPS}::test_while_the_person_is_away_the_clock_stands_still_and_goes_on_from_there",
        f"{FOLLOW_UPS}::test_a_point_is_due_overdue_and_breached_until_somebody_asks",
    ),
    "consent_expiry": (
        NEVER,
        "consent/test_consent_clocks.py::test_the_owner_is_told_two_weeks_before_and_everybody_when_it_is_over",
    ),
    "listing_checks": (
        "directory/test_listing_checks.py::test_an_inbox_with_many_listings_is_asked_in_portions_four_weeks_apart",
        "directory/test_listing_checks.py::test_a_reminder_goes_out_once_after_two_weeks_to_those_who_have_not_answered",
    ),
}


def table() -> str:
    """Return the two tables of the document: each clock, and the tests that show it."""
    clocks = "\n".join(
        f"| `{each.key}` | {each.says} | {each.turn} | {each.setting}: {each.default} | {each.of_scheme or 'none'} "
        f"| `{each.column}`; {each.index} | {each.pauses} | {each.fires} |"
        for each in CLOCKS
    )
    tests = "\n".join(
        f"| `{key}` | {f'`{pause}`' if pause else 'nobody stops it'} | `{fire}` |"
        for key, (pause, fire) in SHOWN.items()
    )
    return (
        "| clock | to do | whose turn | setting and default | of these the scheme's too | due column; index "
        f"| stands still | fires |\n|---|---|---|---|---|---|---|---|\n{clocks}\n\n"
        f"| clock | seen to stand still | seen to fire |\n|---|---|---|\n{tests}\n"
    )
