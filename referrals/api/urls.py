from rest_framework.routers import SimpleRouter

from referrals.api.matching import MatchingServiceViewSet
from referrals.api.views import OnwardReferralViewSet, ReferralViewSet

router = SimpleRouter()
router.register("referrals", ReferralViewSet, basename="referral")
router.register("onward-referrals", OnwardReferralViewSet, basename="onward-referral")
router.register("services", MatchingServiceViewSet, basename="service")

urlpatterns = router.urls
