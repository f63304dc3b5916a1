from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0011_holds_per_service"),
    ]

    operations = [
        migrations.AddField(
            model_name="healthcareservice",
            name="translations",
            field=models.JSONField(
                blank=True, default=dict, help_text="{language: {name, summary, what_is_asked}}: what patients read."
            ),
        ),
    ]
