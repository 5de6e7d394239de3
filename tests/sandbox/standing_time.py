"""Time for tests in which a sandbox waits and nobody wants to wait with it."""

from datetime import timedelta


class StandingTime:
    """Real time as a simulator has it: it moves only when somebody waits."""

    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at

    def monotonic(self):
        return self.at.timestamp()

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)
