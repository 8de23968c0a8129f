"""Where things stand in the rows of the simulation's tables: flat arrays, so that lists can take their place.

Times are whole microseconds since the first local midnight of the run, those of links are rows;
-1 stands for nobody and nothing.
"""

from __future__ import annotations

NEVER = -1
NOT_YET = -(1 << 62)  # in place of a time
FOREVER = 1 << 62
UNLIMITED = 1 << 40  # places of a service without limit
FIRST_TIME = -2  # in place of an outcome: the journey's first task of the step, not begun yet

# A task
TASK_WIDTH = 15
(
    REQUESTED,
    STARTED,
    ENDED,
    PLANNED,  # when the work that was started would end
    JOURNEY,
    STEP,
    SERVICE,
    STATE,
    OUTCOME,  # drawn when it starts, or of whoever gives up
    BECAUSE,  # the task that led here
    BEFORE,  # the task of the same journey asked for before this one
    BEHIND,  # the next in the queue
    HELD,  # the task whose place is kept until this one starts
    KEEPERS,  # how many tasks keep this one's place
    FREED,  # when its place was free again
) = range(TASK_WIDTH)
WAITING, WORKING, DONE, STOPPED, GAVE_UP, TURNED_AWAY = range(6)  # states of a task

# A journey; its sets of steps have a bit each
JOURNEY_WIDTH = 14
(
    OPENED,
    CLOSED,
    ASKED_STEPS,
    WAITING_STEPS,
    PATHWAY,
    NUMBER,  # its place among the draws of its pathway
    PRIORITY,  # 0 is the most urgent of all pathways
    AREA,
    OPEN_TASKS,
    LAST_TASK,
    OPENED_FROM,  # the task whose outcome opened it
    END,  # position of the end it came to
    PERSON,  # the journey that its person came with
    IS_INITIAL,
) = range(JOURNEY_WIDTH)

# A step of the network
STEP_WIDTH = 14
(
    STEP_PATHWAY,
    JOIN,
    BIT,
    TAKES,
    FIRST_OUTCOME,
    OUTCOMES,
    GIVES_UP_AS,
    PATIENCE,  # series of lengths, -1 when nobody gives up
    SHARES_ROW,  # row of cumulative shares on the first day in the first area …
    SHARES_BY_AREA,  # … and how many rows further for each area …
    SHARES_BY_DAY,  # … and each day
    FACTOR_ROW,
    FACTOR_BY_AREA,
    FACTOR_BY_DAY,
) = range(STEP_WIDTH)

AFTER_EACH, AFTER_ANY, AFTER_ALL = range(3)  # ways to join

# An outcome
OUTCOME_WIDTH = 7
FIRST_TO, TOS, STOPS, ENDS, FIRST_OPENING, OPENINGS, LENGTH = range(OUTCOME_WIDTH)  # length: series of draws
OPENING_WIDTH = 2
OPENS_PATHWAY, FOR_CARER = range(OPENING_WIDTH)
PATHWAY_WIDTH = 2
FIRST_START, STARTS = range(PATHWAY_WIDTH)

# A series of draws: where the journeys' own begin, and the stock for steps that are done again
SERIES_WIDTH = 4
OWN_AT, STRIDE, AGAIN_AT, AGAIN = range(SERIES_WIDTH)  # stride 0: one number for everybody

# A service while the run goes on
SERVICE_WIDTH = 9
(
    PLACES,
    BUSY,  # places taken
    QUEUE,  # people who wait
    ROOM,  # people in the waiting room: without those who keep a place elsewhere
    PEOPLE,  # waiting or being served
    SINCE,  # of the last change of PEOPLE
    AREA_UNDER,  # people x time up to SINCE, for Little's law
    IS_PRIORITISED,
    IS_TODO,  # looked at again before time goes on
) = range(SERVICE_WIDTH)

# A step that is to be asked for now
ASK_WIDTH = 5
ASK_JOURNEY, ASK_STEP, ASK_BECAUSE, ASK_HELD, ASK_FIRST = range(ASK_WIDTH)
ASKS_OF_ONE_MOMENT = 20_000  # more than these …
EVENTS_OF_ONE_MOMENT = 200_000  # … or these without time passing: people are sent round in a circle

