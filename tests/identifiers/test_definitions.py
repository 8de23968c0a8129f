"""A definition with a fault is refused with file, line, fault and remedy."""

import pytest

from localcare.kernel.definitions import DefinitionError, load

HEADING = "title: Test\nversion: 1\nowner: somebody\nsource: none\nreview_by: 2027-01-01\n"
SCHEMA = {
    "required": ["areas"],
    "properties": {
        "areas": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code"],
                "additionalProperties": False,
                "properties": {"code": {"type": "string"}, "from": {"type": "string"}},
            },
        }
    },
}


def write(folder, text):
    path = folder / "areas.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_definition_comes_back_with_its_dates_as_dates(tmp_path):
    content = load(write(tmp_path, HEADING + "areas:\n  - {code: deal, from: 2013-04-01}\n"), SCHEMA)
    assert content["areas"][0]["code"] == "deal"
    assert content["areas"][0]["from"].isoformat() == "2013-04-01"


@pytest.mark.parametrize(
    ("text", "line", "says", "remedy"),
    [
        (
            HEADING + "areas:\n  - code: deal\n  - cod: dover\n",
            8,
            "'code' is a required",
            "Add what is missing",
        ),
        (HEADING + "areas:\n  - code: 5\n", 7, "5 is not of type 'string'", "type string"),
        (HEADING + "areas: [\n", 7, "not YAML", "Mend the indentation"),
        (HEADING + "areas: []\nareas: []\n", 7, "stands twice", "Keep one"),
        ("areas: []\n", 1, "title is missing", "Add title"),
        ("just text", 1, "not a mapping", "Begin it with title"),
    ],
)
def test_a_fault_names_file_line_and_remedy(tmp_path, text, line, says, remedy):
    path = write(tmp_path, text)
    with pytest.raises(DefinitionError) as refusal:
        load(path, SCHEMA)
    fault = refusal.value.faults[0]
    assert (fault.file, fault.line) == (path, line)
    assert says in fault.fault and remedy in fault.remedy
    assert f"{path}:{line}" in str(refusal.value)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(DefinitionError, match="no such file"):
        load(tmp_path / "none.yaml", SCHEMA)
