"""The words of this app. A leaf: imports nothing of ours."""

from django.db import models


class OrganizationKind(models.TextChoices):
    """What sort of organisation works with the service, or is named in it."""

    GP_PRACTICE = "gp_practice", "GP practice"
    NHS_TRUST = "nhs_trust", "NHS trust"
    LINK_WORKER_HOST = "link_worker_host", "Link-worker host (primary care network, council or charity)"
    PROVIDER = "provider", "Provider (leisure trust, charity, community group)"
    CHARITY = "charity", "Charity that refers"
    PROFESSIONAL = "professional", "Other professionals (pharmacy, social care, housing)"
    PUBLIC = "public", "The public: people who refer themselves, and families"
    COMMISSIONER = "commissioner", "Commissioner"


class Role(models.TextChoices):
    """What a person does in a team. One person may have several roles, in several teams."""

    REFERRER = "referrer", "Referrer"
    LINK_WORKER = "link_worker", "Link worker"
    LEAD = "lead", "Team lead"
    PROVIDER = "provider", "Provider"
    MANAGER = "manager", "Manager or commissioner"
    DIRECTORY_EDITOR = "directory_editor", "Directory editor"
    PRIVACY_OFFICER = "privacy_officer", "Records and privacy officer"
    SAFEGUARDING = "safeguarding", "Safeguarding lead"
    SYSTEM = "system", "The service itself"


class AccountEventKind(models.TextChoices):
    """What happened to the way somebody signs in."""

    RESET_ASKED = "reset_asked", "A new password was asked for"
    INVITED = "invited", "The account was made: a first password is to be chosen"
    JOINED = "joined", "Taken into a team"
    PASSWORD_CHANGED = "password_changed", "The password was changed"
    FACTOR_ADDED = "factor_added", "A second step was added to sign-in"
    FACTOR_REMOVED = "factor_removed", "A second step was taken away from sign-in"
    CODES_MADE = "codes_made", "New recovery codes were made"
    CODE_REUSED = "code_reused", "A code of the app was entered a second time, and refused"
    PROVIDER_LINKED = "provider_linked", "Signed in by the organisation's own identity provider for the first time"


class Scope(models.TextChoices):
    """What a machine may be let do, beside what its roles let it. Which route needs which: `config.scopes`."""

    REFERRALS_READ = "referrals:read", "Read referrals, and what belongs to them, that its team may see"
    REFERRALS_WRITE = "referrals:write", "Refer people, and take the steps that its roles may take"
    DIRECTORY_READ = "directory:read", "Search the directory, and read its services, teams and organisations"
    DIRECTORY_WRITE = "directory:write", "Keep the services of the directory"
    INSIGHTS_READ = "insights:read", "Read figures, which tell of nobody"
