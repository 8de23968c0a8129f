"""The database notes each new word of a name, whichever way the people arrive (also by COPY)."""

from django.db import migrations

NOTE_WORDS = """
CREATE FUNCTION people_note_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO people_nameword (word, sound, other_sound)
    SELECT word, dmetaphone(word), dmetaphone_alt(word)
    FROM (SELECT DISTINCT unnest(name_words) AS word FROM arrived) AS words
    WHERE NOT EXISTS (SELECT FROM people_nameword AS known WHERE known.word = words.word)
    ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER people_note_words_of_new AFTER INSERT ON people_person
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION people_note_name_words();
CREATE TRIGGER people_note_words_of_changed AFTER UPDATE ON people_person
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION people_note_name_words();
INSERT INTO people_nameword (word, sound, other_sound)
SELECT word, dmetaphone(word), dmetaphone_alt(word)
FROM (SELECT DISTINCT unnest(name_words) AS word FROM people_person) AS words;
"""
FORGET = """
DROP TRIGGER people_note_words_of_new ON people_person;
DROP TRIGGER people_note_words_of_changed ON people_person;
DROP FUNCTION people_note_name_words();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_search_and_merge")]
    operations = [migrations.RunSQL(NOTE_WORDS, FORGET)]
