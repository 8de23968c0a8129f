"""What is asked, kept and wrong: properties of any form and any answers."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.foundation.forms.definitions import forms
from localcare.foundation.forms.reading import read_form
from localcare.foundation.forms.rules import holds, problems, sift, unusual
from localcare.foundation.forms.shape import Condition

TODAY, BORN = date(2026, 11, 22), date(1947, 3, 12)
FORM = read_form(
    {
        "form": "tried", "title": "Tried", "version": 1, "owner": "x", "source": "x", "review_by": "2027-01-01",
        "sections": [
            {"code": "s", "title": "S", "items": [
                {"code": "walks", "type": "yes-no", "text": "Walks?", "required": True},
                {"code": "aid", "type": "choice", "text": "Aid", "show_when": {"item": "walks", "equals": True},
                 "required_when": {"item": "walks", "equals": True},
                 "choices": [{"code": "stick", "text": "Stick"}, {"code": "frame", "text": "Frame"}]},
                {"code": "colour", "type": "text", "text": "Colour of the stick",
                 "show_when": {"item": "aid", "equals": "stick"}, "longest": 10},
                {"code": "fell-on", "type": "date", "text": "Fell on", "range": {"from": "birth", "to": "today"}},
                {"code": "pulse", "type": "integer", "text": "Pulse", "unit": "a minute",
                 "range": {"from": 20, "to": 300}, "expected": {"from": 40, "to": 150}},
                {"code": "visits", "type": "group", "text": "Visit", "repeats": {"at_least": 0, "at_most": 2}, "items": [
                    {"code": "who", "type": "text", "text": "Who", "required": True},
                    {"code": "why", "type": "text", "text": "Why", "required_when": {"item": "who", "equals": "nurse"}},
                ]},
            ]},
        ],
    }
)  # fmt: skip


def found(**answers):
    named = {code.replace("_", "-"): value for code, value in answers.items()}
    return [(problem.path, problem.kind) for problem in problems(FORM, named, today=TODAY, born=BORN)]


def test_the_table_of_rules():
    assert found() == [(("walks",), "required")]
    assert found(walks=False) == []
    assert found(walks=True) == [(("aid",), "required")]
    assert found(walks=True, aid="frame", colour="red") == []
    assert found(walks=True, aid="crutch") == [(("aid",), "type")]
    assert found(walks=True, aid="stick", colour="far too long") == [(("colour",), "type")]
    assert found(walks="yes") == [(("walks",), "type")]
    assert found(walks=False, fell_on="2026-11-22") == []
    assert found(walks=False, fell_on="2026-11-23") == [(("fell-on",), "limit")]
    assert found(walks=False, fell_on="1947-03-11") == [(("fell-on",), "limit")]
    assert found(walks=False, fell_on="2026-02-30") == [(("fell-on",), "type")]
    assert found(walks=False, pulse=19) == found(walks=False, pulse=301) == [(("pulse",), "limit")]
    assert found(walks=False, pulse=20) == found(walks=False, pulse=300) == []
    assert found(walks=False, pulse=70.5) == found(walks=False, pulse=True) == [(("pulse",), "type")]
    assert found(walks=False, visits=[{"who": "nurse"}]) == [(("visits", 0, "why"), "required")]
    assert found(walks=False, visits=[{"why": "x"}, {}]) == [(("visits", 0, "who"), "required")]
    assert found(walks=False, visits=[{"who": "a"}] * 3) == [(("visits",), "rows")]


def test_hidden_answers_go_and_so_do_those_that_hang_on_them():
    answers = {"walks": False, "aid": "stick", "colour": "red"}
    assert sift(FORM, answers).kept == {"walks": False}


def test_unusual_is_neither_refused_nor_silent():
    assert [problem.path for problem in unusual(FORM, {"walks": False, "pulse": 151})] == [("pulse",)]
    assert unusual(FORM, {"walks": False, "pulse": 150}) == []


def test_conditions():
    is_stick = Condition("equals", "aid", "stick")
    walks = Condition("answered", "walks", True)
    assert holds(Condition("all", parts=(is_stick, walks)), {"aid": "stick", "walks": False})
    assert not holds(Condition("all", parts=(is_stick, walks)), {"aid": "stick"})
    assert holds(Condition("any", parts=(is_stick, walks)), {"walks": True})
    assert holds(Condition("equals", "needs", "fall"), {"needs": ["fall", "wound"]})
    assert not holds(Condition("equals", "walks", True), {"walks": 1})
    assert holds(Condition("answered", "walks", False), {})


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 400), st.floats(allow_nan=False), st.text(max_size=12),
    st.sampled_from(["stick", "frame", "2026-11-01", "nurse"]), st.lists(st.text(max_size=3), max_size=3),
    st.lists(st.dictionaries(st.sampled_from(["who", "why", "else"]), st.text(max_size=5)), max_size=4),
)  # fmt: skip
CODES = st.sampled_from(["walks", "aid", "colour", "fell-on", "pulse", "visits", "unknown"])


@given(st.dictionaries(CODES, VALUES))
@settings(deadline=None)
def test_sifting_again_changes_nothing_and_invents_nothing(answers):
    once = sift(FORM, answers)
    assert sift(FORM, once.kept).kept == once.kept
    assert set(once.kept) <= set(answers)
    assert once.needed <= set(once.asked)
    problems(FORM, answers, today=TODAY, born=BORN)


@given(st.sampled_from(sorted(forms())), st.data())
@settings(deadline=None, max_examples=60)
def test_no_shipped_form_falls_over_whatever_it_is_given(code, data):
    definition = forms()[code]
    codes = [item.code for item in definition.items()]
    answers = data.draw(st.dictionaries(st.sampled_from(codes), VALUES))
    kept = sift(definition, answers).kept
    assert sift(definition, kept).kept == kept
    problems(definition, answers, today=TODAY, born=BORN)
    unusual(definition, answers)
