"""The linked dataset: its schema, how to open, write, describe and check one."""

from localcare.analysis.dataset.check import CheckReport, check
from localcare.analysis.dataset.check_opening import Problem
from localcare.analysis.dataset.describe import describe
from localcare.analysis.dataset.linked_dataset import DatasetError, LinkedDataset
from localcare.analysis.dataset.writing import read_metadata, write_metadata, write_table

__all__ = [
    "CheckReport",
    "DatasetError",
    "LinkedDataset",
    "Problem",
    "check",
    "describe",
    "read_metadata",
    "write_metadata",
    "write_table",
]
