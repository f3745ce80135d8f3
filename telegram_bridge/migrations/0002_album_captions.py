"""Each item of an album keeps its own caption."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telegram_bridge", "0001_bridge")]

    operations = [
        migrations.AddField(
            model_name="telegrammessage",
            name="caption",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="telegrammessage",
            name="caption_entities",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
