"""Value sets of the NHS Data Dictionary about a person (field notes 5)."""

from django.db import models


class StatedGender(models.TextChoices):
    """PERSON STATED GENDER CODE, which DAPB4066 v1.1 asks for. Sex is not held (field notes 2.3, rule 4)."""

    MALE = "1", "Male"
    FEMALE = "2", "Female"
    INDETERMINATE = "9", "Indeterminate"
    NOT_KNOWN = "X", "Not known"


class EthnicCategory(models.TextChoices):
    """ETHNIC CATEGORY (S109)."""

    WHITE_BRITISH = "A", "White: British"
    WHITE_IRISH = "B", "White: Irish"
    WHITE_OTHER = "C", "White: any other background"
    MIXED_WHITE_AND_BLACK_CARIBBEAN = "D", "Mixed: White and Black Caribbean"
    MIXED_WHITE_AND_BLACK_AFRICAN = "E", "Mixed: White and Black African"
    MIXED_WHITE_AND_ASIAN = "F", "Mixed: White and Asian"
    MIXED_OTHER = "G", "Mixed: any other background"
    INDIAN = "H", "Asian or Asian British: Indian"
    PAKISTANI = "J", "Asian or Asian British: Pakistani"
    BANGLADESHI = "K", "Asian or Asian British: Bangladeshi"
    ASIAN_OTHER = "L", "Asian or Asian British: any other background"
    CARIBBEAN = "M", "Black or Black British: Caribbean"
    AFRICAN = "N", "Black or Black British: African"
    BLACK_OTHER = "P", "Black or Black British: any other background"
    CHINESE = "R", "Chinese"
    OTHER = "S", "Any other ethnic group"
    NOT_STATED = "Z", "Not stated: asked, and not given"
    NOT_KNOWN = "99", "Not known: not asked"
