"""What one reader sees: which places, and whether small numbers are hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404

from localcare.kernel.access.readers import Reader
from localcare.system.insight.models import Value
from localcare.system.insight.places import ALL, Place, Tree, opened_to, whole_tree

HIDDEN = "hidden"


@dataclass(frozen=True)
class Sight:
    """The places open to a reader. `sees_people` holds when nobody in any of them is hidden from the reader."""

    reader: Reader
    tree: Tree
    sees_people: bool

    def shows(self, value: Value) -> bool:
        """Whether the number is shown."""
        return self.sees_people or not value.is_hidden

    def place(self, code: str) -> Place:
        """The place asked for, or the widest when none is. Http404 when it is not open to the reader."""
        if code:
            if code not in self.tree:
                raise Http404("There is no such place, or none that you may see the numbers of.")
            return self.tree[code]
        if ALL in self.tree:
            return self.tree[ALL]
        if not self.tree.places:
            raise Http404("No place whose numbers you may see has a practice.")
        return max(self.tree.roots(), key=lambda place: len(place.practices))


def sight_of(reader: Reader, on: date, *, known: frozenset[str] = frozenset()) -> Sight:
    """What the reader may see of the indicators on a day; `known` are practices that numbers name."""
    wanted, people = reader.scope("insight.read"), reader.scope("person.read")
    tree = opened_to(whole_tree(on, known=known), wanted)
    if people.practice_codes is None:
        sees_people = True
    else:
        sees_people = wanted.practice_codes is not None and wanted.practice_codes <= people.practice_codes
    return Sight(reader, tree, sees_people)
