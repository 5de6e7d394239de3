"""`make bench`: how fast the sandbox and the shop are on this machine."""

import sys

from . import sandbox, shop

if __name__ == "__main__":
    sandbox.main()
    shop.main(sys.argv[1:])
