"""A URL conf with views that say nothing about what they need, one behind another conf."""

from django.http import HttpResponse
from django.urls import include, path
from django.views import View

from localcare.config.urls import urlpatterns as declared_patterns
from localcare.kernel.access.guards import public, requires, signed_in


def says_nothing(request):
    return HttpResponse("secret")


@public("only this test calls it")
def open_to_all(request):
    return HttpResponse("open")


@requires("list.read")
def needs_the_list(request):
    return HttpResponse("the list")


@signed_in("only this test calls it")
def needs_somebody(request):
    return HttpResponse("somebody")


@requires("audit.read")
class NeedsTheAudit(View):
    def get(self, request):
        return HttpResponse("the audit")


class SaysNothing(View):
    def get(self, request):
        return HttpResponse("secret")


declared_only = [
    path("open/", open_to_all),
    path("list/", needs_the_list),
    path("somebody/", needs_somebody),
    path("trail/", NeedsTheAudit.as_view()),
]
urlpatterns = [
    *declared_only,
    path("nothing/", says_nothing),
    path("below/", include([path("class/", SaysNothing.as_view())])),
    *declared_patterns,
]
