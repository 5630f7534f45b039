"""The source side: what is said in an episode, by whom and when."""
