"""The source side: recognition, lines, speakers, names, studio transcripts."""
