"""The person's own pages, by a link and a date of birth: nobody signs in (docs/persons-page.md).

For other parts: `web.person.slip` prints the link for the person.
"""
