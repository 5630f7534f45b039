"""Engines that hear: speech recognition, voice activity, speakers' voiceprints."""
