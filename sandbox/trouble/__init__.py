"""What can go wrong on demand: the delivery dial, the faults of the API, scenarios of both."""
