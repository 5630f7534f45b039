"""Video and sound files: ffmpeg, probing, sidecars, the sound track."""
