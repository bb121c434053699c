"""What is read of a person, field by field, by whom and why: the one table, that every answer is compared with.

The letters are those of `tests/authority/people.py`: R who referred, W link worker, L lead, G a link worker who is
safeguarding lead, P provider and V who came by its email link, Q the person. Whoever is not named reads nothing:
managers, editors, privacy officers outside of a subject access, and every other team. The judgement itself is
`referrals/policies.py` (`sees_person`, `sees_notes_between_team_and_provider`, `reads_safeguarding`).
"""

OWN_SIDE = "RWLG"
"""Who refers and who supports: they need the whole referral."""
RECEIVES = "PV"
"""Who receives the person, as long as they have them and the person agrees: who comes, how to reach them, risks."""

FIELDS = (
    # field, who reads it, why
    ("person.first_name", OWN_SIDE + RECEIVES + "Q", "whoever meets the person greets them by name"),
    ("person.family_name", OWN_SIDE + RECEIVES, "the person's own page shows no more of a name than it must"),
    ("person.date_of_birth", OWN_SIDE + RECEIVES, "the provider makes sure that it is they who came"),
    ("person.telephone", OWN_SIDE + RECEIVES, "the first contact"),
    ("person.email", OWN_SIDE + RECEIVES, "the first contact"),
    ("person.communication_needs", OWN_SIDE + RECEIVES + "Q", "how to speak with them; theirs to correct"),
    ("person.nhs_number", OWN_SIDE, "no provider of activity needs it"),
    ("person.address", OWN_SIDE, "people come to a provider, and not it to them"),
    ("person.postcode", OWN_SIDE, "as the address"),
    ("reason", OWN_SIDE, "why somebody is referred is theirs, and the team's"),
    ("needs.note", OWN_SIDE, "as the reason"),
    ("needs.display", OWN_SIDE, "as the reason"),
    ("risks", OWN_SIDE + RECEIVES, "whoever meets the person must know"),
    ("record.risks.description", OWN_SIDE + RECEIVES, "whoever meets the person must know"),
    ("risk added later", OWN_SIDE + RECEIVES, "whoever meets the person must know"),
    ("record.risks.display", OWN_SIDE, "the name of its code: the provider reads it in words"),
    ("record.risks.comment", OWN_SIDE, "what own side says to each other of a risk"),
    ("record", OWN_SIDE, "DAPB4066: what is known of the person, point by point"),
    ("consent.note", OWN_SIDE, "how the person agreed"),
    ("note of a step", OWN_SIDE, "what referrer and team say to each other"),
    ("professional asked", OWN_SIDE, "who was asked whether the person may take part"),
    ("note shared with the referrer", OWN_SIDE, "written for them"),
    ("note of the team", "WLG", "the team's own"),
    ("note of a contact", "WLG", "the team's own: it may speak of others"),
    ("who was spoken with", "WLG", "the team's own: it names others"),
    ("where", "WLG", "the team's own"),
    ("plan", "WLG", "the team's own; what of it the referrer hears stands in a message back"),
    ("signpost", "WLG", "as the plan"),
    ("task", "WLG", "the team's own"),
    ("safeguarding", "G", "a safeguarding lead of the team, who is written down as reader"),
    ("handover_note", "WLG" + RECEIVES, "from the team to the provider: not the referrer's to read"),
    ("note of a step at the provider", "WLG" + RECEIVES, "what team and provider say to each other"),
)  # fmt: skip
TAKEN_OUT = "post subject-access-list"
"""Where the privacy officer takes out everything for the person who asks for it, but for what is `WITHHELD`."""
WITHHELD = {"safeguarding", "note of the team", "note shared with the referrer"}
"""It may speak of others: somebody reads it before it is handed out (`referrals/holdings/register.py`)."""
READ_BY = {name: {*letters, *("T" if "L" in letters else "")} for name, letters, _ in FIELDS}
"""By field. A system (T) reads what the lead does whose token it has."""
