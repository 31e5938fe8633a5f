"""What somebody typed and did not save is written, read and deleted by the application alone."""

from django.db import migrations

from impna.rights import Rights


class Migration(migrations.Migration):
    dependencies = [("submissions", "0007_unsaved")]
    operations = [
        Rights("submissions_unsaved", app="SELECT, INSERT, UPDATE (words, at), DELETE"),
    ]
