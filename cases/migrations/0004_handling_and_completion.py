"""Handling codes are conditions; a recipient may ask for a completion; a unit tells its discretion."""

from django.db import migrations, models

from impna.rights import Rights

# V6a, with "" for a condition in the sender's own words.
CODES = ["", "H0", "H1", "H2", "H3"]


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_ended_by_time"), ("partners", "0006_discretion")]
    operations = [
        migrations.AddField(
            "condition",
            "code",
            models.CharField(
                blank=True,
                choices=[
                    ("H0", "For preventing and combating crime under applicable law"),
                    (
                        "H1",
                        "Not to be disclosed in judicial proceedings without the provider's "
                        "permission",
                    ),
                    ("H2", "Not to be disseminated without the provider's permission"),
                    ("H3", "Other restrictions"),
                ],
                max_length=2,
            ),
        ),
        migrations.AddField("condition", "exhibits", models.JSONField(default=list)),
        migrations.AlterField("condition", "words", models.BinaryField(editable=False, null=True)),
        migrations.AddConstraint(
            "condition",
            models.CheckConstraint(
                condition=models.Q(("code__in", CODES)), name="condition_code_known"
            ),
        ),
        migrations.AddConstraint(
            "condition",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), ("exhibits", []), ("words__isnull", False)),
                    models.Q(
                        models.Q(("code", ""), _negated=True),
                        models.Q(("exhibits", []), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_condition_says_what_it_asks",
            ),
        ),
        migrations.RemoveConstraint("informationrequest", "request_kind_known"),
        migrations.AlterField(
            "informationrequest",
            "kind",
            models.CharField(
                choices=[
                    ("clarify", "Explain something"),
                    ("complete", "Complete what is missing"),
                    ("provide_held", "Give material that you hold"),
                    ("willing", "Ask whether a person is willing to be contacted"),
                ],
                max_length=20,
                verbose_name="what you ask for",
            ),
        ),
        migrations.AddConstraint(
            "informationrequest",
            models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["clarify", "complete", "provide_held", "willing"])
                ),
                name="request_kind_known",
            ),
        ),
        Rights(
            "partners_unit",
            app="SELECT, INSERT, UPDATE (name, takes_direct_intake, feedback_days, on_call, "
            "standing_text, no_discretion)",
            worker="SELECT",
            secretariat="SELECT",
            guard="SELECT",
        ),
    ]
