"""The object types of the contract, one noun a module."""
