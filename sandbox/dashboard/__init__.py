"""The teacher's pages: accounts, their sessions, what to break next."""
