"""TLS, client certificates and API keys from the environment, over real connections."""

import asyncio
import contextlib
import ssl
import subprocess

import hpack
import pytest

from antiderive.distributed.client import Address, Cluster
from antiderive.errors import ClusterError

_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


def _certificate(folder, name, *more):
    """A key and a certificate that our authority has signed; without one, the authority itself."""
    pem = folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", *_CURVE, "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key"]
    subprocess.run([*command, "-out", pem, *more], check=True, capture_output=True)
    return pem


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A folder with an authority, a server of this machine's and a client."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = _certificate(folder, "authority", "-addext", "keyUsage=keyCertSign")
    signed = ("-CA", authority, "-CAkey", authority.with_suffix(".key"))
    signed += ("-addext", "basicConstraints=critical,CA:FALSE")
    _certificate(folder, "server", *signed, "-addext", "subjectAltName=DNS:localhost")
    _certificate(folder, "client", *signed, "-addext", "extendedKeyUsage=clientAuth")
    return folder


class Proxy:
    """Ends TLS in front of a server, and notes the headers of the requests that pass."""

    def __init__(self, folder, behind):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self._context.load_verify_locations(folder / "authority.pem")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.set_alpn_protocols(["h2"])
        self._behind = behind.rpartition(":")[2]
        self._open = set()
        self.headers = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.address = f"localhost:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for writer in self._open:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _serve(self, reader, writer):
        behind, to_server = await asyncio.open_connection("127.0.0.1", self._behind)
        self._open |= {writer, to_server}
        listener = _Headers(self.headers)
        await asyncio.gather(self._pipe(reader, to_server, listener.hear), self._pipe(behind, writer))

    async def _pipe(self, reader, writer, hear=lambda data: None):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                hear(data)
                writer.write(data)
                await writer.drain()
        writer.close()


class _Headers:
    """The headers in one direction of an HTTP/2 connection (RFC 9113, section 4.1)."""

    _PREFACE = 24
    _HEADERS, _PADDED, _PRIORITY = 1, 0x8, 0x20

    def __init__(self, found):
        self._found, self._data, self._skip = found, b"", self._PREFACE
        self._decoder = hpack.Decoder()

    def hear(self, data):
        self._data += data
        if self._skip:
            if len(self._data) < self._skip:
                return
            self._data, self._skip = self._data[self._skip :], 0
        while len(self._data) >= 9 and len(self._data) >= 9 + int.from_bytes(self._data[:3]):
            end = 9 + int.from_bytes(self._data[:3])
            kind, flags, payload = self._data[3], self._data[4], self._data[9:end]
            self._data = self._data[end:]
            if kind == self._HEADERS:
                assert not flags & self._PADDED
                block = payload[5:] if flags & self._PRIORITY else payload
                self._found += self._decoder.decode(block)


@pytest.fixture
def through_tls(temporal, certificates, monkeypatch):
    """Has a person who has set what it takes to come through TLS, and a little more, ask for all runs."""
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(certificates / "authority.pem"))
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(certificates / "client.pem"))
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(certificates / "client.key"))

    async def ask():
        async with Proxy(certificates, temporal.address) as proxy:
            monkeypatch.setenv("TEMPORAL_ADDRESS", proxy.address)
            address = Address()
            await Cluster(await address.connect(), address).runs()
            return proxy.headers

    def asked(**more):
        for name, value in more.items():
            monkeypatch.setenv(name, str(value))
        return asyncio.run(ask())

    return asked


def test_tls_with_a_client_certificate_and_an_api_key(through_tls):
    names = {name for name, _ in through_tls()}
    assert ":path" in names and "authorization" not in names
    assert ("authorization", "Bearer open-sesame") in through_tls(TEMPORAL_API_KEY="open-sesame")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "none.pem", "none.pem"),
        ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "server.pem", "no trusted authority signed its certificate"),
        ("TEMPORAL_TLS_SERVER_NAME", "elsewhere", "its certificate is for another name"),
        ("TEMPORAL_TLS", "false", "it hung up; it may need TLS"),
    ],
)
def test_what_is_wrong_is_one_line(through_tls, certificates, name, value, message):
    with pytest.raises(ClusterError) as caught:
        through_tls(**{name: certificates / value if value.endswith(".pem") else value})
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_tls_to_a_server_without_it_is_one_line(temporal, monkeypatch):
    monkeypatch.setenv("TEMPORAL_API_KEY", "open-sesame")
    with pytest.raises(ClusterError, match="it does not speak TLS"):
        asyncio.run(Address(temporal.address).connect())
