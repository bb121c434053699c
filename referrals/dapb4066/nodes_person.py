"""The nodes of DAPB4066 v1.1 about the person, as published: see `declaration` for how a line is read."""

PUBLISHED = """
Person demographics | 1..1 M | group | must
  Person name | 1..1 M | group
    Person first name | 1..* M | string ..35 | dd Person given name
    Person family name | 1..* M | string ..35 | dd Person family name
    Person preferred name | 0..1 R | string ..70 | dd Person full name
    Title | 0..1 R | string ..35 | dd Person Title
    Person name suffix | 1..* R | string ..35 | dd Person suffix
    Person full name | 0..1 R | string ..70 | dd Person full name
  Date of birth | 1..1 M | date YMD! | dd Person birth date
  Location of Birth | 0..1 R | group
    Coded value | 0..1 R | string 5..9 | dd Site Code (of Actual Place of Delivery)
    Free text | 0..1 R | string ..150
  Pronoun | 0..1 O | string
  Gender | 0..1 R | string ..1 | dd Person stated gender code | must
  Person alias | 0..1 R | string ..70
  Ethnicity | 0..1 R | string ..2 | dd Ethnic category | must
  Religion | 0..1 R | coded | sct Religion
  Sex | 0..1 R | string ..1 | dd person phenotypic sex
  Carer Status | 0..1 O | coded | sct 224484003
  NHS number | 0..1 R | string ..10 | dd NHS number | must
  NHS number status indicator | 0..1 R | string ..2 | dd NHS Number Code Status Indicator
  Other identifier | 0..* R | string ..20 | dd Local patient identifier(extended)
  Person's address | 0..1 R | group | must
    Address line 1 | 0..1 R | string ..35 | dd Address line 1
    Address line 2 | 0..1 R | string ..35 | dd Address line 2
    Address line 3 | 0..1 R | string ..35 | dd Address line 3
    Address line 4 | 0..1 R | string ..35 | dd Address line 4
    Address line 5 | 0..1 R | string ..35 | dd Address line 5
    Postcode | 0..1 R | string ..8 | dd Postcode of usual address
    Address type | 0..1 R | string ..1 | dd Address Association Type
  Person's contact details | 0..1 R | group | must
    Preferred contact method | 0..1 R | string ..1 | dd Preferred Contact Method
    Person's telephone number details | 0..* R | group | must
      Person's telephone number | 0..1 R | string ..35 | dd UK telephone number
      Person's telephone number type | 0..1 R | string ..6 | fhir Contact point use
      Preference of telephone number | 0..1 R | coded | scale 1-5
    Person's email address details | 0..* R | group | must
      Person's email address | 0..1 R | string ..255 | dd Contact Email Address
      Person's email address type | 0..1 R | string ..6 | fhir Contact point use
      Preference of email address | 0..1 R | coded | scale 1-5
    Other contact information | 0..1 R | string ..255 | dd Communication contact string
  Photograph | 0..1 R | identifier
  Place of birth | 0..1 R | string ..3 | dd Country code (birth)
  Marital status | 0..1 O | string ..1 | dd Person marital status
  Immigration status | 0..1 R | group
    Immigration status | 0..1 R | coded | list immigration status
    Start date | 0..1 R | datetime YMDHM
    End date | 0..1 R | datetime YMDHM
    Comment | 0..1 R | text ..150
  Sexual Orientation | 0..1 O | coded | sct 999003081000000103 | must
  Organ and tissue donation | 0..1 R | boolean
  Overseas visitor status | 0..1 R | string ..1 | dd Overseas visitor charging catergory
  Relevant contacts | 0..1 R | string
  Educational establishment | 0..1 R | text
GP practice | 1..1 M | group
  GP practice record entry | 1..* M | group
    GP name | 0..1 R | text ..70
    GP practice details | 0..1 R | text ..150
    GP practice identifier | 1..1 M | string ..6 | dd General medical practice code (patient registration)
    GP opt out indicator | 0..1 O | coded | sct 1092961000000104 1092941000000100
About me | 0..1 R | group
  What is most important to me | 0..1 R | group
    What is most important to me | 0..1 R | text
  People who are important to me | 0..1 R | group
    People who are important to me | 0..1 R | text
  How I communicate and how to communicate with me | 0..1 R | group
    How I communicate and how to communicate with me | 0..1 R | text
  My wellness | 0..1 R | group
    My wellness | 0..1 R | text
  Please do and please don't | 0..1 R | group
    Please do and please don't | 0..1 R | text
  How and when to support me | 0..1 R | group
    How and when to support me | 0..1 R | text
  Also worth knowing about me | 0..1 R | group
    Also worth knowing about me | 0..1 R | text
  Supported to write this by | 0..1 R | text ..150
  Location to multimedia file | 0..1 R | text | url
Individual requirements | 0..1 R | group | must
  Reasonable adjustment | 0..1 R | group
    Reasonable adjustment record entry | 0..* R | group
      Reasonable adjustment flag | 0..1 R | boolean | sct 1108111000000107
      Reasonable adjustment | 0..1 R | group
        Coded value | 0..1 R | coded | sct 999002121000000109 999002151000000104 999002131000000106 999002141000000102
        Free text | 0..1 R | text ..150
      Reasonable adjustment additional detail | 0..1 R | string
  Impairment | 0..1 R | group
    Impairment record entry | 0..* R | group
      Impairment category | 0..1 R | group
        Coded value | 0..1 R | coded | sct
        Free text | 0..1 R | text ..150
      Impairment additional detail | 0..1 R | text ..150
  Mobility | 0..* R | group
    Mobility needs | 0..1 R | group
      Coded value | 0..1 R | coded | sct 999002551000000108
      Free text | 0..1 R | text ..150
  Other individual requirements | 0..* R | group
    Other individual requirement | 0..1 R | text ..150
Safeguarding | 0..1 R | group | must
  Safeguarding concerns | 0..* R | group
    Safeguarding indicator | 0..1 R | boolean
    Safeguarding concerns date | 0..1 R | datetime YMDHM
    Safeguarding concerns end date | 0..1 R | datetime YMDHM
    Safeguarding concerns | 0..1 R | group
      Coded value | 0..1 R | coded | sct 999002381000000108
      Free text | 0..1 R | text ..150
    Comment | 0..1 R | text ..150
  Looked after child | 0..1 R | group
    Looked after child start date | 0..1 R | datetime YMDHM
    Looked after child end date | 0..1 R | datetime YMDHM
    Local authority | 0..1 R | group
      Coded value | 0..1 R | string 3..5 | dd Organisation data service
      Free text | 0..1 R | text ..150
  Unborn child protection plan | 0..1 R | group
    Unborn child protection plan start date | 0..1 R | datetime YMDHM
    Unborn child protection plan end date | 0..1 R | datetime YMDHM
    Local authority | 0..1 R | group
      Coded value | 0..1 R | string 3..5 | dd Organisation data service
      Free text | 0..1 R | text ..150
Consent | 0..1 R | group | must
  Consent for information sharing | 0..1 R | string
"""
