import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0040_what_people_decide"),
    ]

    operations = [
        migrations.AddField(
            model_name="communication",
            name="delivered_at",
            field=models.DateTimeField(help_text="As the carrier tells; mail servers do not.", null=True),
        ),
        migrations.CreateModel(
            name="AttendanceReply",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField()),
                (
                    "answer",
                    models.CharField(
                        choices=[("accepted", "will come"), ("tentative", "asks for another time")], max_length=12
                    ),
                ),
                ("replied_at", models.DateTimeField()),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="consultations.appointment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("appointment", "revision", "answer"), name="consultations_reply_each_answer_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["accepted", "tentative"])),
                        name="consultations_reply_answer_known",
                    ),
                ],
            },
        ),
    ]
