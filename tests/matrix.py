"""The two pathways written out again, by hand: who may take which step from which status, and where it leads.

R referrer, W link worker, L lead, P provider, S the service itself; a dot is nobody. These tables are the
specification that the declarations in `referrals/pathway/` are held to, so they are never generated from them.
"""

REFERRAL_TARGETS = {
    "submit": "submitted",
    "defer": "deferred",
    "confirm_discharge": "submitted",
    "request_information": "information_requested",
    "provide_information": "submitted",
    "accept": "accepted",
    "reject": "rejected",
    "redirect": "redirected",
    "start_support": "active",
    "hold": "on_hold",
    "resume": "active",
    "record_readmission": "on_hold",
    "confirm_discharge_again": "accepted",
    "close": "closed",
    "reopen": "active",
    "withdraw": "withdrawn",
    "record_death": "closed",
    "enter_in_error": "entered_in_error",
}
REFERRAL_TABLE = """
                       submit defer confirm_discharge request_information provide_information accept reject redirect start_support hold resume record_readmission confirm_discharge_again close reopen withdraw record_death enter_in_error
draft                  R      R     .                 .                   .                   .      .      .        .             .    .      .                  .                       .     .      R        RWL          L
deferred               .      .     RWL               .                   .                   .      .      .        .             .    .      .                  .                       .     .      R        RWL          L
submitted              .      .     .                 WL                  .                   WL     WL     WL       .             .    .      .                  .                       .     .      R        RWL          L
information_requested  .      .     .                 .                   RWL                 .      WL     .        .             .    .      .                  .                       .     .      R        RWL          L
accepted               .      .     .                 .                   .                   .      .      .        WL            .    .      RWL                .                       WL    .      R        RWL          L
active                 .      .     .                 .                   .                   .      .      .        .             WL   .      RWL                .                       WL    .      R        RWL          L
on_hold                .      .     .                 .                   .                   .      .      .        .             .    WL     .                  RWL                     .     .      R        RWL          L
closed                 .      .     .                 .                   .                   .      .      .        .             .    .      .                  .                       .     L      .        .            L
rejected               .      .     .                 .                   .                   .      .      .        .             .    .      .                  .                       .     .      .        .            L
redirected             .      .     .                 .                   .                   .      .      .        .             .    .      .                  .                       .     .      .        .            L
withdrawn              .      .     .                 .                   .                   .      .      .        .             .    .      .                  .                       .     .      .        .            L
entered_in_error       .      .     .                 .                   .                   .      .      .        .             .    .      .                  .                       .     .      .        .            .
"""  # noqa: E501 -- a table is read across

ONWARD_TARGETS = {
    "request_information": "information_requested",
    "provide_information": "sent",
    "accept": "accepted",
    "waitlist": "waitlisted",
    "decline": "declined",
    "expire": "expired",
    "book_assessment": "assessment_booked",
    "record_missed_assessment": "accepted",
    "start": "started",
    "send_pack": "started",
    "record_not_started": "not_started",
    "pause": "paused",
    "resume": "started",
    "complete": "completed",
    "leave_early": "left_early",
    "withdraw": "withdrawn",
}
ONWARD_TABLE = """
                       request_information provide_information accept waitlist decline expire book_assessment record_missed_assessment start send_pack record_not_started pause resume complete leave_early withdraw
sent                   P                   .                   P      P        P       S      .               .                        .     .         .                  .     .      .        .           WL
information_requested  .                   WL                  .      .        P       .      .               .                        .     .         .                  .     .      .        .           WL
waitlisted             .                   .                   P      .        P       .      .               .                        .     .         .                  .     .      .        .           WL
accepted               .                   .                   .      .        .       .      P               .                        .     P         P                  .     .      .        .           WL
assessment_booked      .                   .                   .      .        .       .      P               P                        P     .         P                  .     .      .        .           WL
started                .                   .                   .      .        .       .      .               .                        .     .         .                  P     .      P        P           WL
paused                 .                   .                   .      .        .       .      .               .                        .     .         .                  .     P      .        .           WL
completed              .                   .                   .      .        .       .      .               .                        .     .         .                  .     .      .        .           .
left_early             .                   .                   .      .        .       .      .               .                        .     .         .                  .     .      .        .           .
not_started            .                   .                   .      .        .       .      .               .                        .     .         .                  .     .      .        .           .
declined               .                   .                   .      .        .       .      .               .                        .     .         .                  .     .      .        .           .
expired                .                   .                   .      .        .       .      .               .                        .     .         .                  .     .      .        .           .
withdrawn              .                   .                   .      .        .       .      .               .                        .     .         .                  .     .      .        .           .
"""  # noqa: E501 -- a table is read across


def read(table: str) -> dict[tuple[str, str], str]:
    """Return who may take a step from a status: (status, step) -> letters, empty for nobody."""
    head, *rows = table.strip("\n").splitlines()
    steps = head.split()
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        status, *cells = row.split()
        found |= {(status, step): "" if cell == "." else cell for step, cell in zip(steps, cells, strict=True)}
    return found


REFERRAL = read(REFERRAL_TABLE)
ONWARD = read(ONWARD_TABLE)
