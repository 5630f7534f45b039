"""The bed and the speech mixed, mastered and measured."""
