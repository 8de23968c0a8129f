"""Why a row or resource can be refused, in words, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One kind of fault."""

    code: str
    title: str
    remedy: str


REASONS = {
    reason.code: reason
    for reason in (
        Reason("missing", "A required value is missing", "Fill in the value, or ask the sender for the row again."),
        Reason("wrong-type", "The value is not of the right type",
               "Correct the value: whole numbers in digits, dates as YYYY-MM-DD, times as YYYY-MM-DDTHH:MM:SSZ."),
        Reason("value-not-allowed", "The value is not one of those allowed", "Choose one of the allowed values."),
        Reason("out-of-range", "The number is outside its range", "Correct the number."),
        Reason("impossible-date", "The date cannot be right", "Correct the date, or ask the sender for it."),
        Reason("end-before-start", "It ends before it starts", "Correct the start or the end."),
        Reason("nhs-number-invalid", "The NHS number fails its check digit",
               "Correct the NHS number (10 digits), or empty it and give a local identifier."),
        Reason("unknown-person", "The person is not known",
               "Load the person first, then replay every row with this reason; or correct the person's key."),
        Reason("unknown-stay", "The hospital stay is not known",
               "Load the stay first, then replay every row with this reason; or correct the stay's key."),
        Reason("stay-of-another-person", "The stay belongs to another person",
               "Correct the person's key or the stay's key."),
        Reason("unknown-practice", "The practice is not known",
               "Add the practice to the places, then replay every row with this reason; or correct the code."),
        Reason("another-person", "The identifiers belong to another person",
               "Find out who is meant: correct the NHS number, identifier or date of birth, or send a new person key."),
        Reason("repeated-key", "The key came before in the same file", "Give the row a key of its own."),
        Reason("too-long", "The text is too long", "Shorten the text."),
        Reason("unstorable-character", "The text holds a character that cannot be stored",
               "Remove the null character."),
        Reason("broken-line", "The line cannot be read", "Correct the line's commas and quotation marks."),
        Reason("invalid-json", "The text is not JSON", "Correct the text at the place shown."),
        Reason("invalid-resource", "The resource is not valid FHIR R4", "Correct the element shown."),
        Reason("unresolved-reference", "The reference points to nothing known",
               "Load the resource it points to first, then replay; or correct the reference."),
    )
}  # fmt: skip


def reason(code: str) -> Reason:
    """The reason of this code; KeyError when there is none."""
    return REASONS[code]
