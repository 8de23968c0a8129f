"""Doing what a page asked: one function for each act, from the answers to the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.desk.situation import Situation
from localcare.foundation.pathways.errors import AlreadyDone
from localcare.foundation.pathways.models import JournalEntry
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader

KEY = re.compile(r"[0-9a-zA-Z-]{8,64}")


def perform(
    code: str,
    *,
    situation: Situation,
    answers: Mapping[str, Any],
    by: Reader,
    key: str = "",
    response: FormResponse | None = None,
) -> JournalEntry:
    """Do an act; the same key twice has one effect. Raises NotPossible with words for the reader."""
    kept = f"desk:{code}:{situation.task.reference}:{key}" if KEY.fullmatch(key) else None
    return DEEDS[code](situation, {**answers, "response": response}, {"by": by, "key": kept})


def _when(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {"at": answers.get("moment"), "reason": answers.get("reason") or ""}


def _accept(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    user = how["by"].user if answers.get("mine") else None
    chosen = user if isinstance(user, User) else None
    return actions.accept(
        task=at.task, promise=answers.get("promise"), to_user=chosen, **_when(answers), **how
    )


def _decline(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.decline(task=at.task, code=answers.get("code") or "", reason=answers["reason"], **how)


def _start(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.start(task=at.task, **_when(answers), **how)


def _resume(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.resume(task=at.task, **_when(answers), **how)


def _milestone(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.milestone(task=at.task, code=answers["milestone"], **_when(answers), **how)


def _take(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.take(task=at.task, **how)


def _give(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.take(task=at.task, user=answers["user"], **how)


def _pause(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.pause(task=at.task, until=answers["until"], **_when(answers), **how)


def _book(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.book(task=at.task, at_time=answers["for"], reason=answers["reason"], **how)


def _review(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    said = {"note": answers["reason"], "response": answers["response"], "at": answers["moment"]}
    return actions.review(task=at.task, **said, **how)


def _done(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    said = {name: answers[name] for name in ("outcome", "services", "response")}
    return actions.done(task=at.task, **said, **_when(answers), **how)


def _hand_on(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.transfer(task=at.task, to=answers["to"], reason=answers["reason"], **how)


def _ask_again(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.ask_again(task=at.task, to=answers["to"], reason=answers["reason"], **how)


def _extend(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.extend(task=at.task, until=answers["until"], reason=answers["reason"], **how)


def _prioritise(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.prioritise(task=at.task, priority=answers["priority"], reason=answers["reason"], **how)


def _note(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.note(task=at.task, text=answers["reason"], **how)


def _cancel(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.cancel(task=at.task, **_when(answers), **how)


def _reopen(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    return actions.reopen(task=at.task, reason=answers["reason"], **how)


def _undo(at: Situation, answers: Mapping[str, Any], how: dict[str, Any]) -> JournalEntry:
    seen = answers.get("entry")
    if at.last is None or (seen and seen != str(at.last.pk)):
        raise AlreadyDone(
            "Something else has happened since you opened this page. Look again before you undo."
        )
    return actions.undo(entry=at.last, by=how["by"], reason=answers["reason"])


DEEDS: Mapping[str, Callable[[Situation, Mapping[str, Any], dict[str, Any]], JournalEntry]] = {
    "accept": _accept,
    "decline": _decline,
    "start": _start,
    "resume": _resume,
    "milestone": _milestone,
    "take": _take,
    "give": _give,
    "pause": _pause,
    "book": _book,
    "review": _review,
    "done": _done,
    "hand-on": _hand_on,
    "ask-again": _ask_again,
    "extend": _extend,
    "priority": _prioritise,
    "note": _note,
    "cancel": _cancel,
    "reopen": _reopen,
    "undo": _undo,
}
