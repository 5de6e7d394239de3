"""Which hosts a payment link may lead to: one list for the redirect and for the CSP."""

from dataclasses import dataclass
from urllib.parse import urlsplit

XENDIT_DOMAINS = ("xendit.co", "xen.to")


@dataclass(frozen=True)
class AllowedHosts:
    """Xendit's own domains with their subdomains, and the host and port of the API's address."""

    api_url: str

    def allows(self, link: str) -> bool:
        """Tell whether a buyer may be sent to `link`."""
        if not link.isascii() or not link.isprintable() or " " in link or "\\" in link:
            return False
        try:
            parts = urlsplit(link)
            host, origin = parts.hostname or "", (parts.scheme, parts.hostname, parts.port)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        if origin == self._api_origin():
            return True
        return parts.scheme == "https" and parts.port in (None, 443) and _is_in(host, *XENDIT_DOMAINS)

    def csp_sources(self) -> list[str]:
        """Return the same list as sources for a Content-Security-Policy's form-action."""
        sources = [f"https://{prefix}{domain}" for domain in XENDIT_DOMAINS for prefix in ("", "*.")]
        api = urlsplit(self.api_url)
        return [*sources, f"{api.scheme}://{api.netloc}"]

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the API is not Xendit's own, so that no real money can move."""
        host = urlsplit(self.api_url).hostname or ""
        return not _is_in(host, "xendit.co")

    def _api_origin(self) -> tuple:
        api = urlsplit(self.api_url)
        return api.scheme, api.hostname, api.port


def _is_in(host: str, *domains: str) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
