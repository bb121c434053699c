"""The nodes of DAPB4066 v1.1 about assessments, risks and the plan, as published."""

PUBLISHED = """
Assessments | 0..1 O | group
  Assessments record entry | 0..* R | group
    Assessment type | 0..1 R | text ..150
    Assessment summary | 0..1 R | text ..250
    Structured assessment | 0..1 R | group
      Structured assessment name | 0..1 R | group
        Coded value | 0..1 R | coded | sct 273249006
        Free text | 0..1 R | text ..150
      Assessment result | 0..1 R | group
        Assessment score | 0..1 R | group
          Coded value | 0..1 R | coded | sct 363787002
          Free text | 0..1 R | text ..150
        Value | 0..1 R | quantity
        Units of measure | 0..1 R | string ..10 | ucum
        Ordinal | 0..1 R | group
          Coded value | 0..1 R | coded | sct
          Free text | 0..1 R | text ..150
      Subscale result | 0..* R | group
        Subscale score | 0..1 R | group
          Coded value | 0..1 R | coded | sct 363787002
          Free text | 0..1 R | text ..150
        Value | 0..1 R | quantity
        Units of measure | 0..1 R | string ..10 | ucum
        Ordinal | 0..1 R | group
          Coded value | 0..1 R | coded | sct
          Free text | 0..1 R | text ..150
    Comment | 0..1 R | string
Risks | 1..1 M | group
  Risks record entry | 1..* M | group
    Start date of risk | 0..1 R | datetime YMDHM
    End date of risk | 0..1 R | datetime YMDHM
    Risk | 1..1 M | group
      Coded value | 0..1 R | coded | sct 281694009
      Free text | 0..1 R | text ..150
    Comment | 0..1 R | string ..150
Plan and requested actions | 0..1 R | group
  Plan and requested actions record entry | 0..* R | group
    Actions for professionals | 0..1 R | text
    Actions for person or their carer | 0..1 R | text
    Agreed with the person or their legitimate representative | 0..1 R | text
Care and support plan | 1..1 R | group
  Strengths | 0..* R | group
    Coded value | 0..1 R | coded | sct 1127601000000107
    Free text | 0..1 R | text
  Needs, concerns or problems | 0..* R | group
    Coded value | 0..1 R | coded | sct 1127581000000103
    Free text | 0..1 R | text
    Goals and hopes | 0..* R | group
      Coded value | 0..1 R | coded | sct 413350009 246090004 300798006 408729009 410518001
      Free text | 0..1 R | text
      Goal importance score | 0..1 R | decimal | scale 1-10
      Actions and activities | 0..* R | group
        What | 0..* R | group
          Coded value | 0..1 R | coded | sct 71388002 129125009
          Free text | 0..1 R | text
        Who | 0..1 R | group
          Name | 0..1 R | text ..70
          Role | 0..1 R | coded | fhir ukcorepractitionerrolecode
          Team | 0..1 R | text ..35
          Contact details | 0..1 R | string ..35
        When | 0..1 R | datetime YM
        Suggested strategies | 0..1 R | text
        Status | 0..1 R | group
          Coded value | 0..1 R | coded | sct 999000081000000105
          Free text | 0..1 R | text
        Confidence | 0..1 R | decimal | scale 1-10
        Date last updated | 0..1 R | datetime YMDHM
        Review date | 0..1 R | datetime YM
        Stage goal | 0..* R | group
          Stage goal | 0..1 R | group
            Coded value | 0..1 R | coded | sct 413350009 246090004 300798006 408729009 410518001
            Free text | 0..1 R | text
          Outcome | 0..1 R | group
            Coded value | 0..1 R | coded | sct 1127601000000107
            Free text | 0..1 R | text
          Goal status | 0..1 R | coded | sct 999000091000000107
      Outcomes | 0..* R | group
        Coded value | 0..1 R | coded | sct 1127601000000107
        Free text | 0..1 R | text
      Goal status | 0..1 R | coded | sct 999000091000000107
  Agreed with person or legitimate representative | 0..1 R | group
    Person or legitimate representative | 0..1 R | boolean
    Person full name | 0..1 R | string ..70 | dd Person full name
    Role | 0..1 R | coded | fhir sdsjobrole
  Care funding source | 0..1 R | group
    Coded value | 0..1 R | coded | dd organisation data service
    Free text | 0..1 R | text
  Date this plan was last updated | 0..1 R | datetime YMDHM
  Other care planning documents | 0..* R | text
  Planned review date/interval | 0..1 R | datetime
  Responsibility for review | 0..1 R | group
    Name | 0..1 R | text ..70
    Role | 0..1 R | coded | fhir ukcorepractitionerrolecode
    Contact details | 0..1 R | string ..35
"""
