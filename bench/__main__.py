"""`make bench`: how fast the sandbox and the shop are on this machine."""

import sys

from tests.processes import end_when_asked

from . import sandbox, shop

if __name__ == "__main__":
    end_when_asked()
    sandbox.main()
    shop.main(sys.argv[1:])
