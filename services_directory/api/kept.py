"""Shapes of what the keepers of the directory read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from services_directory.api.serializers import ServiceSerializer
from services_directory.enums import ChangeKind, ChangeSide, ProposalStatus
from services_directory.listing.document import by_field
from services_directory.models import ListingChange, ListingProposal
from services_directory.open_referral.report import ImportReport


class FieldChangeSerializer(serializers.Serializer[Any]):
    """What one field said, and what it says then."""

    field = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()


class ProposedListingSerializer(serializers.Serializer[Any]):
    """The listing that a proposal is about; without an id while it is new."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class ProposalSerializer(serializers.ModelSerializer[ListingProposal]):
    """A change that waits for a directory editor, or was decided."""

    listing = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    team = serializers.CharField(source="team.name")
    proposed_by = serializers.CharField(source="proposed_by.full_name")
    decided_by = serializers.CharField(source="decided_by.full_name", allow_null=True, default=None)
    changes = serializers.SerializerMethodField()

    class Meta:
        model = ListingProposal
        fields = [
            "reference",
            "listing",
            "is_new_listing",
            "status",
            "team",
            "proposed_by",
            "proposed_at",
            "changes",
            "decided_by",
            "decided_at",
            "reason",
        ]
        read_only_fields = fields

    @extend_schema_field(ProposedListingSerializer)
    def get_listing(self, proposal: ListingProposal) -> Any:
        service = proposal.service
        if service is None:
            return {"id": None, "name": proposal.after["name"]}
        return {"id": str(service.pk), "name": service.name}

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, proposal: ListingProposal) -> Any:
        return [
            {"field": name, "before": proposal.before.get(name), "after": value}
            for name, value in by_field(proposal.after)
        ]


class KeptServiceSerializer(ServiceSerializer):
    """A listing, whole, and what of it waits for a directory editor."""

    rule_sets = serializers.SlugRelatedField[Any](
        slug_field="rule_set_id",
        many=True,
        read_only=True,
        help_text="Keys of the rule sets that say whom it is for: see /services/{id}/rules/.",
    )
    pending = serializers.SerializerMethodField(help_text="The change that waits for a directory editor, if any.")

    class Meta(ServiceSerializer.Meta):
        fields = [*ServiceSerializer.Meta.fields, "rule_sets", "pending"]
        read_only_fields = fields

    @extend_schema_field(ProposalSerializer(allow_null=True))
    def get_pending(self, service: Any) -> Any:
        proposal = self.context.get("pending")
        return ProposalSerializer(proposal).data if proposal else None


class ListingChangeSerializer(serializers.ModelSerializer[ListingChange]):
    """One change of a listing. Who made it is named to those who keep the listing; others read on which side."""

    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    side = serializers.ChoiceField(choices=ChangeSide.choices)
    who = serializers.SerializerMethodField(help_text="Empty where it is not for you.")
    proposal = serializers.SerializerMethodField(help_text="Reference of what it carried out, if it is yours to see.")
    changes = serializers.SerializerMethodField()

    class Meta:
        model = ListingChange
        fields = ["version", "occurred_at", "kind", "is_new", "side", "who", "proposal", "changes"]
        read_only_fields = fields

    def get_who(self, change: ListingChange) -> str:
        return change.actor_name if self.context["is_keeper"] or change.side == ChangeSide.FEED else ""

    def get_proposal(self, change: ListingChange) -> str:
        return change.proposal.reference if change.proposal and self.context["is_keeper"] else ""

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, change: ListingChange) -> Any:
        return [{"field": name, **values} for name, values in by_field(change.changes)]


class RemarkSerializer(serializers.Serializer[Any]):
    """What there is to say about one row."""

    id = serializers.CharField(help_text="Which row: its line, and its id where it has one.")
    reason = serializers.CharField()


class ImportReportSerializer(serializers.Serializer[ImportReport]):
    """What an import did."""

    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = RemarkSerializer(many=True)
    notes = RemarkSerializer(many=True, help_text="Rows that were taken, but not just as they were.")
