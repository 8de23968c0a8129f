"""Reviewed definitions: YAML files checked against a schema before anything uses them."""

from localcare.kernel.definitions.errors import DefinitionError, Fault
from localcare.kernel.definitions.loading import DEFINITIONS, load

__all__ = ["DEFINITIONS", "DefinitionError", "Fault", "load"]
