"""The two commands of the small shops: `buy ADDRESS [NAME]` and `status ADDRESS NAME`."""

import secrets
import sys
from urllib.request import ProxyHandler, build_opener

said = build_opener(ProxyHandler({})).open
what, address, *named = sys.argv[1:]
if what == "buy":
    name = named[0] if named else secrets.token_hex(8)
    print(said(f"{address}/orders", name.encode()).read().decode(), name)
else:
    print(said(f"{address}/orders/{named[0]}").read().decode())
