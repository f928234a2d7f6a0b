"""Headers that every HTTP answer has, whichever layer it comes from."""

from collections.abc import Mapping

#: What keeps a browser from guessing, framing, keeping or telling on.
SECURITY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

#: For answers over TLS alone (RFC 6797 §7.2).
STRICT_TRANSPORT = "max-age=31536000"
