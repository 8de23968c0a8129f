"""A trained model's files: kept in the database as text with a checksum each, and put back to be used."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from localcare.care.stratification.risk.models import RiskModel, RiskModelFile
from localcare.kernel.work.files import private_folder

LOADED = "loaded-"  # how the folder of a model begins that is put back to be used
MOST_BYTES = 64_000_000  # a booster of 400 trees is about 3 MB; what is larger is no model of ours


class ModelDamaged(Exception):
    """The model in the database is not the one that was trained; nobody may be scored with it."""


def folder_of(*parts: str) -> Path:
    """A folder of the risk models, readable by its owner only."""
    return private_folder("risk", *parts)


def read_folder(folder: Path) -> dict[str, str]:
    """Every file of a trained model by its path within the folder. Raises ModelDamaged for what is no text."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found[file.relative_to(folder).as_posix()] = _text(file)
    return found


def _text(file: Path) -> str:
    if file.stat().st_size > MOST_BYTES:
        raise ModelDamaged(f"{file.name} is larger than {MOST_BYTES:,} bytes, which no model of ours is.")
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as fault:
        raise ModelDamaged(f"{file.name} is no text: models are kept as text only.") from fault


def digest_of(text: str) -> str:
    """SHA-256 (hexadecimal) of a file's text."""
    return sha256(text.encode()).hexdigest()


def digest_of_all(digests: Mapping[str, str]) -> str:
    """SHA-256 (hexadecimal) of all files: of their names and digests, in the order of the names."""
    lines = "".join(f"{name}\0{digests[name]}\n" for name in sorted(digests))
    return sha256(lines.encode()).hexdigest()


def keep(model: RiskModel, files: Mapping[str, str]) -> str:
    """Keep the files of a model in place of any it had; the digest of them all."""
    model.files.all().delete()
    rows = [
        RiskModelFile(model=model, name=name, text=text, digest=digest_of(text))
        for name, text in files.items()
    ]
    RiskModelFile.objects.bulk_create(rows)
    return digest_of_all({row.name: row.digest for row in rows})


def checked_files(model: RiskModel) -> dict[str, str]:
    """The files as they were kept. Raises ModelDamaged when any was changed, lost or added since."""
    found = {row.name: row for row in model.files.all()}
    changed = sorted(name for name, row in found.items() if digest_of(row.text) != row.digest)
    if changed:
        raise ModelDamaged(
            f"{', '.join(changed)} was changed after the training: the checksum is another. Train a new model."
        )
    if digest_of_all({name: row.digest for name, row in found.items()}) != model.files_digest:
        raise ModelDamaged(
            "A file of the model was lost, added or exchanged after the training. Train a new one."
        )
    return {name: row.text for name, row in found.items()}


@contextmanager
def loaded(model: RiskModel) -> Iterator[Any]:
    """The trained model, checked twice: its files against our checksums, its content by the library.

    Raises ModelDamaged. The files lie in a private folder while the block runs.
    """
    from localcare.analysis import risk

    files = checked_files(model)
    folder = Path(tempfile.mkdtemp(prefix=LOADED, dir=folder_of()))
    try:
        for name, text in files.items():
            target = (folder / name).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise ModelDamaged(f"{name} is no name of a file of a model.")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        try:
            trained = risk.load(folder)
        except ValueError as fault:
            raise ModelDamaged(f"The model cannot be read: {fault}") from fault
        if trained.version != model.version:
            raise ModelDamaged("The model's content is not the one that was evaluated. Train a new one.")
        yield trained
    finally:
        shutil.rmtree(folder, ignore_errors=True)
