"""A document with something in every section, written by hand. Nobody in it lives."""

from typing import Any


def whole_document() -> dict[str, Any]:
    """Return a document of which nothing is to be said."""
    concept = {"code": "871731000000106", "display": "made-up concept"}
    return {
        "Person demographics": {
            "Person name": {
                "Person first name": ["Rose", "Ada"],
                "Person family name": ["Okafor"],
                "Title": "Mrs",
                "Person name suffix": ["MBE"],
            },
            "Date of birth": "1951-03-27",
            "Pronoun": "she/her",
            "Gender": "2",
            "Ethnicity": "N",
            "Religion": concept,
            "NHS number": "9990000018",
            "NHS number status indicator": "01",
            "Person's address": {"Address line 1": "11 Allotment Row", "Postcode": "SK5 8BS"},
            "Person's contact details": {
                "Preferred contact method": "3",
                "Person's telephone number details": [
                    {
                        "Person's telephone number": "0161 496 0111",
                        "Person's telephone number type": "home",
                        "Preference of telephone number": 1,
                    }
                ],
                "Person's email address details": [{"Person's email address": "rose@people.example"}],
            },
            "Sexual Orientation": concept,
        },
        "GP practice": {"GP practice record entry": [{"GP name": "Dr Gill", "GP practice identifier": "Z90001"}]},
        "About me": {"My wellness": {"My wellness": "A good day is one outside."}},
        "Individual requirements": {
            "Other individual requirements": [{"Other individual requirement": "The toilet nearby."}]
        },
        "Safeguarding": {"Safeguarding concerns": [{"Safeguarding indicator": False}]},
        "Consent": {"Consent for information sharing": "Agreed."},
        "Referral details": {
            "Referral details record entry": [
                {
                    "Date": "2026-11-02T09:30",
                    "Referrer details": {
                        "Name": "Gita Gill",
                        "Service": {"Free text": "Vale Practice"},
                        "Organisation": {"Coded value": "Z9000", "Free text": "Vale Practice"},
                        "Contact details": "gita.gill@work.example",
                    },
                    "Referral method": "Secure Messaging",
                    "Referral to": {"Team": "Vale link workers"},
                }
            ]
        },
        "Presenting complaints or issues": {
            "Presenting complaint or issue": [{"Coded value": concept, "Free text": "Lonely."}],
            "Person reported complaints or issues": ["I miss people."],
        },
        "Problem list": {
            "Problem list record entry": [{"Problem": {"Free text": "Sore hip."}, "Onset date": "2026-03"}]
        },
        "Clinical Summary": {"Clinical summary": "Walks twice a week now."},
        "Social context": {"Household environment": {"Household environment": "Cold."}},
        "Services and care": {"Services and care record entry": [{"Care funding source": "Self-funded"}]},
        "Signpost details": {
            "Signpost details record entry": [{"Date": "2026-11-02", "Signpost to": {"Organisation": "Library"}}]
        },
        "Pregnancy status": {"Pregnancy state": True, "Expected delivery date": "2027-03-01"},
        "Assessments": {
            "Assessments record entry": [
                {
                    "Structured assessment": {
                        "Assessment result": {
                            "Assessment score": {"Coded value": concept},
                            "Value": 7,
                            "Units of measure": "{score}",
                        }
                    }
                }
            ]
        },
        "Risks": {
            "Risks record entry": [
                {"Start date of risk": "2026-04-01", "Risk": {"Free text": "May fall on stairs."}},
                {"Risk": {"Coded value": concept}, "End date of risk": "2026-10"},
            ]
        },
        "Plan and requested actions": {
            "Plan and requested actions record entry": [{"Actions for professionals": "No action needed."}]
        },
        "Care and support plan": {
            "Needs, concerns or problems": [
                {
                    "Free text": "Company.",
                    "Goals and hopes": [
                        {
                            "Free text": "To sing again.",
                            "Goal importance score": 9,
                            "Actions and activities": [{"What": [{"Free text": "Join the choir."}], "Confidence": 7.5}],
                        }
                    ],
                }
            ]
        },
    }
