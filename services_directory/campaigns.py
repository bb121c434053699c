"""Campaigns that a place runs, by which a search can be narrowed: a small taxonomy of our own, like `needs`."""

import uuid

CAMPAIGNS_TAXONOMY_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:community-referral:campaigns")
CAMPAIGNS_TAXONOMY_NAME = "Campaigns"
CAMPAIGNS_TAXONOMY_DESCRIPTION = "Campaigns and programmes of a place that a service belongs to."

CAMPAIGNS: dict[str, tuple[str, str]] = {
    "stockport_moving_together": (
        "Stockport Moving Together",
        "The borough's work for active lives: SMILE, PARiS, activity packs, and what its partners run.",
    ),
}
"""By code: the name and what it covers. From Life Leisure, Targeted Projects 2023 (background document)."""


def campaign_id(code: str) -> uuid.UUID:
    """Return the id of a campaign's term.

    :raises KeyError: if there is no such campaign.
    """
    CAMPAIGNS[code]
    return uuid.uuid5(CAMPAIGNS_TAXONOMY_ID, code)
