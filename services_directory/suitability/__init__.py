"""Does a service fit a person? Rules as data, facts about a person, and a pure judgement with its reasons.

Nothing in here reads the database or a clock. It screens and explains; a named professional decides (docs/adr/0013).
"""
