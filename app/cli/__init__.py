"""The commands of `bailiwick`, one a module."""
