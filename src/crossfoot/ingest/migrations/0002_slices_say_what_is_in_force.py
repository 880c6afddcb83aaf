"""Each account's month says by itself whether it is closed and of which day it is: an export carries several months."""

from django.db import migrations, models

COPY = """UPDATE ingest_slice AS s SET is_final = b.is_final, as_of = b.as_of, data_through = b.data_through
FROM ingest_batch AS b WHERE b.id = s.batch_id"""


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_initial")]

    operations = [
        migrations.AddField("batch", "source", models.CharField(max_length=16, default="huawei")),
        migrations.AlterField("batch", "cycle", models.CharField(max_length=16)),
        migrations.AddField("slice", "is_final", models.BooleanField(default=False)),
        migrations.AddField("slice", "as_of", models.DateField(null=True)),
        migrations.AddField("slice", "data_through", models.DateTimeField(null=True)),
        migrations.AlterField("slice", "account_id", models.CharField(max_length=128)),
        migrations.AlterField("batchfinding", "account_id", models.CharField(blank=True, max_length=128)),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
    ]
