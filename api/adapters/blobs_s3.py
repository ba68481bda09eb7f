"""Blobs in an S3 bucket through `minio`: ``organisation/ab/cdef…`` by content."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from urllib.parse import parse_qs, unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from api.adapters.blobs_folder import blob_missing, copy_hashed, safe_organisation
from api.ports import Permanent, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from api.ports import BlobRef

# a stream has to be read to its end before its name is known; small ones never touch the disk
_SPOOL_BYTES = 8 << 20
_READ_AHEAD_BYTES = 1 << 20
_PART_BYTES = 16 << 20
_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 60
_MISSING = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound", "NoSuchBucket"})
_REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidBucketName"})


class S3Blobs:
    """`api.ports.Blobs` in a bucket; the bucket is made when it is not there."""

    # each place is a request of its own
    cheap_at_places: Final = False

    def __init__(self, url: str) -> None:
        """``s3+https://ACCESS:SECRET@host:port/bucket?region=…`` (or ``s3+http``); connects on first use."""
        parts = urlsplit(url)
        self._bucket = parts.path.strip("/")
        self._client = Minio(
            endpoint=f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "",
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            secure=parts.scheme == "s3+https",
            region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=_CONNECT_TIMEOUT_S, read=_READ_TIMEOUT_S),
                retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            ),
        )
        self._bucket_made = False

    def put(self, organisation_id: str, data: BinaryIO | Iterable[bytes]) -> BlobRef:
        """Spool, hash, upload in parts; nothing is sent when the blob is there."""
        safe_organisation(organisation_id)
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool, _faults_translated():
            file = cast("BinaryIO", spool)
            ref = copy_hashed(data, file)
            self._make_bucket()
            if not self.exists(organisation_id, ref):
                spool.seek(0)
                name = _name(organisation_id, ref)
                self._client.put_object(self._bucket, name, file, ref.size, part_size=_PART_BYTES)
        return ref

    @contextmanager
    def open(self, organisation_id: str, ref: BlobRef) -> Iterator[BinaryIO]:
        """Ranged requests, read ahead by a mebibyte."""
        if not self.exists(organisation_id, ref):
            raise blob_missing(ref)
        with io.BufferedReader(_Remote(self, organisation_id, ref), _READ_AHEAD_BYTES) as reader:
            yield cast("BinaryIO", reader)

    def exists(self, organisation_id: str, ref: BlobRef) -> bool:
        """There, and of the right size."""
        try:
            with _faults_translated():
                return self._client.stat_object(self._bucket, _name(organisation_id, ref)).size == ref.size
        except _MissingObjectError:
            return False

    def delete(self, organisation_id: str, ref: BlobRef) -> None:
        """Remove."""
        with _faults_translated():
            self._client.remove_object(self._bucket, _name(organisation_id, ref))

    def ready(self) -> bool:
        """The bucket is there, or can be made."""
        try:
            with _faults_translated():
                self._make_bucket()
                return self._client.bucket_exists(self._bucket)
        except (Retryable, Permanent):
            return False

    def fetch(self, organisation_id: str, ref: BlobRef, offset: int) -> urllib3.BaseHTTPResponse:
        """The rest of a blob from ``offset``; the caller closes it."""
        try:
            with _faults_translated():
                return self._client.get_object(self._bucket, _name(organisation_id, ref), offset)
        except _MissingObjectError:
            raise blob_missing(ref) from None

    def _make_bucket(self) -> None:
        if self._bucket_made:
            return
        try:
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)
        except S3Error as error:
            # another process made it in between
            if error.code != "BucketAlreadyOwnedByYou":
                raise
        self._bucket_made = True


class _Remote(io.RawIOBase):
    """A blob as a seekable raw stream: one request per run of reads that follow on each other."""

    def __init__(self, blobs: S3Blobs, organisation_id: str, ref: BlobRef) -> None:
        super().__init__()
        self._blobs = blobs
        self._organisation_id = organisation_id
        self._ref = ref
        self._position = 0
        self._response: urllib3.BaseHTTPResponse | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ref.size}[whence]
        position = base + offset
        if position < 0:
            raise ValueError("a position before the start")
        if position != self._position:
            self._hang_up()
        self._position = position
        return position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the buffered reader passes one
        if self._position >= self._ref.size:
            return 0
        if self._response is None:
            self._response = self._blobs.fetch(self._organisation_id, self._ref, self._position)
        with _faults_translated():
            data = self._response.read(len(buffer))
        if not data:
            raise Retryable("blobs-unavailable", "The object store closed the connection half way.")
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response.release_conn()
            self._response = None


class _MissingObjectError(Permanent):
    """The object is not there."""


def _name(organisation_id: str, ref: BlobRef) -> str:
    return f"{safe_organisation(organisation_id)}/{ref.sha256[:2]}/{ref.sha256[2:]}"


@contextmanager
def _faults_translated() -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            message = "The bucket or the object is not there; check POSTHOORN_BLOBS_URL."
            raise _MissingObjectError("blob-missing", message) from error
        if error.code in _REFUSED:
            message = f"The object store refuses: {error.code}. Check POSTHOORN_BLOBS_URL."
            raise Permanent("blobs-refused", message) from error
        raise Retryable("blobs-unavailable", f"The object store answers {error.code}.") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        # what is not S3 at all answers in a form that the client cannot read
        raise Retryable("blobs-unavailable", f"The object store does not answer: {type(error).__name__}.") from error
