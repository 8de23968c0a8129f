"""The database notes on each person the practices of their registrations, whichever way these arrive."""

from django.db import migrations

NOTE_PRACTICES = """
CREATE FUNCTION people_note_practices_of(people bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE people_person AS person SET practice_ids = known.practices
    FROM (
        SELECT one.id, array_agg(DISTINCT registration.practice_id ORDER BY registration.practice_id)
            FILTER (WHERE registration.practice_id IS NOT NULL) AS practices
        FROM unnest(people) AS one (id) LEFT JOIN people_registration AS registration ON registration.person_id = one.id
        GROUP BY one.id
    ) AS known
    WHERE person.id = known.id AND person.practice_ids IS DISTINCT FROM known.practices
$$;
CREATE FUNCTION people_note_practices_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM people_note_practices_of((SELECT array_agg(DISTINCT person_id) FROM arrived));
    RETURN NULL;
END
$$;
CREATE FUNCTION people_note_practices_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM people_note_practices_of((SELECT array_agg(DISTINCT person_id) FROM (
        SELECT arrived.person_id FROM arrived UNION SELECT departed.person_id FROM departed) AS touched));
    RETURN NULL;
END
$$;
CREATE TRIGGER people_note_practices_of_new AFTER INSERT ON people_registration
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION people_note_practices_of_new();
CREATE TRIGGER people_note_practices_of_changed AFTER UPDATE ON people_registration
    REFERENCING NEW TABLE AS arrived OLD TABLE AS departed
    FOR EACH STATEMENT EXECUTE FUNCTION people_note_practices_of_changed();
CREATE OR REPLACE FUNCTION people_note_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 1 THEN  -- a practice was noted: no name has changed
        RETURN NULL;
    END IF;
    INSERT INTO people_nameword (word, sound, other_sound)
    SELECT word, dmetaphone(word), dmetaphone_alt(word)
    FROM (SELECT DISTINCT unnest(name_words) AS word FROM arrived) AS words
    WHERE NOT EXISTS (SELECT FROM people_nameword AS known WHERE known.word = words.word)
    ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
UPDATE people_person AS person SET practice_ids = known.practices
FROM (SELECT person_id, array_agg(DISTINCT practice_id ORDER BY practice_id) AS practices
      FROM people_registration GROUP BY person_id) AS known
WHERE person.id = known.person_id;
"""
FORGET = """
DROP TRIGGER people_note_practices_of_new ON people_registration;
DROP TRIGGER people_note_practices_of_changed ON people_registration;
DROP FUNCTION people_note_practices_of_new();
DROP FUNCTION people_note_practices_of_changed();
DROP FUNCTION people_note_practices_of(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0005_practices_of_person")]
    operations = [migrations.RunSQL(NOTE_PRACTICES, FORGET)]
