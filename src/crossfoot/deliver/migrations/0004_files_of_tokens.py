"""A large file that a program asked for is no wider than its token."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deliver", "0003_exports_know_their_question")]

    operations = [migrations.AddField("exportjob", "token", models.CharField(blank=True, max_length=16))]
