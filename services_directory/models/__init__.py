"""The directory's rows, on the Open Referral UK shape (HSDS 3.0, UK profile). One file per topic.

Primary keys are the HSDS UUIDs and fields bear their HSDS names, so that importing and publishing lose nothing. Where
HSDS itself has a field that the UK profile leaves out and that feeds carry nevertheless, the field is here too.
"""

from services_directory.models.capacity import CapacityReport
from services_directory.models.contacts import Contact, Language, Phone
from services_directory.models.feeds import Feed
from services_directory.models.keeping import ListingChange, ListingProposal
from services_directory.models.organizations import Organization, OrganizationIdentifier
from services_directory.models.places import Accessibility, Address, Location
from services_directory.models.postcodes import Neighbourhood, Postcode, PostcodeEdition
from services_directory.models.search import PlaceEntry, SearchWord, ServiceCard, ServiceEntry
from services_directory.models.service_details import CostOption, Funding, Schedule, ServiceArea
from services_directory.models.services import Service, ServiceAtLocation
from services_directory.models.suitability import EligibilityRule, RuleSet, RuleSetVersion, ServiceRuleSet
from services_directory.models.taxonomies import Attribute, Taxonomy, TaxonomyTerm
from services_directory.models.trust import (
    CheckRequest,
    CheckRound,
    ListingCheck,
    ListingTrust,
    ReaderReport,
    ServiceResponsiveness,
    Verification,
)

__all__ = [
    "Accessibility",
    "Address",
    "Attribute",
    "CapacityReport",
    "CheckRequest",
    "CheckRound",
    "Contact",
    "CostOption",
    "EligibilityRule",
    "Feed",
    "Funding",
    "Language",
    "ListingChange",
    "ListingCheck",
    "ListingProposal",
    "ListingTrust",
    "Location",
    "Neighbourhood",
    "Organization",
    "OrganizationIdentifier",
    "Phone",
    "PlaceEntry",
    "Postcode",
    "PostcodeEdition",
    "ReaderReport",
    "RuleSet",
    "RuleSetVersion",
    "Schedule",
    "SearchWord",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCard",
    "ServiceEntry",
    "ServiceResponsiveness",
    "ServiceRuleSet",
    "Taxonomy",
    "TaxonomyTerm",
    "Verification",
]
