"""Where the program touches the world: processes, sockets, files. Errors are translated here, once, into sentences."""
