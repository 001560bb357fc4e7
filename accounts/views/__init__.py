"""Pages of the accounts, by noun: sessions, platform, registration, recovery, profile, inbox, staff, second
factor.
"""
