"""Shapes of the inbox, and of who chooses what."""

from typing import Any

from rest_framework import serializers

from core.api import StrictSerializer
from notifications.enums import HowTold, MessageGroup


class InboxTeamSerializer(serializers.Serializer[Any]):
    """The team to whose inbox a message went."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class InboxEntrySerializer(serializers.Serializer[Any]):
    """One message. It names nobody: it says that there is news, and where."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField(help_text="When it happened.")
    template = serializers.CharField()
    group = serializers.ChoiceField(choices=MessageGroup.choices)
    reference = serializers.CharField(help_text="Leads on: what it stands for is at link, for whoever may see it.")
    title = serializers.CharField()
    text = serializers.CharField()
    link = serializers.CharField()
    team = InboxTeamSerializer(allow_null=True, help_text="Null where it went to your own address.")
    read_at = serializers.DateTimeField(
        allow_null=True, help_text="When you read it; of a team each reads for themself."
    )


class UnreadSerializer(serializers.Serializer[Any]):
    """How many messages wait to be read."""

    unread = serializers.IntegerField(help_text="1000 means that many or more.")


class MarkReadInputSerializer(StrictSerializer):
    """Until when everything is read."""

    until = serializers.DateTimeField(help_text="The `at` of the newest message that you have seen.")


class MarkedSerializer(serializers.Serializer[Any]):
    """How many messages were marked."""

    marked = serializers.IntegerField()


HOW_OFTEN = "Essential messages come by email at once, whatever is chosen."


class ChoicesInputSerializer(StrictSerializer):
    """All that is chosen: what is left out is as it is for somebody who never chose."""

    new_work = serializers.ChoiceField(choices=HowTold.choices, default=HowTold.AT_ONCE, help_text=HOW_OFTEN)
    questions = serializers.ChoiceField(choices=HowTold.choices, default=HowTold.AT_ONCE, help_text=HOW_OFTEN)
    news = serializers.ChoiceField(choices=HowTold.choices, default=HowTold.AT_ONCE, help_text=HOW_OFTEN)
    reminders = serializers.ChoiceField(choices=HowTold.choices, default=HowTold.AT_ONCE, help_text=HOW_OFTEN)
    directory = serializers.ChoiceField(choices=HowTold.choices, default=HowTold.AT_ONCE, help_text=HOW_OFTEN)
    quiet_from = serializers.TimeField(
        allow_null=True,
        default=None,
        help_text="By the clock in England. May be later than quiet_until: over midnight.",
    )
    quiet_until = serializers.TimeField(allow_null=True, default=None)
    quiet_on_days_off = serializers.BooleanField(
        default=False, help_text="Whether Saturdays, Sundays and bank holidays of England are quiet all day."
    )


class ChoicesSerializer(serializers.Serializer[Any]):
    """How a user or a team is told."""

    new_work = serializers.ChoiceField(choices=HowTold.choices)
    questions = serializers.ChoiceField(choices=HowTold.choices)
    news = serializers.ChoiceField(choices=HowTold.choices)
    reminders = serializers.ChoiceField(choices=HowTold.choices)
    directory = serializers.ChoiceField(choices=HowTold.choices)
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    quiet_on_days_off = serializers.BooleanField()
    version = serializers.IntegerField(help_text="0 as long as nobody chose.")
