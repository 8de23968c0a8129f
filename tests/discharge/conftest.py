"""The place of Vera’s story, with its people."""

from tests.stories.fixtures import couple, place

__all__ = ["couple", "place"]
