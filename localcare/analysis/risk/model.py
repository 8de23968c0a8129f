"""A trained model on disk: plain JSON (and LightGBM's text), with a checksum; never a pickle."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from localcare.analysis.risk.boosting import BoostedModel
from localcare.analysis.risk.definitions import Factor, Group, Outcome
from localcare.analysis.risk.logistic import LogisticModel

FORMAT = 1
MODEL_FILE, BOOSTER_FILE, CARD_FILE, CARD_TEXT_FILE, PLOTS = (
    "model.json", "booster.txt", "card.json", "card.md", "plots",
)  # fmt: skip
DIGITS_OF_VERSION = 16

Estimator = LogisticModel | BoostedModel


class ModelError(ValueError):
    """A model cannot be used; the message names the file and the remedy."""


@dataclass(frozen=True)
class Verdict:
    """Whether the model may be published to desks, and in words why not."""

    published_allowed: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainedModel:
    """A model with everything that is needed to use it and to say where it comes from."""

    outcome: Outcome
    estimator: Estimator
    content: Mapping[str, Any]

    @cached_property
    def version(self) -> str:
        """A digest of the whole content: the same training gives the same version."""
        return digest(self.content)[:DIGITS_OF_VERSION]

    @property
    def verdict(self) -> Verdict:
        """The judgement made at training."""
        said = self.content["verdict"]
        return Verdict(said["published_allowed"], tuple(said["reasons"]))

    @property
    def method(self) -> str:
        """logistic or lightgbm."""
        return str(self.content["estimator"]["method"])

    @property
    def index_on(self) -> date:
        """The index day of training (the last one, for discharges)."""
        return date.fromisoformat(self.content["dates"]["training_index"])

    @property
    def tested_on(self) -> date:
        """The index day of the test (the last one, for discharges)."""
        return date.fromisoformat(self.content["dates"]["test_index"])

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors that the model uses."""
        return self.estimator.factors

    def save(self, folder: Path) -> Path:
        """Write model.json (and booster.txt) into the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(self.estimator, BoostedModel):
            (folder / BOOSTER_FILE).write_text(self.estimator.text, encoding="utf-8")
        whole = {"format": FORMAT, "checksum": digest(self.content), "model": self.content}
        (folder / MODEL_FILE).write_text(pretty(whole), encoding="utf-8")
        return folder / MODEL_FILE


def load(folder: Path | str) -> TrainedModel:
    """The model of a folder; ModelError when it is missing, of another format, or changed since training."""
    file = Path(folder) / MODEL_FILE
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
    except OSError as missing:
        raise ModelError(
            f"{file} cannot be read. Name the folder that localcare risk train wrote."
        ) from missing
    except json.JSONDecodeError as broken:
        raise ModelError(f"{file} is not JSON ({broken}). Train the model again.") from broken
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ModelError(
            f"{file} is not a model of format {FORMAT}. Train the model again with this version."
        )
    content = whole["model"]
    if digest(content) != whole.get("checksum"):
        raise ModelError(
            f"{file} was changed after training: its checksum does not fit. Train the model again."
        )
    outcome = outcome_of(content["outcome"])
    return TrainedModel(outcome, _estimator(file.parent, content, outcome.factors), content)


def _estimator(folder: Path, content: Mapping[str, Any], factors: tuple[Factor, ...]) -> Estimator:
    said = content["estimator"]
    if said["method"] == "logistic":
        return LogisticModel.from_content(said, factors)
    file = folder / BOOSTER_FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if checksum_of(text) != said["booster_checksum"]:
        raise ModelError(f"{file} is missing or was changed after training. Train the model again.")
    return BoostedModel.from_content(said, factors, text)


def content_of_outcome(outcome: Outcome, used: tuple[Factor, ...]) -> dict[str, Any]:
    """The outcome as reviewed, with the factors the model uses."""
    return {
        "definition": dict(outcome.content),
        "factors": [plain(asdict(factor)) for factor in used],
        "groups": [plain(asdict(group)) for group in outcome.groups],
    }


def outcome_of(content: Mapping[str, Any]) -> Outcome:
    """The outcome as it was at training, whatever the definition says today."""
    said = content["definition"]
    names = ("title", "version", "status", "question", "what", "index", "age_from")
    return Outcome(
        name=said["outcome"],
        **{name: said[name] for name in names},
        content=said,
        factors=tuple(Factor(**_tuples(item)) for item in content["factors"]),
        groups=tuple(Group(**_tuples(item)) for item in content["groups"]),
    )


def _tuples(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in item.items()}


def plain(value: Any) -> Any:
    """Values as JSON has them: NaN is null, tuples are lists, named tuples mappings."""
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def pretty(content: Any) -> str:
    """JSON for people and for comparing byte by byte."""
    return json.dumps(plain(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def digest(content: Any) -> str:
    """SHA-256 of the content in one canonical writing."""
    text = json.dumps(
        plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return checksum_of(text)


def checksum_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
