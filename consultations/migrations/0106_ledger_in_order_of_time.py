from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0105_times_of_messages_are_one_list"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="communication",
            name="consultations_comm_subject",
        ),
        migrations.AddIndex(
            model_name="communication",
            index=models.Index(fields=["due_at", "id"], name="consultations_comm_time"),
        ),
    ]
