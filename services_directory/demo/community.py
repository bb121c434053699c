"""Listings of company, advice, arts, gardens and the rest: all made up, as their organisations' names say."""

from typing import Any

from services_directory.demo.shape import Cost, Listing, Session


def _of(team: str, **values: Any) -> dict[str, Any]:
    """A service of the demonstration that takes referrals."""
    return {
        "organization": team,
        "referral_route": "referral",
        "takes_direct_referrals": False,
        "receiving_team": team,
        "capacity": "open",
        "first_contact_by": "service",
        "delivery": "in_place",
        **values,
    }


def _signpost(organization: str, **values: Any) -> dict[str, Any]:
    """A service of the demonstration to tell people about; they go there by themselves."""
    return {
        "organization": organization,
        "referral_route": "signposting",
        "takes_direct_referrals": False,
        "first_contact_by": "person",
        "delivery": "in_place",
        **values,
    }


_FREE = [Cost("Everybody", 0)]

LISTINGS = (
    Listing(
        key="telephone_friends",
        made_up=_of(
            "befriending",
            name="Telephone friends",
            description="A weekly call from the same volunteer, for somebody who would like to talk.",
            delivery="at_home",
            minimum_age=18,
            life_course_stage=["live_well", "age_well"],
            needs=["loneliness", "bereavement"],
            service_areas=["Stockport"],
            cost_options=_FREE,
            phones=["0161 496 0131"],
        ),
    ),
    Listing(
        key="visiting_friends",
        made_up=_of(
            "befriending",
            name="Visiting friends",
            description="A volunteer who visits once a week, after being matched by what both of them like.",
            delivery="at_home",
            capacity="waiting_list",
            places=6,
            keeps_waiting_list=True,
            waiting_list_length=9,
            expected_wait_weeks=6,
            wait_time="About six weeks.",
            minimum_age=55,
            life_course_stage=["age_well"],
            needs=["loneliness"],
            service_areas=["Stockport"],
            cost_options=_FREE,
            phones=["0161 496 0131"],
        ),
    ),
    Listing(
        key="chatty_cafe",
        made_up=_of(
            "befriending",
            name="The talking table",
            description="Tea, and a table where everybody talks with everybody. Come with a volunteer the first time.",
            life_course_stage=["live_well", "age_well"],
            needs=["loneliness", "mental_wellbeing"],
            service_at_locations=["cheadle_chapel"],
            schedules=[Session("MO", "10:00", "12:00", "cheadle_chapel")],
            cost_options=[Cost("Tea or coffee", 1.00)],
            languages=["English", "Urdu"],
        ),
    ),
    Listing(
        key="debt_advice",
        made_up=_of(
            "debt_advice",
            name="Debt advice",
            description="An adviser looks at all of a person's debts with them, and makes a plan.",
            minimum_age=18,
            life_course_stage=["live_well", "age_well"],
            needs=["money", "housing", "warmth"],
            service_at_locations=["riverside_library"],
            schedules=[
                Session("MO", "09:30", "15:30", "riverside_library"),
                Session("TH", "09:30", "15:30", "riverside_library"),
            ],
            cost_options=_FREE,
            phones=["0161 496 0141"],
            email="advice@level.example",
            languages=["English", "Polish"],
        ),
    ),
    Listing(
        key="benefits_check",
        made_up=_of(
            "debt_advice",
            name="Benefits check",
            description="A video or telephone call of 45 minutes: what a person could claim, and help with the forms.",
            delivery="online",
            minimum_age=18,
            life_course_stage=["live_well", "age_well"],
            needs=["money", "food", "warmth"],
            service_areas=["Stockport"],
            cost_options=_FREE,
            phones=["0161 496 0141"],
        ),
    ),
    Listing(
        key="making_together",
        made_up=_of(
            "arts",
            name="Making together",
            description="Ten weeks of clay, print and thread in a small group. No skill is asked, and none is judged.",
            minimum_age=18,
            programme_length_weeks=10,
            review_points_weeks=[0, 10],
            life_course_stage=["live_well", "age_well"],
            needs=["creativity", "mental_wellbeing", "loneliness"],
            service_at_locations=["heatons_studio"],
            schedules=[Session("WE", "13:00", "15:00", "heatons_studio")],
            cost_options=_FREE,
            phones=["0161 496 0151"],
        ),
    ),
    Listing(
        key="singing",
        made_up=_of(
            "arts",
            name="Singing for breath",
            description="Singing and breathing for people who get short of breath, and whoever comes with them.",
            capacity="full",
            places=12,
            keeps_waiting_list=True,
            waiting_list_length=5,
            expected_wait_weeks=16,
            wait_time="New places in the spring.",
            life_course_stage=["live_well", "age_well"],
            needs=["long_term_condition", "creativity", "loneliness"],
            service_at_locations=["cheadle_chapel"],
            schedules=[Session("FR", "14:00", "15:30", "cheadle_chapel")],
            cost_options=[Cost("Everybody", 3.00, "per session; nobody is turned away")],
        ),
    ),
    Listing(
        key="garden",
        made_up=_of(
            "gardening",
            name="Community garden",
            description="Growing vegetables and flowers with others. Jobs for every strength, and a stove in winter.",
            minimum_age=16,
            programme_length_weeks=12,
            review_points_weeks=[0, 6, 12],
            life_course_stage=["live_well", "age_well"],
            needs=["nature", "mental_wellbeing", "loneliness", "physical_activity"],
            service_at_locations=["marple_garden"],
            schedules=[
                Session("TU", "10:00", "13:00", "marple_garden"),
                Session("SA", "10:00", "12:00", "marple_garden"),
            ],
            cost_options=_FREE,
            phones=["0161 496 0161"],
        ),
    ),
    Listing(
        key="grow_and_cook",
        made_up=_of(
            "gardening",
            name="Grow and cook",
            description="Six weeks: what the garden has, and cheap meals made of it.",
            capacity="paused",
            paused_until="2027-03-01",
            alert="Starts again in March.",
            minimum_age=18,
            programme_length_weeks=6,
            life_course_stage=["live_well"],
            needs=["food", "weight", "nature"],
            service_at_locations=["marple_garden"],
            schedules=[Session("TH", "11:00", "13:00", "marple_garden")],
            cost_options=_FREE,
        ),
    ),
    Listing(
        key="carers",
        made_up=_signpost(
            "carers",
            name="Carers' support",
            description="A room, a kettle and people who know. Also advice on breaks and on the carer's assessment.",
            life_course_stage=["live_well", "age_well"],
            needs=["caring", "loneliness", "money"],
            service_at_locations=["edgeley_hall"],
            schedules=[Session("WE", "10:00", "12:00", "edgeley_hall")],
            cost_options=_FREE,
            phones=["0161 496 0171"],
            email="hello@carers-corner.example",
        ),
    ),
    Listing(
        key="memory_cafe",
        made_up=_signpost(
            "carers",
            name="Memory café",
            description="For people with memory problems and those who care for them: music, talk and quiet corners.",
            life_course_stage=["age_well"],
            needs=["memory", "caring", "loneliness"],
            service_at_locations=["edgeley_hall"],
            schedules=[Session("FR", "10:00", "12:00", "edgeley_hall")],
            cost_options=_FREE,
        ),
    ),
    Listing(
        key="bereavement_cafe",
        made_up=_signpost(
            "neighbours",
            name="Bereavement café",
            description="For anybody who has lost somebody, last week or years ago. No need to book or to speak.",
            life_course_stage=["live_well", "age_well"],
            needs=["bereavement", "loneliness"],
            service_at_locations=["cheadle_chapel"],
            schedules=[Session("TH", "14:00", "16:00", "cheadle_chapel")],
            cost_options=_FREE,
        ),
    ),
    Listing(
        key="warm_space",
        made_up=_signpost(
            "library",
            name="Warm space",
            description="Somewhere warm to sit, read and charge a telephone. Soup at noon from November to March.",
            life_course_stage=["start_well", "live_well", "age_well"],
            needs=["warmth", "food", "loneliness"],
            service_at_locations=["riverside_library"],
            schedules=[Session(day, "09:30", "17:00", "riverside_library") for day in ("MO", "TU", "WE", "TH", "FR")],
            cost_options=_FREE,
        ),
    ),
    Listing(
        key="digital_skills",
        made_up=_signpost(
            "library",
            name="Getting online",
            description="Patient help with telephones, tablets and computers, one to one. Devices can be borrowed.",
            life_course_stage=["live_well", "age_well"],
            needs=["digital", "work_learning"],
            service_at_locations=["riverside_library"],
            schedules=[Session("TU", "14:00", "16:00", "riverside_library")],
            cost_options=_FREE,
            url="https://riverside-library.example/online",
        ),
    ),
    Listing(
        key="mens_shed",
        made_up=_signpost(
            "neighbours",
            name="The repair shed",
            description="Mending chairs, bicycles and toasters, mostly beside somebody else doing the same.",
            minimum_age=18,
            life_course_stage=["live_well", "age_well"],
            needs=["loneliness", "work_learning", "mental_wellbeing"],
            service_at_locations=["reddish_room"],
            schedules=[Session("WE", "10:00", "15:00", "reddish_room")],
            cost_options=[Cost("Everybody", 1.00, "for tea")],
        ),
    ),
)
