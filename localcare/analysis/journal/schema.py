"""The journal as a table: what an export of the lived journal and a simulation both write, one row per entry.

Nothing here says who somebody is: no name, no free text, no actor. `person` is the identifier of the linked dataset
(or of the synthetic people of a simulation), so that age, sex, practice and deprivation come from there.
"""

from __future__ import annotations

import pyarrow as pa

from localcare.analysis.journal.version import VERSION

JOURNAL = pa.schema(
    [
        pa.field("entry", pa.int64(), nullable=False),  # rises with the time of recording
        pa.field("journey", pa.int64(), nullable=False),
        pa.field("person", pa.int64(), nullable=False),
        pa.field("pathway", pa.string(), nullable=False),
        pa.field("version", pa.string(), nullable=False),  # of the pathway, by number of content
        pa.field("opened_from", pa.int64()),  # the task whose outcome opened the journey
        pa.field("task", pa.int64()),  # null: about the journey as a whole
        pa.field("step", pa.string()),
        pa.field("event", pa.string(), nullable=False),
        pa.field("from_state", pa.string(), nullable=False),
        pa.field("to_state", pa.string(), nullable=False),
        pa.field("effective_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("recorded_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("service", pa.string()),  # code of the service whose queue the task is in after the entry
        pa.field("service_kind", pa.string()),
        pa.field("asked_by", pa.string()),  # code of the service that asked
        pa.field("code", pa.string(), nullable=False),  # outcome, reason, milestone, timer or party, by event
        pa.field("priority", pa.string(), nullable=False),  # as the entry sets it; empty where it sets none
        pa.field("undoes", pa.int64()),  # the entry taken back by this one
        # JSON: because, instead_of, until, for, due, takes_back
        pa.field("detail", pa.string(), nullable=False),
    ],
    metadata={b"table": b"journal", b"schema_version": str(VERSION).encode()},
)

# Who the journeys are about, as far as it is known: one row per person of the journal.
PEOPLE = pa.schema(
    [
        pa.field("person", pa.int64(), nullable=False),
        pa.field("practice", pa.string()),
        pa.field("cluster", pa.string()),
        pa.field("locality", pa.string()),
        pa.field(
            "area", pa.string()
        ),  # the smallest area known: the cluster, or what a scenario calls an area
        pa.field("sex", pa.string()),
        pa.field("birth_date", pa.date32()),
        pa.field("deprivation_decile", pa.int32()),  # 1 most deprived to 10 least
    ],
    metadata={b"table": b"people", b"schema_version": str(VERSION).encode()},
)

SERVICES = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("area", pa.string()),
    ],
    metadata={b"table": b"services", b"schema_version": str(VERSION).encode()},
)
