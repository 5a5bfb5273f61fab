"""Why no answer came from a web service, out of the library's errors, which may hold secrets and are not shown."""

import socket
import ssl
from collections.abc import Iterator

from tui_batch.wire.http_line import CutShort, TooLong

# What a server says of a certificate that it does not take; an ended one dies like this before anything is heard.
_REFUSED = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_UNKNOWN_CA",
            "ALERT_ACCESS_DENIED")  # fmt: skip


def certificate_refused(error: BaseException | None) -> bool:
    """Whether the other side ended the handshake over our certificate."""
    said = [one.reason or "" for one in _all(error) if isinstance(one, ssl.SSLError)]
    return any(word in reason for reason in said for word in _REFUSED)


def reason(error: BaseException | None, host: str, seconds: float) -> str:
    """What went wrong with a host, as the middle of a sentence."""
    found = list(_all(error))
    if error is None or any(isinstance(one, TimeoutError) for one in found):
        return f"no answer from {host} in {seconds:g} s"
    for one in found:
        match one:
            case TooLong():
                return f"the answer of {host} is too long to be taken"
            case CutShort():
                return f"the answer of {host} was cut short"
            case ssl.SSLCertVerificationError():
                return f"{host} shows a certificate that is not trusted here: {one.verify_message}; look at `ca_file`"
            case ssl.SSLError():
                return f"{host} and this machine cannot agree on encryption: {one.reason or 'it hung up'}"
            case socket.gaierror():
                return f"{host} is not a name that is known here; look at `url`, or at the network"
    if any(type(one).__name__ == "ProxyError" for one in found):
        return f"the proxy does not let us through to {host}"
    if refused := next((one.strerror for one in found if isinstance(one, OSError) and one.strerror), ""):
        return f"{host} cannot be reached: {refused}"
    return f"the connection to {host} was lost before the whole answer was here"


def _all(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it came from: the library wraps one into the other, as cause, as reason or as argument."""
    left, seen = [error], set[int]()
    while left:
        one = left.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        left += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
