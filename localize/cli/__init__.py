"""The command line: `localize run`, `models`, `series`, `review`, `bench`, and the service's commands."""
