"""The reference page of risk models, written from the definitions by `make docs`."""

from __future__ import annotations

from collections.abc import Iterator

from localcare.analysis.risk.card_text import PRISMATIC
from localcare.analysis.risk.definitions import Factor, Outcome, outcomes
from localcare.analysis.risk.feeds import WORDS


def risk_markdown() -> str:
    """The page in Markdown."""
    lines = [HEAD]
    for one in outcomes():
        lines += [*_outcome(one), ""]
    lines += ["## Factors", "", FACTORS, "", *_factors(outcomes()[0].factors), "", TAIL]
    return "\n".join(lines).rstrip() + "\n"


def _outcome(one: Outcome) -> Iterator[str]:
    content = one.content
    limits, drift = content["judging"], content["drift"]
    groups = limits["groups"]
    yield f"### {one.title} (`{one.name}`, {one.version})"
    yield ""
    yield f"**{one.question}** Status: {one.status}. Source: {content['source']}."
    yield ""
    yield " ".join(content["rule"].split())
    yield ""
    yield f"Cannot see: {' '.join(content['cannot_see'].split())}"
    yield ""
    yield "| what | value |"
    yield "| --- | --- |"
    yield f"| calibration slope, everybody and held-out practices | {_between(limits['slope'])} |"
    yield f"| events on the day of training and of the test, at least | {limits['least_events']} |"
    yield f"| AUC, at least | {limits['least_auc']} |"
    yield (
        f"| a group is judged from | {groups['least_people']} people and {groups['least_events']} events |\n"
        f"| a group fails when the whole 95% interval of observed to expected is outside"
        f" | {_between(groups['observed_to_expected'])} |"
    )
    yield f"| share of people in practices held out | {content['held_out']['share_of_people']} |"
    yield f"| the list that is looked at, share of people | {content['list']['share']} |"
    yield f"| drift: stability index, look from and act from | {_pair(drift['stability_index'])} |"
    yield f"| drift: change in the share not known, from | {drift['missing_change']} |"
    yield f"| drift: mean risk against training | {_between(drift['mean_risk_ratio'])} |"
    yield f"| drift: observed to expected where known | {_between(drift['observed_to_expected'])} |"


def _between(limits: dict[str, float]) -> str:
    return f"{limits['least']} to {limits['most']}"


def _pair(limits: dict[str, float]) -> str:
    return f"{limits['look']} and {limits['act']}"


def _factors(factors: tuple[Factor, ...]) -> Iterator[str]:
    yield "| factor | column | enters as | needs | LightGBM |"
    yield "| --- | --- | --- | --- | --- |"
    for factor in factors:
        column = f"`{factor.column}`" + (f" less `{factor.minus}`" if factor.minus else "")
        constraint = {1: "can only raise", -1: "can only lower", 0: ""}[factor.monotone]
        yield f"| {factor.title} | {column} | {_enters(factor)} | {_needs(factor)} | {constraint} |"


def _enters(factor: Factor) -> str:
    if factor.is_flag:
        return "yes or no" + (", or not known" if factor.may_be_missing else "")
    said = ["logarithm of 1 more" if factor.log else "as it is"]
    if factor.up_to is not None:
        said.append(f"up to {factor.up_to:g}")
    if factor.bend_at:
        said.append(f"with bends at {', '.join(f'{bend:g}' for bend in factor.bend_at)}")
    if factor.may_be_missing:
        said.append("or not known")
    return ", ".join(said)


def _needs(factor: Factor) -> str:
    if not factor.feed:
        return ""
    months = f" for {factor.needs_months} months" if factor.needs_months else ""
    return f"{WORDS[factor.feed]}{months}"


HEAD = f"""# Risk models

<!-- Generated from localcare/analysis/risk and definitions/risk by `make docs`; do not edit by hand. -->

> {PRISMATIC}

A model is trained on a place's own linked data and on nothing else; no weights are shipped. It is judged before anybody
sees a list, and a model that fails is not published: the reasons are shown instead. Plain Python and `localcare risk`; no
server, no database. How to: [train and publish](../how-to/train-and-publish-a-risk-model.md) ·
[in a notebook](../how-to/train-a-risk-model-in-a-notebook.md). What is predicted is reviewed content in
`localcare/definitions/risk/`.

## What is predicted

The thresholds below, the slope apart, are a proposal to be agreed locally.
"""

