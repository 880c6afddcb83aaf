"""Column maps in versions, and files on their way in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0002_slices_say_what_is_in_force")]

    operations = [
        migrations.AddField("batch", "file_sha256", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("batch", "is_withdrawn", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="SavedMap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("version", models.IntegerField()),
                ("body", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.CharField(max_length=254)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["name", "version"], name="one_map_version")],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("state", models.CharField(max_length=16)),
                ("columns", models.JSONField(null=True)),
                ("body", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=254)),
            ],
        ),
    ]
