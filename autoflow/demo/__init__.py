"""The demonstration: a catalogue, enterprises with filings, and trades of persons who do not exist."""
