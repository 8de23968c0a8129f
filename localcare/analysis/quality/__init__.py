"""Whether a linked dataset is good enough to make lists from: reviewed rules, measured, with what each would do."""

from localcare.analysis.quality.assessing import assess
from localcare.analysis.quality.findings import Accepted, Effect, Finding, NotMeasured
from localcare.analysis.quality.report import Report, as_csv, as_json
from localcare.analysis.quality.rules import Rule, Rules, RulesError, Severity, load_rules, shipped_rules
from localcare.analysis.quality.verdict import Outcome, Verdict

__all__ = [
    "Accepted",
    "Effect",
    "Finding",
    "NotMeasured",
    "Outcome",
    "Report",
    "Rule",
    "Rules",
    "RulesError",
    "Severity",
    "Verdict",
    "as_csv",
    "as_json",
    "assess",
    "load_rules",
    "shipped_rules",
]
