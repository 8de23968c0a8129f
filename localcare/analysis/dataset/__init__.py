"""The linked dataset: its schema, how to open, write, describe and check one."""

from localcare.analysis.dataset.linked_dataset import DatasetError, LinkedDataset
from localcare.analysis.dataset.writing import read_metadata, write_metadata, write_table

__all__ = ["DatasetError", "LinkedDataset", "read_metadata", "write_metadata", "write_table"]
