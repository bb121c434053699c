"""Organisations and places of the demonstration."""

from services_directory.demo.shape import Place

ORGANIZATIONS: dict[str, tuple[str, str]] = {
    # Real ones, for what sources say that they run; nobody invented stands beside them.
    "life_leisure": ("Life Leisure", "The leisure trust of Stockport: PARiS, and the projects of Active Communities."),
    "age_uk_stockport": (
        "Age UK Stockport",
        "Made the Confidence Walks with Life Leisure and the council, from what residents of Brinnington said.",
    ),
    # Made up.
    "walking": ("Stride Together (demonstration)", "A made-up walking charity, for the demonstration."),
    "befriending": ("Kindred Callers (demonstration)", "A made-up befriending charity, for the demonstration."),
    "debt_advice": ("Level Advice (demonstration)", "A made-up advice charity, for the demonstration."),
    "falls": ("Steady Steps (demonstration)", "A made-up falls-prevention provider, for the demonstration."),
    "arts": ("Bright Thread Arts (demonstration)", "A made-up arts charity, for the demonstration."),
    "gardening": ("Common Ground Growers (demonstration)", "A made-up community garden, for the demonstration."),
    "carers": ("Carers' Corner (demonstration)", "A made-up carers' group, for the demonstration."),
    "neighbours": ("Good Neighbours (demonstration)", "A made-up volunteers' group, for the demonstration."),
    "library": ("Riverside Library (demonstration)", "A made-up library, for the demonstration."),
}
"""By key: name and description."""

PLACES: dict[str, Place] = {
    # Real places that sources name.
    "offerton": Place(
        name="Offerton Community Centre",
        address_1="Offerton Community Centre",
        postal_code="SK2 5NX",
        latitude=53.399,
        longitude=-2.131,
    ),
    "bramhall": Place(
        name="Bramhall Village", address_1="Bramhall Village", postal_code="SK7 1LR", latitude=53.362, longitude=-2.166
    ),
    "woodley": Place(
        name="Woodley Civic Hall",
        address_1="Woodley Civic Hall",
        postal_code="SK6 1QG",
        latitude=53.428,
        longitude=-2.096,
    ),
    "brinnington": Place(name="Brinnington", latitude=53.428, longitude=-2.128),
    "avondale": Place(name="Avondale", latitude=53.400, longitude=-2.172),
    # Made up.
    "hub": Place(
        name="Activity referral hub (demonstration)",
        address_1="1 Demonstration Square",
        postal_code="SK1 3XE",
        latitude=53.410,
        longitude=-2.157,
        accessibility="Level entrance, lift, accessible toilet, induction loop.",
    ),
    "edgeley_hall": Place(
        name="Edgeley Hall (demonstration)",
        address_1="10 Demonstration Road",
        postal_code="SK3 9AA",
        latitude=53.404,
        longitude=-2.168,
        accessibility="Level entrance, accessible toilet.",
    ),
    "reddish_room": Place(
        name="Reddish Room (demonstration)",
        address_1="22 Demonstration Lane",
        postal_code="SK5 6AA",
        latitude=53.436,
        longitude=-2.159,
        accessibility="One step at the entrance; a ramp can be laid.",
    ),
    "heatons_studio": Place(
        name="Heatons Studio (demonstration)",
        address_1="5 Demonstration Street",
        postal_code="SK4 4AA",
        latitude=53.418,
        longitude=-2.184,
    ),
    "cheadle_chapel": Place(
        name="Cheadle Chapel Rooms (demonstration)",
        address_1="3 Demonstration Way",
        city="Cheadle",
        postal_code="SK8 1AA",
        latitude=53.393,
        longitude=-2.213,
        accessibility="Level entrance, accessible toilet.",
    ),
    "marple_garden": Place(
        name="Canal Side Garden (demonstration)",
        address_1="Demonstration Towpath",
        city="Marple",
        postal_code="SK6 7AA",
        latitude=53.395,
        longitude=-2.063,
        accessibility="Firm paths, raised beds, an accessible toilet.",
    ),
    "riverside_library": Place(
        name="Riverside Library (demonstration)",
        address_1="2 Demonstration Bridge",
        postal_code="SK1 2AA",
        latitude=53.412,
        longitude=-2.153,
        accessibility="Level entrance, lift, accessible toilet, induction loop.",
    ),
    "hazel_grove_park": Place(
        name="Hazel Grove park gates (demonstration)",
        address_1="Demonstration Park",
        city="Hazel Grove",
        postal_code="SK7 4AA",
        latitude=53.378,
        longitude=-2.115,
    ),
}
