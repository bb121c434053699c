from django.urls import path
from rest_framework.routers import SimpleRouter

from referrals.api.doors import ConfirmSelfReferralView, FindTeamView, SelfReferralCodesView, SelfReferralsView
from referrals.api.matching import MatchingServiceViewSet
from referrals.api.views import OnwardReferralViewSet, ReferralViewSet

router = SimpleRouter()
# First, because it is asked most often and addresses are tried one after another.
router.register("services", MatchingServiceViewSet, basename="service")
router.register("referrals", ReferralViewSet, basename="referral")
router.register("onward-referrals", OnwardReferralViewSet, basename="onward-referral")

urlpatterns = [
    *router.urls,
    path("teams/find/", FindTeamView.as_view(), name="find-team"),
    path("self-referrals/", SelfReferralsView.as_view(), name="self-referrals"),
    path("self-referrals/<uuid:pk>/codes/", SelfReferralCodesView.as_view(), name="self-referral-codes"),
    path("self-referrals/<uuid:pk>/confirm/", ConfirmSelfReferralView.as_view(), name="self-referral-confirm"),
]
