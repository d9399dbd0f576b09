"""The full data sets from a server on this machine that misbehaves in every way that a network can."""

import errno
import functools
import gzip
import hashlib
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from tqdm.auto import tqdm

from helpers.data import load_dataset
from helpers.internals import mnist_files
from helpers.internals.csv_bytes import DataFileError
from helpers.internals.mnist_files import SOURCES, read_idx

pooch = pytest.importorskip("pooch")
PROJECT = Path(__file__).parents[2]
REAL_FILES = PROJECT.parent / "shared" / "data" / "mnist"
IMAGES, LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"


def idx_bytes(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(
        size.to_bytes(4, "big") for size in array.shape
    )
    return header + array.astype(np.uint8).tobytes()


def small_files(folder):
    """Write the four files of a set with 12 training and 7 test images."""
    rng = np.random.default_rng(0)
    for part, m in (("train", 12), ("t10k", 7)):
        images, labels = rng.integers(0, 256, (m, 28, 28)), rng.integers(0, 10, m)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(
                gzip.compress(idx_bytes(array), mtime=0)
            )
    return folder


PAUSES = {"endless": 0, "drips": 1e-5, "slow": 0.02}  # seconds after each byte


class Mirror(BaseHTTPRequestHandler):
    """Serves the published files below /good/, and below other names what a broken mirror would."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        _, behavior, file_name = self.path.split("/")
        self.server.requests.append(self.path)
        content = (self.server.folder / file_name).read_bytes()
        if behavior == "missing":
            self.send_error(404)
        elif behavior == "silent":
            self.wait()
        elif behavior == "elsewhere":
            self.send_response(302)
            self.send_header("Location", f"/good/{file_name}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif behavior in PAUSES:
            self.send_without_end(content, PAUSES[behavior])
        elif behavior == "other-file":
            self.send_file(content[:-1] + b"!", len(content))
        elif behavior == "cut-and-content":
            self.send_file(content[: len(content) // 2], len(content) // 2)
        elif behavior == "cut-off" or (
            behavior == "recovers" and self.server.requests.count(self.path) == 1
        ):
            self.send_file(content[: len(content) // 2], len(content))
        elif behavior == "stalls":
            self.send_file(content[: len(content) // 2], len(content))
            self.wfile.flush()
            self.wait()
        else:
            self.send_file(content, len(content))

    def wait(self):
        if not self.server.released.wait(20):
            self.server.requests.append("the client waited to the end")

    def send_without_end(self, content, pause):
        """Send the content again and again; with a pause, byte by byte."""
        self.send_response(200)
        self.end_headers()
        end = time.monotonic() + 10
        try:
            while time.monotonic() < end:
                for piece in [bytes([value]) for value in content] if pause else [content]:
                    self.wfile.write(piece)
                    time.sleep(pause)
            self.server.requests.append("the client waited to the end")
        except OSError:
            self.close_connection = True

    def send_file(self, content, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.requests, server.released = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


REASONS = {
    "dead": "no connection, or none that lasted",
    "missing": "it answered with status 404",
    "silent": "it did not answer in time",
    "stalls": "no connection, or none that lasted",
    "elsewhere": "it answered with status 302",
    "endless": "it sent more than the",
    "slow": "it took more than 0.02 minutes",
    "other-file": "its file is not the published one, by its checksum",
    "cut-off": "the connection broke off",
    "cut-and-content": "its file is not the published one, by its checksum",
}
SMALL = pytest.mark.parametrize("published", ["small files"], indirect=True)


@pytest.fixture(params=["small files", "real files"])
def published(request, tmp_path, server):
    """The folder that the server serves, and what is known of its files."""
    if request.param == "real files":
        if not REAL_FILES.is_dir():
            pytest.skip("the published MNIST files are not at ../shared/data/mnist")
        server.folder = REAL_FILES
        return SOURCES["mnist"]
    server.folder = tmp_path / "published"
    server.folder.mkdir()
    contents = {
        file.name: file.read_bytes() for file in sorted(small_files(server.folder).iterdir())
    }
    return replace(
        SOURCES["mnist"],
        archives={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        sizes={name: len(content) for name, content in contents.items()},
        contents={
            name: hashlib.sha256(gzip.decompress(content)).hexdigest()
            for name, content in contents.items()
        },
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setattr(mnist_files, "cache_folder", lambda name: folder / name)
    monkeypatch.setattr(mnist_files, "PAUSE", 0.01)
    monkeypatch.delenv(mnist_files.FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder / "mnist"


@pytest.fixture
def use_mirrors(published, cache, server, monkeypatch):
    """Make the named behaviors of the server the mirrors of MNIST; "dead" is a port where nobody listens.

    The limits are short only where something waits for them: a busy machine is slow itself.
    """

    def use(*behaviors):
        bytes_within = 0.5 if {"silent", "stalls"} & {*behaviors} else 15
        monkeypatch.setattr(mnist_files, "TIMEOUT", (15, bytes_within))
        monkeypatch.setattr(mnist_files, "LONGEST", 1.2 if "slow" in behaviors else 60)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            dead = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        address = f"http://127.0.0.1:{server.server_address[1]}"
        mirrors = tuple(
            dead if behavior == "dead" else f"{address}/{behavior}/" for behavior in behaviors
        )
        monkeypatch.setitem(mnist_files.SOURCES, "mnist", replace(published, mirrors=mirrors))

    return use


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def check_test_part(dataset, folder):
    images = gzip.decompress((folder / IMAGES).read_bytes())[16:]
    labels = gzip.decompress((folder / LABELS).read_bytes())[8:]
    assert_array_equal(
        np.rint(dataset.X.T * 255).astype(np.uint8).ravel(), np.frombuffer(images, np.uint8)
    )
    assert_array_equal(dataset.labels, np.frombuffer(labels, np.uint8))
    assert dataset.X.T.flags.c_contiguous


def test_the_first_call_downloads_and_the_second_does_not(use_mirrors, server, cache, monkeypatch):
    use_mirrors("good", "dead")
    logged, handler = [], logging.Handler()
    handler.emit = logged.append
    monkeypatch.setattr(pooch.get_logger(), "handlers", [handler])
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert files_in(cache) == [IMAGES, LABELS]
    server.requests.clear()
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert server.requests == []
    assert logged == []


@pytest.mark.parametrize("behavior", REASONS)
def test_the_second_mirror_takes_over(use_mirrors, server, cache, behavior):
    use_mirrors(behavior, "good")
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert files_in(cache) == [IMAGES, LABELS]
    assert "the client waited to the end" not in server.requests


@SMALL
@pytest.mark.parametrize(("behavior", "reason"), REASONS.items())
def test_when_no_mirror_delivers_the_error_says_what_to_put_where(
    use_mirrors, cache, monkeypatch, behavior, reason
):
    monkeypatch.setattr(mnist_files, "ROUNDS", 1)
    use_mirrors(behavior)
    with pytest.raises(ConnectionError) as failure:
        load_dataset("mnist", "test")
    message = str(failure.value)
    for part in (
        f"{IMAGES} of MNIST",
        LABELS,
        "http://127.0.0.1",
        f"/ ({reason}",
        "variable NEURAL_NETWORK_DATA",
        "/data/mnist/",
    ):
        assert part in message
    assert files_in(cache) == []


@SMALL
@pytest.mark.parametrize("no_bar", [False, True])
@pytest.mark.parametrize("behavior", ["endless", "drips"])
def test_a_mirror_that_never_ends_is_left_soon(use_mirrors, server, monkeypatch, behavior, no_bar):
    monkeypatch.setattr(mnist_files, "tqdm", functools.partial(tqdm, disable=no_bar))
    use_mirrors(behavior, "good")
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert "the client waited to the end" not in server.requests


def test_a_download_that_broke_off_is_started_again(use_mirrors, server):
    use_mirrors("recovers")
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert server.requests == [f"/recovers/{name}" for name in (IMAGES, IMAGES, LABELS, LABELS)]


@SMALL
def test_a_damaged_file_in_the_cache_is_replaced(use_mirrors, server, cache):
    use_mirrors("good")
    cache.mkdir(parents=True)
    (cache / IMAGES).write_bytes(b"half a fi")
    check_test_part(load_dataset("mnist", "test"), server.folder)


@SMALL
def test_a_failed_download_leaves_the_file_that_is_there(use_mirrors, cache, monkeypatch):
    monkeypatch.setattr(mnist_files, "ROUNDS", 1)
    use_mirrors("cut-off")
    cache.mkdir(parents=True)
    (cache / IMAGES).write_bytes(b"an older file")
    with pytest.raises(ConnectionError):
        load_dataset("mnist", "test")
    assert (cache / IMAGES).read_bytes() == b"an older file"
    assert files_in(cache) == [IMAGES]


@SMALL
def test_without_a_network_the_cache_is_enough(use_mirrors, server):
    use_mirrors("good")
    load_dataset("mnist", "test")
    use_mirrors("dead")
    check_test_part(load_dataset("mnist", "test"), server.folder)


@SMALL
def test_a_cache_that_cannot_be_written_is_named_but_can_be_read(use_mirrors, server, cache):
    use_mirrors("good")
    cache.parent.write_text("a file where the cache folder should be")
    with pytest.raises(
        OSError,
        match=r"cannot write the cache folder .*cache.mnist \(.*variable NEURAL_NETWORK_DATA",
    ):
        load_dataset("mnist", "test")
    cache.parent.unlink()
    load_dataset("mnist", "test")
    cache.chmod(0o500)
    try:
        check_test_part(load_dataset("mnist", "test"), server.folder)
    finally:
        cache.chmod(0o700)


@SMALL
def test_a_full_disk_is_named_and_leaves_nothing(use_mirrors, cache, monkeypatch):
    def fill_disk(url, output_file, pooch, size):
        Path(output_file).write_bytes(b"as much as fits")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(mnist_files, "_download", fill_disk)
    use_mirrors("good")
    with pytest.raises(OSError, match="No space left on device") as failure:
        load_dataset("mnist", "test")
    assert failure.value.errno == errno.ENOSPC
    assert files_in(cache) == []


@pytest.mark.skipif(
    sys.platform == "win32", reason="Ctrl-C reaches processes in another way on Windows"
)
def test_ctrl_c_during_a_download_leaves_nothing_torn(server, tmp_path):
    server.folder = tmp_path
    small_files(tmp_path)
    program = (
        "import sys; from dataclasses import replace; from pathlib import Path\n"
        "from helpers.data import load_dataset; from helpers.internals import mnist_files\n"
        "mnist_files.cache_folder = lambda name: Path(sys.argv[2]) / name\n"
        "mnist_files.SOURCES['mnist'] = replace(mnist_files.SOURCES['mnist'], mirrors=(sys.argv[1],))\n"
        "load_dataset('mnist', 'test')\n"
    )
    address = f"http://127.0.0.1:{server.server_address[1]}/stalls/"
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "NO_PROXY": "127.0.0.1",
        mnist_files.FOLDER_VARIABLE: "",
    }
    command = [sys.executable, "-c", program, address, str(tmp_path / "cache")]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        folder = tmp_path / "cache" / "mnist"
        try:
            wait_until(lambda: server.requests and any(folder.iterdir()))
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=15)
        finally:
            process.kill()
    assert "KeyboardInterrupt" in errors
    assert files_in(folder) == []


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("packing", ["published", "packed anew", "unpacked"])
def test_files_in_the_users_folder_are_known_by_their_content(
    use_mirrors, server, cache, tmp_path, monkeypatch, packing
):
    use_mirrors("dead")
    folder = tmp_path / "mine" / "mnist"
    folder.mkdir(parents=True)
    for name in (IMAGES, LABELS):
        content = gzip.decompress((server.folder / name).read_bytes())
        if packing == "published":
            shutil.copy(server.folder / name, folder / name)
        elif packing == "packed anew":
            (folder / name).write_bytes(gzip.compress(content, 1, mtime=123))
        else:
            (folder / name.removesuffix(".gz")).write_bytes(content)
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(folder.parent))
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert not cache.exists()


@SMALL
def test_what_is_missing_in_the_users_folder_is_downloaded(
    use_mirrors, server, cache, tmp_path, monkeypatch
):
    use_mirrors("good")
    (tmp_path / "mine" / "mnist").mkdir(parents=True)
    shutil.copy(server.folder / LABELS, tmp_path / "mine" / "mnist")
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(tmp_path / "mine"))
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert files_in(cache) == [IMAGES]


OTHER_NAMES = {
    "as 7-Zip unpacks it": "mnist/{part}-{content}.idx{n}-ubyte",
    "as Kaggle packs it": "{part}-{content}-idx{n}-ubyte/{part}-{content}-idx{n}-ubyte",
    "as torchvision keeps it": "MNIST/raw/{part}-{content}-idx{n}-ubyte",
    "a second download": "mnist/{part}-{content}-idx{n}-ubyte (1).gz",
    "in the folder itself": "{part}-{content}-idx{n}-ubyte.gz",
    "with underscores": "data/mnist/{part}_{content}.gz",
    "called test": "mnist/test-{content}-idx{n}-ubyte",
    "in capitals": "Data Sets/T10K-{content}-IDX{n}-UBYTE.GZ",
}


@SMALL
@pytest.mark.parametrize("place", OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_files_are_found_under_their_other_usual_names(
    use_mirrors, server, cache, tmp_path, monkeypatch, place
):
    use_mirrors("dead")
    for name, content, n in ((IMAGES, "images", 3), (LABELS, "labels", 1)):
        path = tmp_path / "home" / place.format(part="t10k", content=content, n=n)
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = (server.folder / name).read_bytes()
        path.write_bytes(packed if path.suffix.lower() == ".gz" else gzip.decompress(packed))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, ' "~" ')  # Windows keeps the quotes
    check_test_part(load_dataset("mnist", "test"), server.folder)
    assert not cache.exists()


@SMALL
def test_files_of_the_other_set_and_damaged_ones_are_not_taken_where_the_right_one_lies(
    use_mirrors, server, cache, tmp_path, monkeypatch
):
    use_mirrors("dead")
    fashion, mine = tmp_path / "mine" / "a", tmp_path / "mine" / "b"
    fashion.mkdir(parents=True)
    mine.mkdir()
    other = gzip.decompress((small_files(fashion) / IMAGES).read_bytes())
    other = other[:-1] + bytes([other[-1] ^ 1])
    (fashion / IMAGES).write_bytes(other)
    (fashion / LABELS).write_bytes(b"<html>")
    contents = dict.fromkeys(SOURCES["fashion-mnist"].contents, "")
    contents[IMAGES] = hashlib.sha256(other).hexdigest()
    fashion_mnist = replace(SOURCES["fashion-mnist"], contents=contents)
    monkeypatch.setitem(mnist_files.SOURCES, "fashion-mnist", fashion_mnist)
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(tmp_path / "mine"))
    with pytest.raises(ConnectionError, match=rf"{IMAGES}.*could not be downloaded"):
        load_dataset("mnist", "test")
    shutil.copy(server.folder / IMAGES, mine)
    with pytest.raises(DataFileError, match=rf"a.{LABELS} is not .*; it is a web page: download"):
        load_dataset("mnist", "test")
    shutil.copy(server.folder / LABELS, mine)
    check_test_part(load_dataset("mnist", "test"), server.folder)


@SMALL
def test_without_the_files_the_error_says_where_it_looked_and_what_lies_there(
    use_mirrors, cache, tmp_path, monkeypatch
):
    use_mirrors("dead")
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(tmp_path / "mine"))
    (tmp_path / "mine" / "mnist").mkdir(parents=True)
    with pytest.raises(ConnectionError, match=r"looked for in .*mine, .* where no file is\. With"):
        load_dataset("mnist")
    (tmp_path / "mine" / "notes.txt").touch()
    (tmp_path / "mine" / "mnist" / "mnist.npz").touch()
    with pytest.raises(ConnectionError, match=r"where are mnist.mnist\.npz, notes\.txt\. Without"):
        load_dataset("mnist")


def test_a_variable_that_names_no_folder_is_an_error(cache, tmp_path, monkeypatch):
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(
        FileNotFoundError,
        match=r"variable NEURAL_NETWORK_DATA names .*nowhere, which is not a folder",
    ):
        load_dataset("mnist")


WRONG_FILES = {
    "cut gzip": (lambda good: gzip.compress(good)[:-30], r"damaged gzip file"),
    "spoiled gzip": (lambda good: gzip.compress(good)[:10] + b"\xff" * 99, r"damaged gzip file"),
    "cut short": (
        lambda good: good[:-1],
        r"holds 5,503 bytes, expected 5,504 for the shape \(7, 28, 28\)",
    ),
    "too long": (lambda good: good + b"\0", r"expected .* for the shape"),
    "part of a header": (lambda good: good[:9], r"holds 9 bytes, expected"),
    "empty": (lambda good: b"", r"starts with nothing, expected 00 00 08 03"),
    "labels": (
        lambda good: idx_bytes(np.arange(7)),
        r"not an IDX file of images: it starts with 00 00 08 01",
    ),
    "a web page": (
        lambda good: b"<html>not found",
        r"not an IDX file of images: it starts with 3c 68 74 6d",
    ),
    "other images": (
        lambda good: good[:-1] + bytes([good[-1] ^ 1]),
        r"not the published one: .* another checksum",
    ),
}


@pytest.mark.parametrize("kind", WRONG_FILES)
def test_wrong_files_in_the_users_folder_are_named(cache, tmp_path, monkeypatch, kind):
    spoil, message = WRONG_FILES[kind]
    folder = tmp_path / "mine" / "mnist"
    folder.mkdir(parents=True)
    good = gzip.decompress((small_files(folder) / IMAGES).read_bytes())
    (folder / IMAGES).write_bytes(spoil(good))
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(folder.parent))
    with pytest.raises(DataFileError, match=message) as failure:
        load_dataset("mnist", "test")
    assert str(folder / IMAGES) in str(failure.value)


def test_read_idx_without_a_checksum_takes_any_proper_file(tmp_path):
    array = np.arange(24).reshape(2, 3, 4)
    (tmp_path / "images").write_bytes(idx_bytes(array))
    assert_array_equal(read_idx(tmp_path / "images", dimensions=3), array)


@pytest.mark.skipif(
    not REAL_FILES.is_dir(), reason="the published MNIST files are not at ../shared/data/mnist"
)
def test_the_real_training_set(cache, monkeypatch):
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(REAL_FILES.parent))
    dataset = load_dataset("mnist", dtype=np.float32)
    assert dataset.X.shape == (784, 60_000)
    assert dataset.X.dtype == np.float32
    assert (dataset.X.min(), dataset.X.max()) == (0, 1)
    assert_array_equal(dataset.labels[:5], [5, 0, 4, 1, 9])
    assert_array_equal(np.bincount(dataset.labels)[:2], [5923, 6742])


@SMALL
def test_load_dataset_gives_the_full_sets_in_either_type(use_mirrors, server):
    use_mirrors("good")
    check_test_part(load_dataset("mnist", part="test"), server.folder)
    assert load_dataset("mnist", dtype=np.float32).X.dtype == np.float32
    with pytest.raises(
        ValueError, match="'digits', 'fashion', 'digits-8x8', 'mnist', 'fashion-mnist'"
    ):
        load_dataset("cifar")


def test_two_sources_with_two_mirrors_and_all_checksums():
    for source in SOURCES.values():
        assert len(set(source.mirrors)) == 2
        assert all(re.fullmatch("https://.*/", mirror) for mirror in source.mirrors)
        assert list(source.archives) == list(source.contents) == list(source.sizes)
        assert {name.split("-")[0] for name in source.archives} == set(mnist_files.PARTS.values())
        assert {len(checksum) for checksum in source.contents.values()} == {64}


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist_files, "UNPACKED", 1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(1001)))
    with pytest.raises(DataFileError, match="unpacks to more than 1,000 bytes"):
        mnist_files.read_idx(path, dimensions=1)
