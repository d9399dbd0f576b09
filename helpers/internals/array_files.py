"""Files of named arrays, written whole or not at all, and read without running anything that they contain."""

import contextlib
import errno
import glob
import hashlib
import io
import math
import os
import stat
import time
import uuid
import zipfile
from pathlib import Path

import numpy as np

MAX_BYTES = 2**30  # a file that is larger or declares more is refused before memory is taken for it
MAX_MEMBERS = 1000  # arrays in a file
STALE_SECONDS = 3600  # a temporary file of this age was left by a process that was killed


def replace_file(path, content):
    """Write bytes to a file so that it holds either all of the new content or still all of the old.

    path: its folder is made where it is missing; a symbolic link stays a link, and the old file's permissions are kept.
    content: bytes. Returns the Path. When it returns, the content is on the disk, and survives a loss of power. Raises
    OSError, with a sentence that names the file, where the folder cannot be written, the disk is full, or another user
    has put a link there.
    """
    path = Path(path)
    temporary = None
    try:
        target = follow_links(path)
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            with contextlib.suppress(OSError):  # there was none, or the system knows no modes
                os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode) & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        flush_folder(target.parent)
        remove_stale(target)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "free some space, or choose a folder that you may write to"
        if error.errno == errno.ELOOP:
            advice = "remove the link, or choose another name"
        raise OSError(error.errno, f"cannot write the file ({reason}); {advice}", str(path)) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):  # it is there only where the writing failed
                temporary.unlink()
    return path


def follow_links(path):
    """Return the Path that a Path leads to over links, which count as under Linux's `protected_symlinks`.

    In a folder like /tmp a link is followed only if it is the user's own or the folder owner's. Raises OSError (ELOOP).
    """
    for _ in range(40):
        if not path.is_symlink():
            return path
        folder, owner = os.stat(path.parent), os.lstat(path).st_uid
        shared = stat.S_ISVTX | stat.S_IWOTH
        if folder.st_mode & shared == shared and owner not in (os.geteuid(), folder.st_uid):
            raise OSError(errno.ELOOP, "it is a link that another user has put there")
        path = path.parent / os.readlink(path)
    raise OSError(errno.ELOOP, "its links form a circle")


def flush_folder(folder):
    """Have the names of the files in a folder written to the disk, where the system can do that. Raises nothing."""
    with contextlib.suppress(OSError):  # Windows opens no folder, and some network drives flush none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_stale(target):
    """Remove what killed processes left when they were about to write this file, an hour ago or more. Raises nothing.

    target: a Path.
    """
    for name in glob.glob(f".{glob.escape(target.name)}.{'?' * 32}.tmp", root_dir=target.parent):
        with contextlib.suppress(OSError):  # another process may have been faster
            if time.time() - os.stat(target.parent / name).st_mtime > STALE_SECONDS:
                os.unlink(target.parent / name)


def read_bounded(path, limit=MAX_BYTES):
    """Return the bytes of a file. Raises ValueError where there are more than `limit` or it is no file, and OSError.

    path: a Path. limit: bytes.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode) and not path.is_dir():  # a pipe would let us wait for ever
        raise ValueError("it is a device or a pipe, not a file")
    if facts.st_size > limit:
        raise ValueError(f"it has {facts.st_size:,} bytes, expected at most {limit:,}")
    return path.read_bytes()


def reason(error):
    """Return what is wrong with a file, in one printable line, from what reading it raised. Raises nothing.

    error: an exception; a plain ValueError comes from these modules and says it well, any other says little.
    """
    text = str(error) if type(error) is ValueError else f"it is damaged or cut off ({error!r:.80})"
    return "".join(character if character.isprintable() else "?" for character in " ".join(text[:2000].split()))[:300]


def pack_npz(arrays):
    """Return the bytes of an .npz file, the same bytes for the same arrays on every day.

    arrays: a dict of names and arrays of numbers or text. Raises ValueError for an array of Python objects.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy")  # dated 1980, whatever the day
            info.create_system = 3
            archive.writestr(info, member.getvalue())
    return stream.getvalue()


def unpack_npz(content, kinds="fU"):
    """Return the arrays of an .npz file as a dict.

    content: bytes. kinds: the kinds of dtype that are expected, as NumPy abbreviates them. Raises ValueError where an
    array is of another kind or not as long as it declares, and where the file declares more than MAX_BYTES or
    MAX_MEMBERS, before memory is taken for them; and whatever zipfile raises for a damaged archive.
    """
    arrays = {}
    if content.count(b"PK\x01\x02") > MAX_MEMBERS:  # before zipfile makes an object of each
        raise ValueError(f"it holds more than {MAX_MEMBERS:,} arrays")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MAX_BYTES:
            raise ValueError(f"its arrays declare more than {MAX_BYTES:,} bytes")
        for member in members:
            name = member.filename.removesuffix(".npy")
            if name in arrays:
                raise ValueError(f"it holds {name!r} twice")
            arrays[name] = unpack_npy(read_member(archive, member), name, kinds)
    return arrays


def read_member(archive, member):
    """Return the bytes of a file in a zip archive, and unpack no more of them than it declares.

    archive: a ZipFile; member: its ZipInfo. Raises ValueError for a compression that NumPy does not use, and what
    zipfile raises for damage, a wrong checksum included.
    """
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # zipfile unpacks others without bounds
        raise ValueError(f"it packs {member.filename!r} in a way that NumPy does not")
    with archive.open(member) as file:
        return file.read(member.file_size)  # archive.read would unpack 2 GiB of a member that declares a byte


def unpack_npy(content, name, kinds="fU"):
    """Return the array of one .npy file after checking its header against its length.

    content: bytes; name: for the message; kinds: as for unpack_npz. Raises ValueError where header and length do not
    agree or the array is of another kind.
    """
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"{name!r} is in version {version} of the array format, expected 1.0 or 2.0")
    shape, _, dtype = readers[version](stream)
    if dtype.kind not in kinds:
        raise ValueError(f"{name!r} holds {dtype}, expected numbers{' with a decimal point' * ('i' not in kinds)}")
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ValueError(f"{name!r} is not as long as its shape {shape} needs")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def fingerprint(entries):
    """Return the SHA-256 checksum of named arrays and texts, in hexadecimal. Raises nothing.

    entries: a dict; arrays enter with their dtype, shape and values, in the same byte order on every machine.
    """
    digest = hashlib.sha256()
    for name, entry in entries.items():
        is_array = isinstance(entry, np.ndarray)
        digest.update(f"{name} {(entry.dtype.name, entry.shape) if is_array else ''}".encode())
        # no copy where the machine's byte order is this one and the array is in C order, as it is in our files
        digest.update(np.ascontiguousarray(entry, entry.dtype.newbyteorder("<")) if is_array else str(entry).encode())
    return digest.hexdigest()
