"""Who can be recognised where, on what basis, and what people said (R4, vocabularies V8)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import impna.references


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_discretion"),
        ("submissions", "0014_risks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    impna.references.ReferenceField(
                        default=impna.references.new_reference,
                        editable=False,
                        max_length=13,
                        unique=True,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("asked_on", models.DateField(verbose_name="asked on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="holds until")),
                ("of_age_on", models.DateField(blank=True, null=True, verbose_name="of age on")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("written", "Written and signed"),
                            ("thumbprint", "Thumbprint"),
                            ("audio", "Recorded in sound"),
                            ("witnessed_oral", "Spoken, before a witness"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("adult", "An adult, for themselves"),
                            ("child", "A child who agreed, and a guardian"),
                            ("supported", "An adult, with support in deciding"),
                            ("unaccompanied", "A child alone: a representative is named or sought"),
                            (
                                "guardian_conflict",
                                "A child whose guardian has other interests: another representative",
                            ),
                            ("represented", "An adult with a legal representative"),
                            ("next_of_kin", "Somebody who died: their next of kin"),
                            (
                                "no_kin",
                                "Somebody who died and has no known kin: our own risk decision",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                ("said", models.JSONField(default=dict)),
                ("to_states", models.JSONField(default=list)),
                ("to_bodies", models.JSONField(default=list)),
                ("never_states", models.JSONField(default=list)),
                ("never_bodies", models.JSONField(default=list)),
                ("never_death_penalty", models.BooleanField(default=True)),
                ("never_in_public", models.BooleanField(default=False)),
                ("not_exhibits", models.JSONField(default=list)),
                ("details", models.BinaryField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    impna.references.ReferenceField(
                        default=impna.references.new_reference,
                        editable=False,
                        max_length=13,
                        unique=True,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("fewest", models.PositiveIntegerField(blank=True, null=True)),
                ("most", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("asked", "They were asked: what they said decides"),
                            ("not_required", "They need not be asked"),
                            (
                                "not_reachable",
                                "They cannot be reached, or nobody knows who they are",
                            ),
                            ("deceased", "They have died"),
                        ],
                        max_length=20,
                    ),
                ),
                ("in_words", models.BooleanField(default=False)),
                ("details", models.BinaryField(null=True)),
                ("added_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="LinkedExhibit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaperForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    impna.references.ReferenceField(
                        default=impna.references.new_reference,
                        editable=False,
                        max_length=13,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name of the form")),
                ("answers", models.JSONField(default=dict)),
                ("mapped_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="coversheet",
            name="recognisable",
            field=models.CharField(
                choices=[
                    ("unanswered", "Not answered yet"),
                    ("nobody", "Nobody can be recognised"),
                    ("someone", "Someone can be recognised"),
                ],
                default="unanswered",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="coversheet",
            constraint=models.CheckConstraint(
                condition=models.Q(("recognisable__in", ["unanswered", "nobody", "someone"])),
                name="words_recognisable_known",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proves",
                to="submissions.exhibit",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="submissions.person",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="submissions.person",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="signed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="submissions.submission",
            ),
        ),
        migrations.AddField(
            model_name="linkedexhibit",
            name="exhibit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="linked",
                to="submissions.exhibit",
            ),
        ),
        migrations.AddField(
            model_name="linkedexhibit",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="linked",
                to="submissions.link",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="exhibits",
            field=models.ManyToManyField(
                related_name="links", through="submissions.LinkedExhibit", to="submissions.exhibit"
            ),
        ),
        migrations.AddField(
            model_name="paperform",
            name="mapped_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="paperform",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paper_forms",
                to="partners.partner",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                fields=("person", "number"), name="consent_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("person",),
                name="one_live_consent_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mode__in", ["written", "thumbprint", "audio", "witnessed_oral"])
                ),
                name="consent_mode_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "capacity__in",
                        [
                            "adult",
                            "child",
                            "supported",
                            "unaccompanied",
                            "guardian_conflict",
                            "represented",
                            "next_of_kin",
                            "no_kin",
                        ],
                    )
                ),
                name="consent_capacity_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    _connector="OR",
                ),
                name="a_withdrawn_consent_has_its_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("capacity__in", ["child", "unaccompanied", "guardian_conflict"]),
                        _negated=True,
                    ),
                    ("of_age_on__isnull", False),
                    _connector="OR",
                ),
                name="a_childs_consent_says_when_it_comes_of_age",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedexhibit",
            constraint=models.UniqueConstraint(
                fields=("link", "exhibit"), name="an_exhibit_once_in_a_link"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                fields=("submission", "number"), name="link_number_once_per_submission"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("basis__in", ["asked", "not_required", "not_reachable", "deceased"])
                ),
                name="link_basis_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                    models.Q(("signed_at__isnull", True), ("signed_by__isnull", True)),
                    _connector="OR",
                ),
                name="a_links_signature_has_its_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("basis__in", ["not_reachable", "deceased"]),
                    ("signed_at__isnull", True),
                    _connector="OR",
                ),
                name="only_a_risk_decision_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("fewest__isnull", True), ("most__isnull", True), ("person__isnull", False)
                    ),
                    models.Q(
                        ("fewest__gte", 1),
                        ("most__gte", models.F("fewest")),
                        ("person__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_link_is_of_somebody_or_of_so_many",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "asked"), _negated=True),
                    ("person__isnull", False),
                    _connector="OR",
                ),
                name="who_was_asked_has_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperform",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("partner", "name"),
                name="paper_form_named_once",
            ),
        ),
    ]
