"""Servers as in tests/service."""

from tests.service.conftest import empty_postgres, postgres, s3  # noqa: F401
