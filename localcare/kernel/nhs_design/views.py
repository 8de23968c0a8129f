"""The home page and the pages about the service itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.kernel.access.guards import public, request_reader
from localcare.kernel.nhs_design.home import cards_for


@public("It says only what the service is until somebody signs in")
def home(request: HttpRequest) -> HttpResponse:
    """What the reader can do next, or how to sign in."""
    reader = request_reader(request)
    cards = [] if reader.is_anonymous else cards_for(reader)
    return render(request, "nhs_design/home.jinja", {"cards": cards})


@public("What the service is holds nothing about people")
def about(request: HttpRequest) -> HttpResponse:
    """What the service is for and what it is not."""
    return render(request, "nhs_design/about.jinja")


@public("Everybody may read how accessible the service is")
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "nhs_design/accessibility.jinja")


@public("How to use the keyboard holds nothing about people")
def keyboard(request: HttpRequest) -> HttpResponse:
    """How to use every page without a mouse."""
    return render(request, "nhs_design/keyboard.jinja")
