"""Files over a shell: to a temporary name, compared in size and checksum, renamed. `cat` and `cksum` are everywhere."""

import secrets
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tui_batch.errors import Refused, Unreachable
from tui_batch.wire.host import quoted
from tui_batch.wire.ssh_shell import Answer, Call

Carry = Callable[[Call], Answer]  # has a host carry out a script; Unreachable when no whole answer comes

_PIECE = 1 << 18
_MISSING, _DAMAGED = 44, 45  # exit codes of ours
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Sum:
    """What POSIX `cksum` prints, checksum and size: that of zlib, with the bits of every byte the other way round."""

    def __init__(self) -> None:
        self.size, self._crc = 0, 0xFFFFFFFF

    def add(self, data: bytes) -> None:
        self._crc = zlib.crc32(data.translate(_MIRRORED), self._crc)
        self.size += len(data)

    def __str__(self) -> str:
        length = self.size.to_bytes((self.size.bit_length() + 7) // 8, "little")
        crc = zlib.crc32(length.translate(_MIRRORED), self._crc)
        return f"{int(f'{crc:032b}'[::-1], 2)} {self.size}"


def put(carry: Carry, name: str, source: Path, path: str, seconds: float) -> None:
    """Bring a file of ours there; under its own name stands all of it, or what stood there before."""
    part = f"{path}.part-{secrets.token_hex(4)}"
    try:
        with source.open("rb") as file:
            total = summed(file)
            file.seek(0)
            answer = carry(Call(_putting(path, part, total), seconds, pieces(file), total.size, patient=True))
    except OSError as error:
        raise Refused(f"{source} cannot be read: {error.strerror}. Nothing was sent to {name}.") from error
    if answer.code == _DAMAGED:
        raise Unreachable(f"{name}: {path} did not arrive as it was sent, and was not put there{_said(answer)}.")
    if answer.code:
        raise Refused(f"{name}: {path} cannot be written{_said(answer)}. What stood there is as it was.")


def get(carry: Carry, name: str, path: str, into: Path, seconds: float) -> None:
    """Bring a file here by way of `*.part`, which is gone on with as long as the source begins with it."""
    part = into.with_name(f"{into.name}.part")
    for _ in range(2):  # a source that was written to meanwhile is fetched anew
        try:
            with part.open("ab+") as file:
                file.seek(0)
                arrival = Arrival(file, summed(file))
                answer = carry(Call(_getting(path, arrival.sum), seconds, sink=arrival.take, patient=True))
            if answer.code:
                raise Refused(f"{name}: {path} cannot be read{_said(answer)}. Nothing was fetched.")
            if answer.err.split()[-2:] == str(arrival.sum).encode().split():
                part.replace(into)
                return
            part.unlink()
        except OSError as error:
            raise Refused(f"{into} cannot be written: {error.strerror}. Nothing was fetched from {name}.") from error
    raise Unreachable(f"{name}: {path} changed while it was fetched. Nothing was kept; it is fetched again later.")


def read(carry: Carry, name: str, path: str, offset: int, most: int, seconds: float) -> bytes:
    """A piece of a file; nothing where there is none."""
    answer = carry(Call(f'{_readable(path)}; tail -c +{offset + 1} <"$f" | head -c {most}', seconds))
    if answer.code not in (0, _MISSING):
        raise Refused(f"{name}: {path} cannot be read{_said(answer)}.")
    return answer.out


class Arrival:
    """A file that arrives: a line with how much of what is here already it goes on from, then its bytes."""

    def __init__(self, file: BinaryIO, there: Sum) -> None:
        self.sum = there
        self._file, self._line = file, bytearray()

    def take(self, data: bytes) -> None:
        if not self._line.endswith(b"\n"):
            line, end, data = data.partition(b"\n")
            self._line += line + end
            if not end:
                return
            if int(self._line) != self.sum.size:
                self._file.truncate(0)
                self.sum = Sum()
        self._file.write(data)
        self.sum.add(data)


def summed(file: BinaryIO) -> Sum:
    """The checksum of what is left of a file."""
    total = Sum()
    for piece in pieces(file):
        total.add(piece)
    return total


def pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def word(path: str) -> str:
    """A path of the host as a word of sh; ~ is its home."""
    home, slash, rest = path.partition("/")
    return f'"$HOME"{slash}{quoted([rest]) if rest else ""}' if home == "~" else quoted([path])


def _putting(path: str, part: str, total: Sum) -> str:
    return f"""
p={word(path)} t={word(part)}
gone() {{ rm -f "$t"; exit "$1"; }}
[ ! -d "$p" ] || {{ echo "a folder stands there" >&2; exit 1; }}
cat >"$t" || gone 1
set -- $(cksum <"$t")
[ "$1 $2" = "{total}" ] || gone {_DAMAGED}
mv -f "$t" "$p" || gone 1"""


def _getting(path: str, there: Sum) -> str:
    return f"""
{_readable(path)}
n={there.size}
[ $n = 0 ] || {{ set -- $(head -c $n <"$f" | cksum); [ "$1 $2" = "{there}" ] || n=0; }}
echo $n
tail -c +$((n + 1)) <"$f" && cksum <"$f" >&2"""


def _readable(path: str) -> str:
    return f"""f={word(path)}
[ -e "$f" ] || {{ echo "there is no such file" >&2; exit {_MISSING}; }}
[ -f "$f" ] && [ -r "$f" ] || {{ echo "no file that may be read" >&2; exit 1; }}"""


def _said(answer: Answer) -> str:
    lines = answer.err.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1]}" if lines else ""
