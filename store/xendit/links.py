"""Which hosts a payment link may lead to: one list for the redirect and for the CSP."""

from dataclasses import dataclass

from .hosts import OWN_PORTS, Origin, origin

XENDIT_DOMAINS = ("xendit.co", "xen.to")


@dataclass(frozen=True)
class AllowedHosts:
    """Xendit's own domains with their subdomains, and the host and port of the API's address.

    `pages_url` is where an imitation of Xendit has its pages, for buyers who cannot reach its API; it counts with an
    imitation only. Where an address is on this machine, all names of this machine count: an API at localhost links
    to 127.0.0.1.
    """

    api_url: str
    pages_url: str | None = None

    def allows(self, link: str) -> bool:
        """Tell whether a buyer may be sent to `link`."""
        found = origin(link)
        # Links come in ASCII, so a name in another script is no name of Xendit's.
        if found is None or not link.isascii():
            return False
        return found in self._own_names() or _is_xendits(found)

    def csp_sources(self) -> list[str]:
        """Return the same list as sources for a Content-Security-Policy's form-action."""
        sources = [f"https://{prefix}{domain}" for domain in XENDIT_DOMAINS for prefix in ("", "*.")]
        return [*sources, *map(str, self._own_names())]

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the API is not Xendit's own, so that no real money can move."""
        api = origin(self.api_url)
        return api is None or not _is_in(api.host, "xendit.co")

    def _own_names(self) -> list[Origin]:
        """Xendit itself has no pages but those in its own domains, whatever was set for an imitation."""
        urls = [self.api_url, *([self.pages_url] if self.pages_url and self.is_elsewhere else [])]
        # An IPv6 address cannot be written in a Content-Security-Policy: browsers leave such a source out.
        return [name for found in map(origin, urls) if found for name in found.names() if ":" not in name.host]


def _is_xendits(found: Origin) -> bool:
    return found.scheme == "https" and found.port == OWN_PORTS["https"] and _is_in(found.host, *XENDIT_DOMAINS)


def _is_in(host: str, *domains: str) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
