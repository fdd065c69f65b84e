@rem On Windows, the `exec` of our npm scripts: elsewhere it makes the shell give way to node, which then gets signals and gives its exit code.
@%*
