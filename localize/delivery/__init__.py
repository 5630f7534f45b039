"""A variant's files rendered, checked, reported on, and put in place."""
