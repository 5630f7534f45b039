"""What the words of the command line do, a module for each family; heavy imports wait until a command runs."""
