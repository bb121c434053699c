from django.urls import path
from rest_framework.routers import SimpleRouter

from referrals.api.accesses import AccessViewSet
from referrals.api.chosen_measures import ServiceMeasuresView, TeamMeasuresView
from referrals.api.doors import ConfirmSelfReferralView, FindTeamView, SelfReferralCodesView, SelfReferralsView
from referrals.api.due import DueTaskViewSet
from referrals.api.follow_ups import ServiceFollowUpsView
from referrals.api.keeping import RetentionProposalViewSet, SubjectAccessViewSet
from referrals.api.leavers import HandOverView, LeaveTeamView
from referrals.api.matching import MatchingServiceViewSet
from referrals.api.measures import MeasureCatalogueView, MeasureLicenceViewSet
from referrals.api.messages import MessageViewSet
from referrals.api.messages_back import MessageBackViewSet
from referrals.api.people import PeopleViewSet
from referrals.api.scheme_clocks import SchemeClocksView
from referrals.api.sessions import SessionViewSet
from referrals.api.team_clocks import TeamClocksView
from referrals.api.views import OnwardReferralViewSet, ReferralViewSet

router = SimpleRouter()
# First, because they are asked most often and addresses are tried one after another; services have the fewest.
router.register("services", MatchingServiceViewSet, basename="service")
router.register("referrals", ReferralViewSet, basename="referral")
router.register("people", PeopleViewSet, basename="person")
router.register("onward-referrals", OnwardReferralViewSet, basename="onward-referral")
router.register("sessions", SessionViewSet, basename="session")
router.register("tasks", DueTaskViewSet, basename="task")
router.register("retention-proposals", RetentionProposalViewSet, basename="retention-proposal")
router.register("subject-access", SubjectAccessViewSet, basename="subject-access")
router.register("messages", MessageViewSet, basename="message")
router.register("messages-back", MessageBackViewSet, basename="message-back")
router.register("measures", MeasureCatalogueView, basename="measure")
router.register("measure-licences", MeasureLicenceViewSet, basename="measure-licence")

urlpatterns = [
    *router.urls,
    path("referrals/<reference>/who-looked/", AccessViewSet.as_view({"get": "list"}), name="referral-who-looked"),
    path("services/<uuid:pk>/measures/", ServiceMeasuresView.as_view(), name="service-measures"),
    path("services/<uuid:pk>/clocks/", SchemeClocksView.as_view(), name="service-clocks"),
    path("services/<uuid:pk>/follow-ups/", ServiceFollowUpsView.as_view(), name="service-follow-ups"),
    path("teams/<uuid:pk>/measures/", TeamMeasuresView.as_view(), name="team-measures"),
    path("teams/<uuid:pk>/clocks/", TeamClocksView.as_view(), name="team-clocks"),
    path("teams/<uuid:pk>/members/<uuid:member_id>/hand-over/", HandOverView.as_view(), name="team-hand-over"),
    path("teams/<uuid:pk>/members/<uuid:member_id>/leave/", LeaveTeamView.as_view(), name="team-leave"),
    path("teams/find/", FindTeamView.as_view(), name="find-team"),
    path("self-referrals/", SelfReferralsView.as_view(), name="self-referrals"),
    path("self-referrals/<uuid:pk>/codes/", SelfReferralCodesView.as_view(), name="self-referral-codes"),
    path("self-referrals/<uuid:pk>/confirm/", ConfirmSelfReferralView.as_view(), name="self-referral-confirm"),
]
