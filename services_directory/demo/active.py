"""Listings of being active: what Life Leisure and Age UK Stockport run, as sources say, and made-up neighbours.

Of real organisations we make up only what a referral needs (who receives it in the demonstration, whether there is
room), never a time, a price or a failing.
"""

from typing import Any

from services_directory.demo.shape import Cost, Listing, Said, Session

REFERALL = "ReferAll on Life Leisure, Stockport (field notes S1: blog.refer-all.net/life-leisure-stockport)"
REFERALL_2019 = "ReferAll, questions to Life Leisure, 2019 (field notes S2: blog.refer-all.net/life-leisure-qa)"
NEWS = "South Manchester News, Self-medicate with exercise (field notes S3)"
INTERVIEW = "Life Leisure interview (field notes S127: socialresearchpartners.co.uk/life-leisure-interview)"
COUNCIL_NEWS = "Stockport Council, Confidence grows in new walking classes (field notes S126), and S128"
TARGETED_PROJECTS = "Life Leisure, Targeted Projects 2023 (background document)"
PLACE_PARTNERSHIP = "Stockport place partnership (background document)"

_MOVING_TOGETHER = ["stockport_moving_together"]


def _received_by(team: str, **more: Any) -> dict[str, Any]:
    return {
        "referral_route": "referral",
        "takes_direct_referrals": False,
        "receiving_team": team,
        "capacity": "open",
        "first_contact_by": "service",
        **more,
    }


