"""Functions that make names and postcodes comparable; the columns of the next migration are made by them."""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION people_name_words(family text, given text, preferred text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(regexp_split_to_array(
        regexp_replace(
            lower(public.unaccent('public.unaccent'::regdictionary, family || ' ' || given || ' ' || preferred)),
            '[''’`.]', '', 'g'),
        '[^[:alnum:]]+'), '')
$$;
CREATE FUNCTION people_postcode_key(postcode text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(bare) > 4 THEN left(bare, -3) || ' ' || right(bare, 3) ELSE bare END
    FROM (SELECT regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g') AS bare) AS stripped
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("database", "0001_extensions")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS, "DROP FUNCTION people_name_words(text, text, text); DROP FUNCTION people_postcode_key(text)"
        )
    ]
