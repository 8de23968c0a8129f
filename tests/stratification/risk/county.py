"""A synthetic county and the models trained on it, made once for all tests: the real library, never a mock."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from localcare.analysis import risk
from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk.definitions import known_outcomes
from localcare.care.stratification.risk.files import read_folder
from localcare.care.stratification.risk.training import keep_result
from localcare.foundation.people.models import Person, Registration
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares
from tests.factories import practice

TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)
OUTCOME = "emergency-admission-12m"
ENOUGH, TOO_FEW = 12_000, 1_500  # people: with the fewer the evaluation refuses the model
PRACTICES = [(f"SYN-RISK-{letter}", f"Town {letter}", 10.0) for letter in "ABCDEFGH"]


@dataclass
class County:
    """Folders of datasets by size, and of models by what was asked for."""

    folder: Path

    def dataset(self, people: int = ENOUGH) -> Path:
        """The linked dataset of so many people up to yesterday."""
        out = self.folder / f"{people}-people"
        if not out.is_dir():
            synthesise(people=people, seed=11, as_of=YESTERDAY, practices=practice_shares(PRACTICES), out=out)
        return out

    def export(self, people: int = ENOUGH) -> Callable[[Path], None]:
        """What stands for the database's export in a run or a training."""
        source = self.dataset(people)
        return lambda out: shutil.copytree(source, out, dirs_exist_ok=True)

    def trained(self, people: int = ENOUGH, *, method: str = "logistic", seed: int = 1) -> Path:
        """The folder of a model, trained when first asked for."""
        out = self.folder / f"model-{people}-{method}-{seed}"
        if not out.is_dir():
            risk.train(
                self.dataset(people), outcome=OUTCOME, as_of=YESTERDAY, method=method, seed=seed, out=out
            )
        return out

    def kept(self, people: int = ENOUGH, *, method: str = "logistic", seed: int = 1) -> RiskModel:
        """A model in the database as its training left it."""
        folder = self.trained(people, method=method, seed=seed)
        model = RiskModel.objects.create(
            outcome=OUTCOME,
            outcome_title=known_outcomes()[OUTCOME].title,
            method=method,
            as_of=YESTERDAY,
            seed=seed,
            status=RiskModel.Status.TRAINING,
            asked_by_name="ana.lyst",
            asked_at=timezone.now(),
        )
        keep_result(model, risk.load(folder), read_folder(folder))
        return RiskModel.objects.get(pk=model.pk)

    def scored(self, people: int = TOO_FEW, *, as_of: date = TODAY) -> Path:
        """Their risk by the model of the many, straight from the library, to hold a run against."""
        out = self.folder / f"scored-{people}-{as_of}.parquet"
        if not out.is_file():
            with LinkedDataset.open(self.dataset(people)) as dataset:
                risk.score(risk.load(self.trained()), dataset, as_of=as_of, out=out)
        return out


def registered(key: int, *, at: str = PRACTICES[0][0]) -> Person:
    """A person on the register under the key that the dataset has for somebody."""
    person, _ = Person.objects.get_or_create(
        pk=key,
        defaults={
            "given_name": f"Given{key}",
            "family_name": f"Family{key}",
            "birth_date": date(1940, 3, 1),
            "sex": "female",
        },
    )
    Registration.objects.get_or_create(person=person, practice=practice(at), started_on=date(2010, 1, 1))
    return person
