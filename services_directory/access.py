"""What makes a place easier to use: a small taxonomy of our own, like `needs`.

A service has a feature where a term of this taxonomy says so, of it or of one of its places; or where the description
of a place's accessibility states it plainly (the database reads it: `directory_access_read`, which must know the same
codes). What is read from a description is marked so in every answer.
"""

import uuid

ACCESS_TAXONOMY_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:community-referral:access")
ACCESS_TAXONOMY_NAME = "Accessibility"
ACCESS_TAXONOMY_DESCRIPTION = "What makes a place easier to use for a disabled person."

ACCESS: dict[str, tuple[str, str]] = {
    "step_free": ("Step-free access", "From the street to where it happens, without a step; for wheelchairs too."),
    "lift": ("Lift", "To the floors that are used."),
    "accessible_toilet": ("Accessible toilet", "A toilet for wheelchair users."),
    "changing_places": ("Changing Places toilet", "With a hoist and a changing bench."),
    "hearing_loop": ("Hearing loop", "An induction loop for hearing aids."),
    "parking": ("Accessible parking", "Blue Badge spaces near the door."),
    "quiet_space": ("Quiet space", "A room or a time with little noise and light."),
    "sign_language": ("British Sign Language", "Somebody signs, or an interpreter is there."),
    "assistance_dogs": ("Assistance dogs", "They are welcome."),
}
"""By code: the name and what it covers."""


def access_id(code: str) -> uuid.UUID:
    """Return the id of a feature's term.

    :raises KeyError: if there is no such feature.
    """
    ACCESS[code]
    return uuid.uuid5(ACCESS_TAXONOMY_ID, code)
