"""The reference page of comparing and charting, from the functions themselves and the icons they return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter, cleandoc, signature
from typing import Any

from localcare.analysis import charts, effect
from localcare.analysis.spc.funnel import funnel
from localcare.analysis.spc.icons import ASSURANCE, VARIATION, Icon
from localcare.analysis.spc.inequality import inequality, inequality_of
from localcare.analysis.spc.rates import crude_rate, directly_standardised, proportion
from localcare.analysis.spc.signals import WORDS
from localcare.analysis.spc.standard_population import standard_population
from localcare.analysis.spc.xmr import xmr

SECTIONS: dict[str, tuple[Callable[..., Any], ...]] = {
    "Over time: `localcare.analysis.spc.xmr`": (xmr,),
    "Between places: `localcare.analysis.spc.funnel`": (funnel,),
    "Proportions and rates: `localcare.analysis.spc.rates`": (
        proportion,
        crude_rate,
        directly_standardised,
        standard_population,
    ),
    "Inequality: `localcare.analysis.spc.inequality`": (inequality, inequality_of),
    "Fair comparison: `localcare.analysis.effect`": (
        effect.against_baseline,
        effect.difference_in_differences,
        effect.matched_controls,
        effect.discontinuity,
        effect.usual_bandwidth,
        effect.by_itself,
    ),
    "Charts: `localcare.analysis.charts`": (
        charts.run_chart,
        charts.funnel_chart,
        charts.bars,
        charts.fan,
        charts.overlay,
        charts.waterfall,
        charts.map_of,
        charts.effect_chart,
        charts.slope_chart,
        charts.threshold_chart,
        charts.icon_picture,
        charts.load,
    ),
}


def comparing_markdown() -> str:
    """docs/reference/comparing-and-charts.md; a test keeps the file in step."""
    lines = [
        "# Comparing and charts",
        "",
        "<!-- Generated from localcare/analysis/spc, effect and charts by `make docs`; do not edit by hand. -->",
        "",
        "Plain Python that works in a notebook on any numbers. What the answers mean:",
        "[what is chance and what is not](../explanation/what-is-chance.md). Every chart has a twin named `…_in_words` that",
        "returns its text alternative and is also the description inside the SVG. A value that is not known or not shown is",
        "`None` everywhere.",
        "",
        "## Signals and icons",
        "",
        "| signal | a point is … |",
        "| --- | --- |",
        *(f"| {kind} | {words} |" for (kind, _), words in WORDS.items()),
        "",
        *_icons("variation", VARIATION),
        "",
        *_icons("assurance", ASSURANCE),
    ]
    for title, functions in SECTIONS.items():
        lines += ["", f"## {title}"]
        for function in functions:
            lines += ["", *_described(function)]
    return "\n".join(lines) + "\n"


def _icons(kind: str, icons: dict[str, Icon]) -> Iterator[str]:
    yield from (f"| icon of {kind} | shape and mark | words |", "| --- | --- | --- |")
    for icon in icons.values():
        yield f"| `{icon.code}` | {icon.shape} {icon.mark} | {icon.words} |"


def _described(function: Callable[..., Any]) -> Iterator[str]:
    yield f"### {function.__name__}"
    yield ""
    yield "```python"
    yield f"{function.__name__}("
    asked = signature(function)
    keyword_only = False
    for parameter in asked.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            yield "    *,"
            keyword_only = True
        yield f"    {_asked_for(parameter)},"
    yield f") -> {asked.return_annotation}"
    yield "```"
    yield ""
    yield cleandoc(function.__doc__ or "")


def _asked_for(parameter: Parameter) -> str:
    default = "" if parameter.default is Parameter.empty else f" = {parameter.default!r}"
    return f"{parameter.name}: {parameter.annotation}{default}"
