"""One large organization, generated: the same at every start, of any size, to measure with."""
