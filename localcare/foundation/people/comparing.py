"""The statements that compare the whole register: blocks of people who share something rare, then every pair's findings."""

from __future__ import annotations

MOST_SHARING = 50  # what more people than this share (a placeholder birth date, a hostel) tells nobody apart

PREPARE = """
CREATE TEMP TABLE compared ON COMMIT DROP AS
SELECT id, birth_date, death_date, nhs_number, sex, postcode_key, family, given, preferred, line,
    dmetaphone(family) AS family_sound, dmetaphone(given) AS given_sound,
    CASE WHEN length(digits) >= 10 THEN right(digits, 10) ELSE '' END AS telephone
FROM (
    SELECT id, birth_date, death_date, nhs_number, sex, postcode_key,
        array_to_string(people_name_words(family_name, '', ''), ' ') AS family,
        array_to_string(people_name_words(given_name, '', ''), ' ') AS given,
        CASE WHEN preferred_name = '' THEN '' ELSE array_to_string(people_name_words(preferred_name, '', ''), ' ')
            END AS preferred,
        regexp_replace(lower(address_line), '[^a-z0-9]+', '', 'g') AS line,
        CASE WHEN telephone = '' THEN '' ELSE regexp_replace(telephone, '[^0-9]+', '', 'g') END AS digits
    FROM people_person WHERE merged_into_id IS NULL
) AS person
"""
INDEX_COMPARED = "CREATE INDEX ON compared (id)"
MAKE_PAIRS = "CREATE TEMP TABLE pair (first bigint, second bigint) ON COMMIT DROP"

YEAR, MONTH, DAY = (f"extract({part} FROM birth_date)" for part in ("year", "month", "day"))
DAY_AND_MONTH = f"concat_ws('/', {YEAR}, least({DAY}, {MONTH}), greatest({DAY}, {MONTH}))"

# What the two of a pair share: the words shown while it is looked for, the key, and who has such a key.
BLOCKS = (
    ("same birth date and sound of the family name", "birth_date, family_sound", "family_sound <> ''"),
    ("same birth date and sound of the given name", "birth_date, given_sound", "given_sound <> ''"),
    ("same birth date and postcode", "birth_date, postcode_key", "postcode_key <> ''"),
    ("names exchanged", "birth_date, least(family_sound, given_sound), greatest(family_sound, given_sound)",
     "family_sound <> given_sound"),
    ("day and month of birth exchanged", f"{DAY_AND_MONTH}, family_sound, given_sound",
     f"{DAY} <= 12 AND family_sound <> ''"),
    ("same address and given name", "postcode_key, line, given_sound",
     "postcode_key <> '' AND line <> '' AND given_sound <> ''"),
    ("same telephone and given name", "telephone, given_sound", "telephone <> '' AND given_sound <> ''"),
)  # fmt: skip

ADD_PAIRS = f"""
WITH keyed AS MATERIALIZED (
    SELECT id, hashtextextended(concat_ws('|', {{key}}), 0) AS block FROM compared WHERE {{having}}
), shared AS (
    SELECT block FROM keyed GROUP BY block HAVING count(*) BETWEEN 2 AND {MOST_SHARING}
)
INSERT INTO pair
SELECT one.id, other.id FROM shared JOIN keyed AS one USING (block) JOIN keyed AS other USING (block)
WHERE one.id < other.id
"""


def _nearly(name: str) -> str:
    """Spelt nearly the same: a slip or two, two letters exchanged, much in common, or one of two words the same."""
    one, other = f"one.{name}", f"other.{name}"
    shorter, longer = (f"{which}(length({one}), length({other}))" for which in ("least", "greatest"))
    return (
        f"levenshtein({one}, {other}) <= CASE WHEN {shorter} > 4 THEN 2 WHEN {shorter} = 4 THEN 1"
        f" WHEN {longer} = 4 AND left({one}, 1) = left({other}, 1) THEN 1 ELSE 0 END"
        f" OR {shorter} = 4 AND {longer} = 4 AND levenshtein({one}, {other}) = 2"
        f" AND translate({one}, {other}, '') = '' AND translate({other}, {one}, '') = ''"
        f" OR similarity({one}, {other}) >= 0.5"
        f" OR string_to_array({one}, ' ') && string_to_array({other}, ' ')"
    )


