"""DAPB4066 v1.1, the Social Prescribing Information Standard: its nodes, a referral told in them, and a check of such
a document. Item names © PRSB and NHS England, used under the Open Government Licence v3.0.
"""
