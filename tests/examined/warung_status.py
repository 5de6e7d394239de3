"""`warung_status ADDRESS NAME`: what the status page of our shop says of an order, in the examiner's words.

Nothing but the standard library: the examiner asks often.
"""

import json
import sys
from urllib.request import ProxyHandler, build_opener

WORDS = {"pending": "pending", "closing": "pending", "paid": "paid", "canceled": "canceled", "refund_due": "attention"}


def main(address: str, token: str) -> None:
    with build_opener(ProxyHandler({})).open(f"{address}/order/{token}/status", timeout=30) as answer:
        said = json.load(answer)
    print("attention" if said["attention"] else WORDS[said["status"]])


if __name__ == "__main__":
    main(*sys.argv[1:])
