"""The access rule: pure Python over immutable facts; no I/O, no async, no clock."""
