"""Episodes through real servers in an environment of their own: `make test-served`."""
