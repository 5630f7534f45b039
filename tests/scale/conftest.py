"""Servers as in tests/service."""

from tests.service.conftest import postgres, s3, server  # noqa: F401
