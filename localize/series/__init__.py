"""The series bible: terms, cast, translation memory."""