EXCHANGED = "one.family = other.given AND one.given = other.family AND one.family <> one.given"
SAME_PARTS = " + ".join(
    f"(extract({part} FROM one.birth_date) = extract({part} FROM other.birth_date))::int"
    for part in ("year", "month", "day")
)

FIND = f"""
CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT first, second, codes, score FROM (
    SELECT pair.first, pair.second, array_remove(ARRAY[
        CASE
            WHEN one.family = '' OR other.family = '' THEN 'family-missing'
            WHEN {EXCHANGED} THEN 'names-exchanged'
            WHEN one.family = other.family THEN 'family-same'
            WHEN {_nearly("family")} THEN 'family-similar'
            WHEN one.family_sound = other.family_sound AND one.family_sound <> '' THEN 'family-sounds'
            ELSE 'family-differs' END,
        CASE
            WHEN {EXCHANGED} THEN NULL
            WHEN one.given = '' OR other.given = '' THEN 'given-missing'
            WHEN one.given = other.given THEN 'given-same'
            WHEN one.given = other.preferred OR one.preferred = other.given THEN 'given-preferred'
            WHEN {_nearly("given")} THEN 'given-similar'
            WHEN one.given_sound = other.given_sound AND one.given_sound <> '' THEN 'given-sounds'
            WHEN least(length(one.given), length(other.given)) = 1 AND left(one.given, 1) = left(other.given, 1)
                THEN 'given-initial'
            ELSE 'given-differs' END,
        CASE
            WHEN one.birth_date = other.birth_date THEN 'born-same'
            WHEN extract(year FROM one.birth_date) = extract(year FROM other.birth_date)
                AND extract(month FROM one.birth_date) = extract(day FROM other.birth_date)
                AND extract(day FROM one.birth_date) = extract(month FROM other.birth_date) THEN 'born-exchanged'
            WHEN {SAME_PARTS} = 2 THEN 'born-one-part'
            ELSE 'born-differs' END,
        CASE
            WHEN one.postcode_key = '' OR one.postcode_key <> other.postcode_key THEN NULL
            WHEN one.line = other.line AND one.line <> '' THEN 'address-same'
            ELSE 'postcode-same' END,
        CASE WHEN one.telephone <> '' AND one.telephone = other.telephone THEN 'telephone-same' END,
        CASE num_nonnulls(one.nhs_number, other.nhs_number)
            WHEN 2 THEN 'number-differs' WHEN 1 THEN 'number-one' ELSE 'number-none' END,
        CASE WHEN one.sex <> other.sex AND one.sex IN ('female', 'male') AND other.sex IN ('female', 'male')
            THEN 'sex-differs' END,
        CASE WHEN one.death_date <> other.death_date THEN 'death-differs' END
    ], NULL) AS codes
    FROM (SELECT DISTINCT first, second FROM pair) AS pair
    JOIN compared AS one ON one.id = pair.first JOIN compared AS other ON other.id = pair.second
) AS candidate, LATERAL (
    SELECT least(%(strongest)s, sum((%(points)s::jsonb ->> code)::int))::int AS score FROM unnest(codes) AS code
) AS weighed
WHERE score >= %(enough)s
"""
# New pairs come in, open ones are brought up to date; what a person has decided is left alone.
KEEP = """
WITH kept AS (
    INSERT INTO people_possibleduplicate AS known
        (first_id, second_id, reasons, score, found_at, decision, decided_by, decision_reason)
    SELECT first, second, to_jsonb(codes), score, now(), '', '', '' FROM found ORDER BY first, second
    ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = excluded.reasons, score = excluded.score
        WHERE known.decision IN ('', 'not-sure')
            AND (known.reasons, known.score) IS DISTINCT FROM (excluded.reasons, excluded.score)
    RETURNING xmax = 0 AS is_new
) SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM kept
"""
# A pair that the rules no longer find is forgotten, unless the search by likeness proposes it as well.
FORGET = """
WITH lost AS (
    SELECT id, band FROM people_possibleduplicate AS known WHERE decision = '' AND score > 0
        AND NOT EXISTS (SELECT FROM found WHERE first = known.first_id AND second = known.second_id)
), only_by_likeness AS (
    UPDATE people_possibleduplicate SET score = 0, reasons = '[]' WHERE id IN (SELECT id FROM lost WHERE band <> '')
)
DELETE FROM people_possibleduplicate WHERE id IN (SELECT id FROM lost WHERE band = '')
"""
