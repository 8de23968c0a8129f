from django.db import migrations, models

TABLES = (
    'record_fact', 'record_stay', 'record_diagnosis', 'record_procedure', 'record_attendance', 'record_contact',
    'record_package', 'people_registration', 'people_relationship',
)
NOTE = """
CREATE FUNCTION record_note_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO record_deletedrow (table_name, row_id) SELECT TG_TABLE_NAME, id FROM deleted;
    RETURN NULL;
END $$;
""" + ''.join(
    f"""
CREATE TRIGGER record_note_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION record_note_deleted();
"""
    for table in TABLES
)
NOTE_NO_MORE = ''.join(f'DROP TRIGGER record_note_deleted ON {table};\n' for table in TABLES) + (
    'DROP FUNCTION record_note_deleted();'
)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0010_merge_changed_rows'),
        ('record', '0004_who_is_in_hospital_now'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeletedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table_name', models.CharField(max_length=64)),
                ('row_id', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(NOTE, NOTE_NO_MORE),
    ]
