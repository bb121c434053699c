from rest_framework.routers import SimpleRouter

from referrals.api.matching import MatchingServiceViewSet
from referrals.api.people import PeopleViewSet
from referrals.api.views import OnwardReferralViewSet, ReferralViewSet

router = SimpleRouter()
# First, because it is asked most often and addresses are tried one after another.
router.register("services", MatchingServiceViewSet, basename="service")
router.register("people", PeopleViewSet, basename="person")
router.register("referrals", ReferralViewSet, basename="referral")
router.register("onward-referrals", OnwardReferralViewSet, basename="onward-referral")

urlpatterns = router.urls
