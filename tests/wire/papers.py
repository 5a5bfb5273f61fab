"""Certificates for tests: who signs them, a server's, and those of clients, in files as people keep them."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Papers:
    """One authority, in `ca`, and what it signs."""

    def __init__(self, folder):
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = _name("authority")
        self.ca = folder / "ca.pem"
        certificate = self._signed(self._name, self._key, timedelta(days=1), x509.BasicConstraints(True, None))
        self.ca.write_bytes(_pem(certificate))

    def issue(self, name, lasts=timedelta(days=1), passphrase=None):
        """A file with a key and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
        certificate = self._signed(_name(name), key, lasts, names)
        hidden = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        path = self._folder / f"{name}.pem"
        kind = serialization.PrivateFormat.PKCS8
        path.write_bytes(_pem(certificate) + key.private_bytes(serialization.Encoding.PEM, kind, hidden))
        path.chmod(0o600)
        return path

    def _signed(self, name, key, lasts, extension):
        end = datetime.now(UTC) + lasts
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical=False)
        begin = min(end, datetime.now(UTC)) - timedelta(days=1)
        return builder.not_valid_before(begin).not_valid_after(end).sign(self._key, hashes.SHA256())


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)