FACTORS = """Each factor is a column that [the scores](scores.md) give as of the index day; no rule is stated a second time.
Ethnicity and practice are never factors: they are used to judge. Two further rules keep the future out: a fact recorded after the
index day, and a diagnosis of a stay still open on it, do not count, at training and at scoring alike. A factor whose feed does
not reach back far enough before the day of training is left out, and the card says so: three years of data train without
the factors that look back 24 months."""

TAIL = """## Days and practices

With data complete to a day D and a horizon of 12 months, the test is the register 12 months before D, and training the
register 12 months before that: the follow-up of training ends where the test begins. For discharges, the test is 12 months of
discharges that end 30 days before D, and training the 12 months of discharges whose follow-up ends before those. About a fifth of
the people are in practices that training never sees, drawn whole by the seed; they are judged on the test day, so they are new in
place and in time. The model that was tested is the model that is used: it is not fitted again.

## How it is fitted

`logistic`: scikit-learn's lbfgs on standardised terms with a slight ridge penalty, then all weights made smaller by one share
(Van Houwelingen and Le Cessie 1990), which matters for a small place only. What is not known has an indicator. A factor
that can only raise a risk and would lower it, because others say the same better, gets no weight. Scoring is numpy alone.

`lightgbm` (extra `boosting`): seeded, deterministic, monotone where the table says so, the number of trees by early
stopping on a fifth of the training people. The same data and seed give the same files, byte for byte.

## Files of a model

| file | content |
| --- | --- |
| `model.json` | weights, means, spreads, days, definition as reviewed, seed, baseline for drift, verdict; with a checksum |
| `booster.txt` | LightGBM's own text, its checksum in `model.json`; only with that method |
| `card.json` | every figure, with 95% intervals; numbers from 1 to 4, and what would tell them, are empty |
| `card.md`, `plots/*.svg` | the same for people, under the headings of TRIPOD+AI |

A model is refused when a file was changed after training. Nothing is pickled. `train`, `score` and `drift` take a folder or an
opened `LinkedDataset`; one opened with `engine="spark"` gives the same factors and events as DuckDB.

## Figures and how each is worked out

| figure | way | interval |
| --- | --- | --- |
| AUC | midranks | DeLong |
| average precision | as scikit-learn, ties together | seeded Poisson bootstrap |
| Brier score | mean squared distance | of a mean |
| calibration slope and intercept | logistic regression on the log odds; the intercept with the slope held at 1 | Wald |
| observed to expected | events over the sum of risks | Garwood |
| shares, deciles | | Wilson |
| smooth line | the risk and the local mean of what came beyond it, on the log odds, normal kernel | |
| net benefit | Vickers and Elkin | of a mean |
| stability index | sum of (now - then) ln(now / then) over tenths of training | |

## Risks with reasons

`score` writes one row for each person asked about, in order of `person_id`. Younger people have none. A model of
discharges asks about people who left hospital in the last 30 days, as of the last time they did.

| column | type | meaning |
| --- | --- | --- |
| `person_id` | int64 | as in persons |
| `risk` | double | 0 to 1 |
| `risk_per_mille` | int32 | the same, rounded, in thousandths |
| `top_factors` | string | JSON: at most five of `factor`, `words`, `direction` (raises, lowers), `contribution` |
| `not_known` | string | JSON: what the model does not know of this person, in words |

A contribution is what the fact adds to the log odds against the average person of the place on the day of training; facts that
add less than 0.05 are not listed. For `logistic` all contributions and the average add up exactly; for `lightgbm` they
are TreeSHAP values, and a run whose values do not add up stops.

## Drift

`drift` compares everybody asked about on a day with everybody asked about on the day of training: the population stability
index of each factor and of the risk, the share not known, the mean risk; and, once outcomes are known that were not part of the
test, observed to expected. Warnings are sentences that say what to look at.
"""
