"""Formats with longer names, and files that the worker makes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deliver", "0001_initial")]

    operations = [
        migrations.AlterField("export", "format", models.CharField(max_length=16)),
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("customer_key", models.CharField(max_length=64)),
                ("report", models.CharField(max_length=64)),
                ("format", models.CharField(max_length=16)),
                ("question", models.JSONField()),
                ("asked_by", models.CharField(max_length=254)),
                ("mark", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=16)),
                ("rows", models.BigIntegerField()),
                ("rows_done", models.BigIntegerField(default=0)),
                ("sentence", models.TextField(blank=True)),
                ("result", models.CharField(blank=True, max_length=32)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["asked_by", "state"], name="exports_of_a_person")]},
        ),
    ]
