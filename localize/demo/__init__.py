"""The demo series "Tides of Silver Bay": script, voices, drawn pictures and synthesized sound, all made here.

It is an example like any other: nothing of the script reaches the pipeline, which hears the finished MP4.
"""
