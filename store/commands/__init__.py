"""The commands of `flask --app app`, a module for each noun. `store/cli.py` registers them."""
