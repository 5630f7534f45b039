"""The registry of models, and how their files are pulled and verified."""
