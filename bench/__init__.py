"""How fast the programs are on this machine. No tests."""
