"""Use cases: decide, change, record. A transaction lives here and nowhere above."""