LISTINGS = (
    Listing(
        key="paris",
        said=(
            Said(
                f"{REFERALL}; {NEWS}",
                {
                    "name": "PARiS: Physical Activity Referral in Stockport",
                    "organization": "life_leisure",
                    "description": (
                        "A six-month programme made for each person: a first evaluation, one after three months, and "
                        "the status after six. Swimming, cycling, gym, movement, balance, and dedicated rehabilitation "
                        "classes."
                    ),
                    "application_process": (
                        "A GP's activity prescription, a referral by another health professional, or a self-referral. "
                        "A central hub receives the referrals."
                    ),
                    "eligibility_description": (
                        "For people who are inactive or live with a long-term condition, for example type 2 diabetes, "
                        "joint pain, COPD or depression."
                    ),
                    "referral_route": "referral",
                    "takes_direct_referrals": True,
                    "programme_length_weeks": 26,
                    "review_points_weeks": [0, 13, 26],
                    "delivery": "in_place",
                    "service_areas": ["Stockport"],
                    "needs": ["physical_activity", "long_term_condition", "mental_wellbeing"],
                },
            ),
            Said(
                REFERALL_2019,
                {
                    "cost_options": [
                        Cost("Residents of the most deprived areas", 0, "supervised gym session (2019)"),
                        Cost("Elsewhere, from", 2.00, "supervised gym session (2019)"),
                        Cost("Elsewhere, up to", 3.10, "supervised gym session (2019)"),
                    ],
                },
            ),
            Said(TARGETED_PROJECTS, {"campaigns": _MOVING_TOGETHER}),
        ),
        made_up={
            "receiving_team": "leisure_hub",
            "capacity": "open",
            "first_contact_by": "service",
            "minimum_age": 18,
            "life_course_stage": ["live_well", "age_well"],
            "service_at_locations": ["hub"],
            "phones": ["0161 496 0101"],
            "email": "hub@leisure.example",
        },
    ),
    Listing(
        key="smile",
        said=(
            Said(
                INTERVIEW,
                {
                    "name": "SMILE",
                    "organization": "life_leisure",
                    "description": "Gentle exercise for older adults, in community venues and care homes.",
                    "delivery": "in_place",
                    "life_course_stage": ["age_well"],
                    "needs": ["physical_activity"],
                },
            ),
            Said(TARGETED_PROJECTS, {"campaigns": _MOVING_TOGETHER}),
        ),
        made_up=_received_by("active_communities", service_areas=["Stockport"]),
    ),
    Listing(
        key="smile_packs",
        said=(
            Said(
                TARGETED_PROJECTS,
                {
                    "name": "SMILE activity packs",
                    "organization": "life_leisure",
                    "description": (
                        "Packs and booklets that guide people through exercises where they live. In the winter of "
                        "2020 to 2021, 140 packs went to residents in Brinnington, Reddish and Offerton."
                    ),
                    "delivery": "posted",
                    "service_areas": ["Brinnington", "Reddish", "Offerton"],
                    "needs": ["physical_activity"],
                    "campaigns": _MOVING_TOGETHER,
                },
            ),
        ),
        made_up=_received_by("active_communities", life_course_stage=["age_well"]),
    ),
    *(
        Listing(
            key=f"tried_{key}",
            said=(
                Said(
                    INTERVIEW,
                    {
                        "name": f"I Wish I'd Tried: {activity}",
                        "organization": "life_leisure",
                        "description": f"A project for inactive adults: {activity}.",
                        "eligibility_description": "Adults who are inactive.",
                        "needs": ["physical_activity"],
                        **stated,
                    },
                ),
            ),
            made_up=_received_by(
                "active_communities", delivery="in_place", life_course_stage=stages, service_areas=["Stockport"]
            ),
        )
        for key, activity, stages, stated in (
            ("walking_football", "walking football", ["live_well", "age_well"], {}),
            ("tai_chi", "tai chi", ["live_well", "age_well"], {}),
            ("over_50s_fitness", "over-50s fitness", ["age_well"], {"minimum_age": 50}),
        )
    ),
    Listing(
        key="r_time",
        said=(
            Said(
                TARGETED_PROJECTS,
                {
                    "name": "R-Time",
                    "organization": "life_leisure",
                    "description": (
                        "One of the larger projects of Life Leisure's Active Communities team, which encourages and "
                        "supports people in being more active."
                    ),
                    "needs": ["physical_activity"],
                },
            ),
        ),
        made_up=_received_by(
            "active_communities", delivery="in_place", life_course_stage=["live_well"], service_areas=["Stockport"]
        ),
    ),
    Listing(
        key="active_ageing",
        said=(
            Said(
                INTERVIEW,
                {
                    "name": "Active Ageing",
                    "organization": "life_leisure",
                    "description": "For people of 55 and over, after a significant event in their life.",
                    "eligibility_description": "55 and over, after a significant life event.",
                    "minimum_age": 55,
                    "life_course_stage": ["age_well"],
                },
            ),
        ),
        made_up=_received_by(
            "active_communities",
            delivery="in_place",
            service_areas=["Stockport"],
            needs=["physical_activity", "loneliness", "bereavement"],
        ),
    ),
    Listing(
        key="confidence_walks",
        said=(
            Said(
                COUNCIL_NEWS,
                {
                    "service_at_locations": ["brinnington", "avondale", "offerton", "bramhall", "woodley"],
                    "schedules": [
                        Session("MO", "13:00", "14:00", "offerton"),
                        Session("TH", "13:30", "14:30", "bramhall"),
                        Session("FR", "11:30", "12:30", "woodley"),
                    ],
                    "eligibility_description": (
                        "Among those who come are people with cancer, and with conditions of the lungs, the heart, the "
                        "muscles and the joints."
                    ),
                },
            ),
            Said(
                PLACE_PARTNERSHIP,
                {
                    "name": "Confidence Walks",
                    "organization": "age_uk_stockport",
                    "description": (
                        "Walking in a hall, with chairs along the way, for people who are interested in walking but do "
                        "not feel able to join a walk outdoors. A chance to walk, meet others and gain confidence. "
                        "Made with Age UK Stockport and Life Leisure, from what residents of Brinnington said."
                    ),
                    "delivery": "in_place",
                    "needs": ["physical_activity", "loneliness"],
                },
            ),
        ),
        made_up=_received_by("walking", first_contact_by="person", life_course_stage=["age_well"]),
    ),
    Listing(
        key="health_walks",
        made_up=_received_by(
            "walking",
            name="Gentle health walks",
            organization="walking",
            description="A led walk of 30 to 60 minutes on flat paths, at the pace of the slowest, and tea afterwards.",
            delivery="in_place",
            minimum_age=18,
            life_course_stage=["live_well", "age_well"],
            needs=["physical_activity", "loneliness", "nature"],
            service_at_locations=["hazel_grove_park"],
            schedules=[Session("WE", "10:30", "11:30", "hazel_grove_park")],
            cost_options=[Cost("Everybody", 0)],
            phones=["0161 496 0111"],
        ),
    ),
    Listing(
        key="buggy_walks",
        made_up=_received_by(
            "walking",
            name="Buggy walks",
            organization="walking",
            description="A walk in the park for parents and carers with a baby or a small child.",
            delivery="in_place",
            life_course_stage=["start_well", "live_well"],
            needs=["parenting", "physical_activity", "mental_wellbeing"],
            service_at_locations=["hazel_grove_park"],
            schedules=[Session("TU", "10:00", "11:00", "hazel_grove_park")],
            cost_options=[Cost("Everybody", 0)],
        ),
    ),
    Listing(
        key="strength_and_balance",
        made_up=_received_by(
            "falls",
            name="Strength and balance class",
            organization="falls",
            description="Twelve weeks of exercises that make falls less likely, in a small group with an instructor. "
            "Whoever cannot stand for long does them as seated exercise.",
            eligibility_description="For people of 65 and over who have fallen, or fear that they may.",
            minimum_age=65,
            delivery="in_place",
            programme_length_weeks=12,
            review_points_weeks=[0, 6, 12],
            capacity="waiting_list",
            places=12,
            keeps_waiting_list=True,
            expected_wait_weeks=4,
            life_course_stage=["age_well"],
            needs=["falls", "physical_activity"],
            service_at_locations=["reddish_room", "edgeley_hall"],
            schedules=[
                Session("TU", "14:00", "15:00", "reddish_room"),
                Session("TH", "10:30", "11:30", "edgeley_hall"),
            ],
            cost_options=[Cost("Everybody", 2.50, "per class"), Cost("On Pension Credit", 0)],
            phones=["0161 496 0121"],
        ),
    ),
    Listing(
        key="home_exercise",
        made_up=_received_by(
            "falls",
            name="Balance exercises at home",
            organization="falls",
            description="An instructor visits at home, sets exercises that suit the person, and comes back to see.",
            eligibility_description="For people who cannot come to a class.",
            places=6,
            keeps_waiting_list=True,
            minimum_age=65,
            delivery="at_home",
            programme_length_weeks=12,
            review_points_weeks=[0, 6, 12],
            life_course_stage=["age_well"],
            needs=["falls"],
            service_areas=["Stockport"],
            cost_options=[Cost("Everybody", 0)],
        ),
    ),
)
