"""Why no answer came from a web service: sentences out of the library's errors, which are not shown themselves."""

import socket
import ssl
from collections.abc import Iterator

from tui_batch.wire.http_line import CONNECT_SECONDS, CutShort, Lost, TooLong

# What a server says of a certificate that it does not take, before it hears anything else.
_REFUSED = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_UNKNOWN_CA",
            "ALERT_ACCESS_DENIED", "ALERT_DECRYPT_ERROR")  # fmt: skip


def certificate_refused(error: Exception | None) -> bool:
    """Whether the other side does not take our certificate."""
    said = [one.reason or "" for one in _all(error) if isinstance(one, ssl.SSLError)]
    return any(word in reason for reason in said for word in _REFUSED)


def hung_up(error: Exception | None) -> bool:
    """Whether the other side ended the connection without a word: so a refused certificate looks too, now and then."""
    return any(isinstance(one, ssl.SSLEOFError | ConnectionResetError | BrokenPipeError) for one in _all(error))


def reason(lost: Lost, host: str, seconds: float) -> str:
    """What went wrong with a host, as the middle of a sentence."""
    found = list(_all(lost.why))
    if any(kind.__name__ == "ProxyError" for one in found for kind in type(one).__mro__):  # of one library or another
        said = next((f": {one}" for one in found if str(one).startswith("Tunnel")), "")
        return f"the proxy on the way to {host} does not let us through{said}"
    if not lost.why or any(isinstance(one, TimeoutError) for one in found):
        given = seconds if lost.heard or not lost.why else min(seconds, CONNECT_SECONDS)
        return f"no answer from {host} in {given:g} s"
    for one in found:
        match one:
            case TooLong():
                return f"the answer of {host} is longer than what is taken"
            case CutShort():
                return f"the answer of {host} was cut short"
            case ssl.SSLCertVerificationError():
                return f"{host} shows a certificate that is not trusted here: {one.verify_message}; look at `ca_file`"
            case ssl.SSLError():
                return f"{host} and this machine cannot agree on encryption: {one.reason or 'it hung up'}"
            case socket.gaierror():
                return f"{host} is not a name that is known here; look at `url`, or at the network"
            case ConnectionResetError() | BrokenPipeError():
                break
            case OSError(strerror=str(why)):
                return f"{host} cannot be reached: {why}"
    if not lost.heard:
        return f"there is no way to {host}; look at `url`, `ca_file`, and the proxies of the environment"
    return f"{host} hung up before its whole answer was here, or what it says is none"


def _all(error: Exception | None) -> Iterator[BaseException]:
    """An error and all that it came from: the libraries wrap one into the other, as reason, argument or cause."""
    left: list[object] = [error]
    seen: list[BaseException] = []
    while left:
        one = left.pop(0)
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            yield one
            left += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
