"""That a message was delivered is taken back where the other side has told that it did not arrive, and never else.

As the owner of the tables: the application itself may not delete a delivery (docs/adr/0053).
"""

from django.db import migrations

TAKE_BACK = """
CREATE FUNCTION notifications_take_back(told text, messages uuid[]) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM notifications_delivery AS delivery
    USING notifications_receipt AS receipt, notifications_delivery AS meant
    WHERE receipt.key = told AND meant.message_id = receipt.message_id
        AND delivery.wire_id = meant.wire_id AND delivery.message_id = ANY (messages)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_history")]

    operations = [migrations.RunSQL(TAKE_BACK, "DROP FUNCTION notifications_take_back(text, uuid[]);")]
