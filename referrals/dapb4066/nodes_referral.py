"""The nodes of DAPB4066 v1.1 about the referral and the person's circumstances, as published."""

PUBLISHED = """
Referral details | 1..1 M | group
  Referral details record entry | 0..* R | group
    Date | 0..1 R | datetime YMDHM
    Referrer details | 1..1 M | group
      Name | 1..1 M | string ..70
      Role | 0..1 R | coded | fhir sdsjobrole
      Grade | 0..1 R | text ..150
      Team | 0..1 R | text ..150
      Specialty | 0..1 R | string ..3 | dd Activity treatment function code
      Service | 1..1 M | group
        Coded value | 0..1 R | coded | sct 1127531000000102
        Free text | 0..1 R | text ..150
      Organisation | 1..1 M | group
        Coded value | 0..1 R | string 3..5 | dd Organisation data service
        Free text | 0..1 R | text ..150
      Contact details | 1..1 M | string ..70
    Referral method | 0..1 R | coded | list referral method
    Reason for referral | 0..1 R | group
      Free text | 0..1 R | text ..150
    Referral to | 1..1 M | group
      Name | 0..1 R | string ..70
      Role | 0..1 R | coded | fhir ukcorepractitionerrolecode
      Grade | 0..1 R | text ..150
      Team | 0..1 R | text ..150
      Specialty | 0..1 R | string ..3 | dd Activity treatment function code
      Service | 0..1 R | group
        Coded value | 0..1 R | coded | sct 1127531000000102
        Free text | 0..1 R | text ..150
      Organisation | 0..1 R | group
        Coded value | 0..1 R | string 3..5 | dd Organisation data service
        Free text | 0..1 R | text ..150
      Contact details | 0..1 R | string ..70
    Return response to | 0..1 R | string ..70
Contacts with professionals | 0..1 R | group
  Contacts with professionals record entry | 0..* R | group
    Date and time of contact | 0..1 R | datetime YMDHM
    Location of contact | 0..1 R | group
      Coded value | 0..1 R | string 3..5 | dd Organisation data service code
      Free text | 0..1 R | text ..150
    Seen by | 0..* R | group
      Name | 0..1 R | string ..70
      Role | 0..1 R | coded | fhir ukcorepractitionerrolecode
    Responsible professional | 0..1 R | group
      Name | 0..1 R | string ..70
      Role | 0..1 R | coded | fhir ukcorepractitionerrolecode
    Location type | 0..1 R | string ..3 | dd Activity location type code
    Contact type | 0..1 R | text ..150
    Consultation method | 0..1 R | string ..2 | dd Consultation mechanism
    Specialty | 0..1 R | string ..3 | dd Activity treatment function code
    Service | 0..1 R | coded | sct 1127531000000102
    Professionals present | 0..* R | group
      Name | 0..1 R | string ..70
      Role | 0..1 R | coded | fhir ukcorepractitionerrolecode
    Outcome of contact | 0..1 R | string ..1 | dd outcome of attendance
Presenting complaints or issues | 0..1 R | group
  Presenting complaint or issue | 0..* R | group | must
    Coded value | 0..1 R | coded | sct 1127581000000103
    Free text | 0..1 R | string ..150
  Person reported complaints or issues | 0..* R | text ..150
Problem list | 0..1 O | group
  Problem list record entry | 0..* O | group
    Problem | 1..1 M | group
      Coded value | 0..1 R | coded | sct 1127581000000103
      Free text | 0..1 R | text ..150
    Onset date | 0..1 R | datetime YM
    End Date | 0..1 R | datetime YMDHM
    Stage of disease | 0..1 R | text ..150
    Comment | 0..* R | text ..150
Clinical Summary | 0..1 R | group
  Clinical summary | 0..1 R | text
Social context | 0..1 O | group
  Household composition | 0..1 O | group
    Household composition | 0..1 R | group
      Coded value | 0..1 R | coded | sct 1027891000000106
      Free text | 0..1 R | text ..150
  Occupational history | 0..1 O | group
    Occupational history | 0..1 R | group
      Coded value | 0..1 R | coded | sct 999001571000000109
      Free text | 0..1 R | text ..150
  Educational history | 0..1 O | group
    Educational history | 0..1 R | text ..150
  Lifestyle choices | 0..1 O | group
    Lifestyle choices | 0..1 R | text ..150
  Smoking status | 0..1 O | group
    Smoking status | 0..1 R | group
      Coded value | 0..1 R | coded | sct 999000891000000102
      Free text | 0..1 R | text ..150
    Smoking status - details | 0..1 R | text ..150
    Date stopped smoking | 0..1 O | group
      Coded value | 0..1 R | coded | sct 160625004
      Date | 0..1 R | datetime YMDHM
  Alcohol intake | 0..1 O | group
    Alcohol intake | 0..1 R | group
      Coded value | 0..1 R | coded | sct 219006 105542008 783261004 1104551000000109 371434005
      Free text | 0..1 R | text ..150
  Drug/substance use | 0..1 O | group
    Drug/substance use | 0..1 R | group
      Coded value | 0..1 R | coded | sct 361055000 371422002 228368007 783241000000102
      Free text | 0..1 R | text ..150
  Social circumstances | 0..1 O | group
    Social circumstances | 0..1 R | text ..150
  Access | 0..1 O | group
    Access | 0..1 R | text ..150
  Dependants | 0..1 O | group
    Dependants | 0..1 R | text ..150
  Accommodation status | 0..1 O | group
    Accommodation status | 0..1 R | group
      Coded value | 0..1 R | string ..4 | dd Accommodation status
      Free text | 0..1 R | text ..150
  Household environment | 0..1 O | group
    Household environment | 0..1 R | text 3..5
Services and care | 0..1 R | group
  Services and care record entry | 0..* R | group
    Social care package name | 0..1 R | text ..150
    Social care package type | 0..1 R | text ..150
    Service start date | 0..1 R | datetime YMDHM
    Service end date | 0..1 R | datetime YMDHM
    Local authority | 0..1 R | group
      Coded value | 0..1 R | string 3..5 | dd Organisation data service
      Free text | 0..1 R | text ..150
    Care funding source | 0..1 R | group
Signpost details | 0..1 R | group
  Signpost details record entry | 0..* R | group
    Date | 0..1 R | datetime YMD
    Signpost to | 0..1 R | group
      Name | 0..1 R | string ..70
      Role | 0..1 R | string ..70
      Grade | 0..1 R | string ..150
      Team | 0..1 R | string ..150
      Specialty | 0..1 R | string ..70
      Service | 0..1 R | group
        Coded value | 0..1 R | coded | sct 1127531000000102
        Free text | 0..1 R | text ..150
      Organisation | 0..1 R | group
      Contact details | 0..1 R | string ..150
    Reason for signpost | 0..1 R | group
      Coded value | 0..1 R | coded | sct 1127581000000103
      Free text | 0..1 R | text ..150
Pregnancy status | 0..1 R | group
  Pregnancy state | 0..1 R | boolean
  Expected delivery date | 0..1 R | datetime YMD
"""
