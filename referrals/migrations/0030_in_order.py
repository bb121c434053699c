"""Each list of what is due is read in the order of an index, as far as a page goes (docs/adr/0054)."""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models

BEFORE: str = import_module("referrals.migrations.0024_follow_ups").DUE


# Whether a question was answered is looked up for the rows that are shown: as EXISTS it was found out by reading every
# answer that there ever was. And the title is a text in all, so that what is asked of the view is asked of each part.
DUE = (
    BEFORE.replace("CASE WHEN EXISTS (\n            SELECT 1 FROM", "CASE WHEN (\n            SELECT true FROM")
    .replace("event.kind = 'provide_information'\n", "event.kind = 'provide_information' LIMIT 1\n")
    .replace("task.title,", "task.title::text,")
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_history'),
        ('referrals', '0029_access_log'),
        ('services_directory', '0017_reader_reports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='onwardreferral',
            name='onward_unanswered',
        ),
        migrations.AddIndex(
            model_name='onwardreferral',
            index=models.Index(condition=models.Q(('status', 'sent')), fields=['next_action_on', 'id'], name='onward_unanswered'),
        ),
        migrations.AddIndex(
            model_name='onwardreferral',
            index=models.Index(condition=models.Q(('status', 'information_requested')), fields=['next_action_on'], name='onward_question_due'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(condition=models.Q(('status__in', ('deferred', 'submitted', 'information_requested', 'accepted', 'active', 'on_hold'))), fields=['owner_team', 'next_action_on', 'id'], name='referral_due_of_team'),
        ),
        migrations.RunSQL(DUE, BEFORE),
    ]
