"""Documents, reports and consents."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from localcare.exchange.fhir.context import Context, Resource, key_of
from localcare.exchange.fhir.values import Misread, code_of, codings, first, moment_at, words_of
from localcare.foundation.record.models import Consent

LARGEST_CONTENT = 1 << 20  # larger ones stay in the resource as received
NOT_VALID = frozenset({"entered-in-error", "cancelled", "registered"})
DOCUMENT_TITLE = 300


def read_document_reference(resource: Resource, context: Context) -> None:
    """A document: its title, type and content."""
    if resource.get("status") in NOT_VALID:
        return
    content = first(resource.get("content"))
    attachment = content.get("attachment", {}) if isinstance(content, dict) else {}
    title = resource.get("description") or attachment.get("title") or words_of(resource.get("type"))
    _put(resource, context, title, resource.get("type"), attachment, "date", "context.period.start")


def read_diagnostic_report(resource: Resource, context: Context) -> None:
    """A report: its name and text; the measurements in it come as observations of their own."""
    if resource.get("status") in NOT_VALID:
        return
    attachment = first(resource.get("presentedForm")) or {}
    if not attachment and resource.get("conclusion"):
        text = base64.b64encode(resource["conclusion"].encode()).decode()
        attachment = {"contentType": "text/plain", "data": text}
    _put(resource, context, words_of(resource.get("code")), resource.get("code"), attachment,
         "effectiveDateTime", "effectivePeriod.start", "issued")  # fmt: skip


def read_consent(resource: Resource, context: Context) -> None:
    """A consent in force: refusing research is an opt-out of uses beyond care, anything else is about sharing."""
    if resource.get("status") != "active":
        return
    begun = moment_at(resource, "provision.period.start", "dateTime", "meta.lastUpdated")
    if begun is None:
        raise Misread("Consent.dateTime", "missing", "no date says since when it holds")
    ended = moment_at(resource, "provision.period.end")
    denies = resource.get("provision", {}).get("type", "permit") == "deny"
    scopes = {str(coding["code"]) for coding in codings(resource.get("scope"))}
    kind = Consent.Kind.SHARING_DISSENT if denies else Consent.Kind.SHARING_CONSENT
    if "research" in scopes:
        if not denies:
            return
        kind = Consent.Kind.NATIONAL_DATA_OPT_OUT
    context.put("consent", key_of(resource), kind=kind.value, starts_on=begun.day,
                ends_on=ended.day if ended else None,
                note=words_of(first(resource.get("category"))))  # fmt: skip


def _put(
    resource: Resource, context: Context, title: str, kind: Any, attachment: Resource, *dates: str
) -> None:
    begun = moment_at(resource, *dates, "meta.lastUpdated")
    if begun is None:
        raise Misread(f"{resource['resourceType']}.{dates[0]}", "missing", "no date says when it was")
    code = code_of(kind)
    context.put(
        "document", key_of(resource), title=(title or "Document")[:DOCUMENT_TITLE],
        document_type=(code.text or code.code)[:100] if code else "", occurred_on=begun.day,
        media_type=str(attachment.get("contentType", ""))[:100], content=_content(attachment),
        location=str(attachment.get("url", ""))[:500],
    )  # fmt: skip


def _content(attachment: Resource) -> bytes | None:
    data = attachment.get("data")
    if not isinstance(data, str) or len(data) > LARGEST_CONTENT:
        return None
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return None
