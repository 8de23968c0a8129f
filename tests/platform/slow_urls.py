"""The site's addresses, and a page that takes its time."""

import time

from django.http import HttpRequest, HttpResponse
from django.urls import path

from localcare.config.urls import urlpatterns as site
from localcare.kernel.access.guards import public

SECONDS = 2


@public("a page for a test of the graceful stop")
def slow(_request: HttpRequest) -> HttpResponse:
    """Answer after a while."""
    time.sleep(SECONDS)
    return HttpResponse("finished")


urlpatterns = [path("slow", slow, name="slow"), *site]
