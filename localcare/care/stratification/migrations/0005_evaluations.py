"""Answers to whether a list helped are kept, one for each question."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stratification', '0004_stopped_by'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListEvaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('stage', models.CharField(blank=True, max_length=200)),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('message', models.TextField(blank=True)),
                ('stop_asked_at', models.DateTimeField(blank=True, null=True)),
                ('stop_asked_by', models.CharField(blank=True, max_length=200)),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asked_at', models.DateTimeField()),
                ('days', models.PositiveSmallIntegerField()),
                ('who', models.CharField(blank=True, max_length=80)),
                ('threshold', models.PositiveSmallIntegerField()),
                ('status', models.CharField(choices=[('waiting', 'Waits for a worker'), ('running', 'Being worked out'), ('done', 'Worked out'), ('failed', 'Failed'), ('stopped', 'Stopped')], default='waiting', max_length=16)),
                ('asked_by_name', models.CharField(max_length=200)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.JSONField(default=dict)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stratification.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'days', 'who', 'threshold'), name='stratification_evaluation_once')],
            },
        ),
    ]
