"""Which rows belong to a person: when two people are merged, these rows follow, whichever room they are in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import ForeignKey, Model

from localcare.foundation.people.models import Merge, Person, PossibleDuplicate

_registered: dict[str, PersonOwned] = {}
_staying: set[str] = set()


@dataclass(frozen=True)
class PersonOwned:
    """A key to a person that a merge points to the person kept."""

    model: type[Model]
    field: str

    @property
    def key(self) -> str:
        """How a merge remembers it: app.model.field."""
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def words(self) -> str:
        """What the rows are called on a page."""
        name = str(self.model._meta.verbose_name_plural)
        return name if self.field == "person" else f"{name} ({self.field.replace('_', ' ')})"


def register_person_owned(model: type[Model], field: str = "person") -> None:
    """Say that a model's rows belong to a person; foreign keys do without being registered."""
    owned = PersonOwned(model, field)
    model._meta.get_field(field)  # a misspelt field is found at start-up
    _registered[owned.key] = owned


def stays_with_merged(model: type[Model], field: str) -> None:
    """Say that a foreign key to a person keeps pointing to the one who was merged."""
    _staying.add(PersonOwned(model, field).key)


def person_owned() -> list[PersonOwned]:
    """Every key to a person that follows a merge, in a fixed order: what a room forgets to say follows as well."""
    owned = {found.key: found for found in map(_of_relation, _relations())}
    owned |= _registered
    return [owned[key] for key in sorted(owned.keys() - _staying)]


def owned_by_key(key: str) -> PersonOwned:
    """What a merge remembered; LookupError when the room that owned it is gone."""
    for owned in person_owned():
        if owned.key == key:
            return owned
    raise LookupError(f"{key} is in the program no more: a merge that moved its rows cannot be taken back.")


def _relations() -> list[ForeignKey[Person, Person]]:
    fields = Person._meta.get_fields(include_hidden=True)
    relations = [getattr(field, "field", None) for field in fields if field.auto_created]
    # Where the person is the row's own key, it is a summary of that one person: it is made anew, not moved.
    return [
        relation for relation in relations if isinstance(relation, ForeignKey) and not relation.primary_key
    ]


def _of_relation(relation: ForeignKey[Person, Person]) -> PersonOwned:
    return PersonOwned(relation.model, relation.name)


for _model, _field in (
    (Person, "merged_into"),
    (Merge, "kept"),
    (Merge, "removed"),
    (PossibleDuplicate, "first"),
    (PossibleDuplicate, "second"),
):
    stays_with_merged(_model, _field)
