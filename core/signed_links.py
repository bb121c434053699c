"""Links that work for whoever holds them, without signing in: a public reference and a signature of it.

The signature is made from the reference and the deployment's secret key whenever it is needed, so it lies in no table
and no queue. What the link may do, until when and how often is for the row behind the reference to say.
"""

from django.core.signing import BadSignature, Signer


def signature_of(reference: str, *, purpose: str) -> str:
    """Return the signature of a reference for one purpose; it is worth nothing for another."""
    return _signer(purpose).signature(reference)


def is_signed(reference: str, signature: str, *, purpose: str) -> bool:
    """Whether we have made this signature, with the present secret key or one that it follows."""
    try:
        _signer(purpose).unsign(f"{reference}:{signature}")
    except BadSignature:
        return False
    return True


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"core.signed_links:{purpose}")
