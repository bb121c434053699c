from rest_framework.routers import SimpleRouter

from services_directory.api.places import NeighbourhoodViewSet, PostcodeViewSet
from services_directory.api.views import NeedViewSet, ServiceViewSet

router = SimpleRouter()
router.register("services", ServiceViewSet, basename="service")
router.register("needs", NeedViewSet, basename="need")
router.register("postcodes", PostcodeViewSet, basename="postcode")
router.register("neighbourhoods", NeighbourhoodViewSet, basename="neighbourhood")

urlpatterns = router.urls
