"""What is read off a journal as tables: journeys, tasks, clocks, questions and waits. Times are UTC without a zone."""

from __future__ import annotations

from localcare.analysis.libraries import pyarrow as pa

TIME = pa.timestamp("us")
WHOSE = [
    ("journey", pa.int64()),
    ("person", pa.int64()),
    ("pathway", pa.string()),
    ("version", pa.string()),
]
JOURNEYS = pa.schema([
    *WHOSE,
    ("opened_from", pa.int64()),  # the task whose outcome opened it
    ("opened_at", TIME),
    ("ended_at", TIME),
    ("outcome", pa.string()),  # the end it came to; "" while open
    ("priority", pa.string()),
])  # fmt: skip
OF_A_TASK = [
    *WHOSE,
    ("task", pa.int64()),
    ("step", pa.string()),
    ("service", pa.string()),  # whose queue it is in, or was last; "" for nobody
    ("service_kind", pa.string()),
    ("asked_by", pa.string()),
    ("priority", pa.string()),
    ("state", pa.string()),
]
TASKS = pa.schema([
    *OF_A_TASK,
    ("first_priority", pa.string()),  # as it was asked for
    ("requested_at", TIME),
    ("asked_at", TIME),  # of the service that has it now
    ("accepted_at", TIME),
    ("started_at", TIME),
    ("finished_at", TIME),
    ("outcome", pa.string()),
    ("booked_for", TIME),
    ("extended_until", TIME),
    ("goes_on", pa.bool_()),  # a step that lasts
    ("lasts_until", TIME),  # as the definition says, without extensions; none before it starts
])  # fmt: skip
CLOCKS = pa.schema([
    *OF_A_TASK,
    ("clock", pa.string()),
    ("standard", pa.string()),
    ("started_at", TIME),
    ("due_at", TIME),  # none while paused
    ("stopped_at", TIME),
    ("paused_seconds", pa.int64()),
    ("is_met", pa.bool_()),  # known once it stopped
    ("is_void", pa.bool_()),  # its task ended without reaching what the clock waits for
])  # fmt: skip
QUESTIONS = pa.schema([
    *WHOSE,
    ("task", pa.int64()),
    ("step", pa.string()),
    ("entry", pa.int64()),  # the entry that asked
    ("service", pa.string()),  # the service asked
    ("service_kind", pa.string()),
    ("asked_at", TIME),
    ("answer", pa.string()),  # accepted, declined, cancelled, transferred, reopened; "" while it waits
    ("answered_at", TIME),
    ("reason", pa.string()),  # the code of a refusal
    ("due_at", TIME),  # by when an answer was wanted; none where the step takes no answer
])  # fmt: skip
WAITS = pa.schema([
    *OF_A_TASK,
    ("place", pa.string()),
    ("begins_at", TIME),
    ("ends_at", TIME),  # none while it goes on
])  # fmt: skip
