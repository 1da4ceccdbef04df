"""Every SELECT and INSERT in the program, by aggregate: synchronous functions of a Core Connection."""
