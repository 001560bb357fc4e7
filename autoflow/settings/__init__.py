"""Settings: base is production, dev is the local demonstration, test is the suite; they differ by
environment alone.
"""
