"""The commands of `bailiwick`, one a module, and `main`, which runs them."""
