"""One module a revision. They import nothing of the application: they say what was true when they were written."""
