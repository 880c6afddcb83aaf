"""An export from another cloud has account ids of more than 64 characters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.AlterField("accountowner", "account_id", models.CharField(max_length=128))]
