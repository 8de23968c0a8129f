"""Signing a shift over to the next, by name, and taking it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from localcare.care.single_point_of_access.models import HandOver, HandOverReceipt
from localcare.care.single_point_of_access.queries import desks
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible, NotYours
from localcare.foundation.pathways.moment import now
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_moment


def sign_over(
    *, service: Service, by: Reader, to_name: str, note: str, lines: Sequence[Mapping[str, str]], key: str
) -> HandOver:
    """Sign what is open over to somebody by name. The same key again gives the first one back."""
    _must_work_in(by, service)
    if not to_name.strip():
        raise NotPossible("Say who takes over: a hand-over goes to somebody by name.")
    with transaction.atomic():
        made, is_new = HandOver.objects.get_or_create(
            key=key,
            defaults={
                "service": service, "at": now(), "by": by.user, "by_name": name_of(by), "to_name": to_name.strip(),
                "note": note.strip(), "lines": [dict(line) for line in lines],
            },
        )  # fmt: skip
        if is_new:
            detail = {"hand_over": str(made.reference), "open": len(lines)}
            record_access(reader=by, action="contact.handed-over", detail=detail)
    return made


def receive(*, hand_over: HandOver, by: Reader, note: str = "") -> HandOverReceipt:
    """Take a shift over: read and acknowledged, once, and not by whoever signed it over."""
    _must_work_in(by, hand_over.service)
    if by.user is not None and hand_over.by_id == by.user.pk:
        raise NotPossible("You signed this over yourself. Somebody of the next shift takes it over.")
    try:
        with transaction.atomic():
            receipt = HandOverReceipt.objects.create(
                hand_over=hand_over, at=now(), by=by.user, by_name=name_of(by), note=note.strip()
            )
            record_access(
                reader=by, action="contact.received", detail={"hand_over": str(hand_over.reference)}
            )
    except IntegrityError as error:
        known = HandOverReceipt.objects.get(hand_over=hand_over)
        if by.user is not None and known.by_id == by.user.pk:
            return known
        raise AlreadyDone(f"{known.by_name} took this over at {format_moment(known.at)}.") from error
    return receipt


def name_of(by: Reader) -> str:
    """The name with which something is signed."""
    return (by.user.get_full_name() or by.name) if by.user is not None else by.name


def _must_work_in(by: Reader, service: Service) -> None:
    if not desks(by).filter(pk=service.pk).exists():
        raise NotYours(f"You do not work in {service.title}.")