# The head of the network: how many there are of things, then where its parts begin
NETWORK_HEAD = 18
(
    AREAS,
    STEPS,
    WIDEST,  # row of shares
    PRIORITIES,
    SERVICES,
    PATHWAYS,
    PATHWAYS_AT,
    STARTS_AT,
    STEPS_AT,
    OUTCOMES_AT,
    TO_STEPS_AT,
    OPENINGS_AT,
    SERVICES_OF_AT,  # step x area
    KEEPS_AT,  # step x step: who goes on from one to the other keeps the place until they begin
    CUMULATIVE_AT,  # rows of cumulative shares, in parts of CERTAIN
    FACTORS_AT,  # of lengths, in parts of UNCHANGED
    ROOMS_AT,  # waiting room of each service, -1 without limit
    DAYS_AT,  # the local midnights of the run, one more than days
) = range(NETWORK_HEAD)
CERTAIN = 1 << 53
UNCHANGED = 1 << 16

# The head of what was drawn for a replication
CHANCE_HEAD = 12
(
    CHANGES,  # of capacity
    ARRIVALS_AT,
    ARRIVALS_FROM_AT,  # where each pathway's begin, one more than pathways
    OWN_FROM_AT,  # where the draws of each pathway's journeys begin: those of its demand, then others
    OTHERS_AT,  # for how many others (opened by outcomes, or there at the start) there are draws, by pathway
    PRIORITIES_AT,
    AREAS_AT,
    SERIES_AT,
    DRAWS_AT,  # parts of CERTAIN for outcomes, microseconds for lengths
    CHANGE_TIMES_AT,
    CHANGE_SERVICES_AT,
    CHANGE_PLACES_AT,
) = range(CHANCE_HEAD)

# The head of a run: counters, then where its parts begin
WORLD_HEAD = 23
(
    TASKS,
    JOURNEYS,
    EVENTS,  # to come
    NEXT_CHANGE,
    DAY,
    HANDLED,
    ASKS,
    TODO,
    MOST_TASKS,
    MOST_JOURNEYS,
    SERVICES_AT,
    HEADS_AT,  # of the queues, service x priority
    TAILS_AT,
    ARRIVED_AT,  # by pathway
    OTHERS_USED_AT,  # by pathway
    AGAIN_USED_AT,  # by series
    TODO_AT,  # services that may begin with somebody now
    ASKS_AT,
    HEAP_AT,  # moment and item
    TASKS_AT,
    JOURNEYS_AT,
    NOW,
    STILL,  # events since time last moved on
) = range(WORLD_HEAD)

# How a stretch of the run came to its end
REACHED, NEEDS_ROOM, NEEDS_DRAWS, GOES_ROUND = range(4)

# Somebody who is there at the start
GIVEN_WIDTH = 8
(
    GIVEN_PATHWAY,
    GIVEN_STEP,
    GIVEN_AREA,
    GIVEN_PRIORITY,
    GIVEN_REQUESTED,
    GIVEN_STARTED,
    GIVEN_PLANNED,
    GIVEN_OUTCOME,
) = range(GIVEN_WIDTH)

# What is counted of a service or a step on a day
DAILY_WIDTH = 8
(
    ASKED,
    BEGAN,
    FINISHED,
    GAVE_UP_THAT_DAY,
    TURNED_AWAY_THAT_DAY,
    WAITED,  # microseconds, of those who began
    WAITING_AT_END,
    OCCUPIED_AT_END,  # places
) = range(DAILY_WIDTH)
TOTALS = 3
TIME_WAITING, TIME_OCCUPIED, TIME_THERE = range(TOTALS)  # in the counted days; the last over the whole run

# A clock: what starts it, what stops it, when it is due
CLOCK_WIDTH = 9
(
    CLOCK_STEP,
    START_KIND,
    START_STEP,  # -1: the clock's own
    START_PART,  # of a milestone: how far into the work, in parts of UNCHANGED
    STOP_KIND,
    STOP_STEP,
    STOP_PART,
    CLOCK_PRIORITIES,  # a bit each; 0: all
    DUE_ROW,
) = range(CLOCK_WIDTH)
(
    WHEN_OPENED,
    WHEN_REQUESTED,
    WHEN_ACCEPTED,
    WHEN_STARTED,
    AT_MILESTONE,
    WHEN_DONE,
    WHEN_DECLINED,
    WHEN_CANCELLED,
    NOWHEN,
) = range(9)
MET, MISSED = range(2)
