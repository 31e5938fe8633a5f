"""An exhibit of a supplement may bring the file of one that was described before without it."""

import django.db.models.deletion
from django.db import migrations, models

from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [("submissions", "0008_unsaved_rights")]
    operations = [
        migrations.AddField(
            model_name="exhibit",
            name="brings",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="brought_by",
                to="submissions.exhibit",
            ),
        ),
        Rights(
            "submissions_exhibit",
            app="SELECT, INSERT, UPDATE (delivery, evidence_type, recognisable, derivation, "
            "obtained, identified_by, strands, markers, handling, brings_id, upload_id, file_state, "
            "name, description, details, findings, declared_sha256, declared_sha512, "
            "declared_size, removed_at)",
            worker="SELECT, UPDATE (file_id, file_state, failure, scan, scan_reason, findings)",
            guard="SELECT",
        ),
    ]
