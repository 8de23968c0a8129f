"""Answering with a chart: SVG as it is shown, PNG to be taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from django.http import HttpRequest, HttpResponse

Format = Literal["svg", "png"]
KINDS: dict[Format, str] = {"svg": "image/svg+xml", "png": "image/png"}


def picture(request: HttpRequest, name: str, draw: Callable[[Format], bytes]) -> HttpResponse:
    """The chart in the format that `?format=` asks for: svg unless png is said."""
    chosen: Format = "png" if request.GET.get("format") == "png" else "svg"
    response = HttpResponse(draw(chosen), content_type=KINDS[chosen])
    kind = "attachment" if "download" in request.GET else "inline"
    response["Content-Disposition"] = f'{kind}; filename="{name}.{chosen}"'
    response["Cache-Control"] = "private, max-age=60"
    return response
