"""What the forms for anybody have in common: nobody signs in, and not too often from one address."""

import math
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View

from core.errors import NotVisible, TooOften
from core.throttling import PublicDoorThrottle
from web.forms import FormPage


@method_decorator(login_not_required, name="dispatch")
class AnybodysPage(FormPage):
    """A form that somebody fills in who has not signed in; sent too often, it is shown again with what was typed."""

    throttle_scope: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            self.prepare()
            return View.dispatch(self, request, *args, **kwargs)  # past FormPage's, which asks who has signed in
        except NotVisible as unseen:
            raise Http404 from unseen

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle = PublicDoorThrottle()
        if self.throttle_scope and not throttle.allow_request(request, self):
            wait = math.ceil(throttle.wait() or 60)
            too_often = TooOften("Too much came from here. Please wait a while, and try again.", wait=wait)
            response = self.show(self.build(request.POST), problem=too_often, status=429)
            response.headers["Retry-After"] = str(wait)
            return response
        return super().post(request, *args, **kwargs)
