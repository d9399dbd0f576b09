"""What a file is, told by its first bytes: so that a reader can name it, and say the way out."""

import re
from typing import NamedTuple

FIRST_BYTES = 2**16  # as many as what_is likes to see


class FileKind(NamedTuple):
    """A format: a short name to compare, what to call it in a sentence, and what to do with it."""

    name: str
    title: str
    way_out: str

    def __str__(self):
        return f"{self.title}: {self.way_out}"


_PICTURE = "read_image and preprocess of helpers.preprocessing read pictures"
_UNPACK = "unpack it, and take the file inside"
_KINDS = {
    kind[0]: FileKind(*kind)
    for kind in (
        ("xlsx", "an Excel workbook", "open it and save the sheet as CSV"),
        ("xls", "an old Excel workbook", "open it and save the sheet as CSV"),
        ("ods", "an OpenDocument file, as of LibreOffice", "open it and save the sheet as CSV"),
        ("numbers", "an Apple Numbers document", "export it as CSV"),
        ("docx", "a Word or PowerPoint document", "save what is in it as text or picture"),
        ("rtf", "an RTF document, as of TextEdit", "save it as plain text"),
        ("npz", "a NumPy archive (.npz)", "np.load(path) gives its arrays"),
        ("npy", "a NumPy array (.npy)", "np.load(path) gives the array"),
        (
            "torch",
            "a PyTorch file",
            "torch.load(path) reads it; .numpy() makes arrays of its tensors",
        ),
        (
            "keras",
            "a Keras model (.keras)",
            "keras.saving.load_model(path).get_weights() gives arrays",
        ),
        (
            "pickle",
            "a pickle",
            "pickle.load reads it, but runs what is in it: only if you trust it",
        ),
        ("hdf5", "an HDF5 file (.h5, as Keras writes)", "h5py.File(path) gives its arrays"),
        ("matlab", "a MATLAB file (.mat)", "scipy.io.loadmat(path) gives its arrays"),
        ("onnx", "an ONNX model", "onnx.load(path).graph.initializer holds its arrays"),
        ("tflite", "a TensorFlow Lite model", "save the model as .keras instead"),
        ("safetensors", "a safetensors file", "safetensors.numpy.load_file(path) gives its arrays"),
        ("zlib", "a zlib stream, as joblib writes", "joblib.load reads it, if you trust it"),
        ("r", "a file of R (.rds, .RData)", "write.csv(table, new_path, row.names=FALSE) in R"),
        ("idx", "an IDX file, the format of MNIST", 'load_dataset("mnist") reads MNIST'),
        ("parquet", "a Parquet file", "pandas.read_parquet(path) gives the table"),
        ("feather", "a Feather file", "pandas.read_feather(path) gives the table"),
        ("sqlite", "an SQLite database", "pandas.read_sql gives its tables"),
        ("png", "a PNG picture", _PICTURE),
        ("jpeg", "a JPEG picture", _PICTURE),
        ("gif", "a GIF picture", _PICTURE),
        ("bmp", "a BMP picture", _PICTURE),
        ("webp", "a WebP picture", _PICTURE),
        ("tiff", "a TIFF picture", _PICTURE),
        ("heic", "a HEIC picture, as an iPhone takes it", "export it as JPEG or PNG"),
        ("pnm", "a PGM or PPM picture", "save it as PNG"),
        ("svg", "an SVG drawing", "export it as PNG"),
        ("pdf", "a PDF or PostScript document", "export what is in it"),
        ("gzip", "a gzip file", _UNPACK),
        ("bz2", "a bzip2 file", _UNPACK),
        ("xz", "an xz file", _UNPACK),
        ("zip", "a zip archive", _UNPACK),
        ("tar", "a tar archive", _UNPACK),
        ("7z", "a 7-Zip archive", _UNPACK),
        ("rar", "a RAR archive", _UNPACK),
        ("zstd", "a Zstandard file", _UNPACK),
        ("lfs", "a pointer of Git LFS, not the file itself", "git lfs pull fetches the file"),
        ("html", "a web page", "download the file itself"),
        ("arff", "an ARFF file", "table = scipy.io.arff.loadarff(path) gives the table"),
        (
            "libsvm",
            "a LIBSVM file",
            "X, labels = sklearn.datasets.load_svmlight_file(path, n_features=784) gives the table",
        ),
        ("xml", "an XML file", "export what is in it"),
        ("json", "a JSON text", "json.load reads it"),
        ("jsonl", "a JSON text of one object per line", "pandas.read_json(path, lines=True)"),
        ("printed", "an array as Python prints it", "write it to a file instead"),
        ("sql", "an SQL script", "let the database export the table as CSV"),
    )
}
_STARTS = (
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"MATLAB 5.0 MAT", "matlab"),
    (b"MATLAB 7.3 MAT", "hdf5"),
    (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "torch"),  # its files before version 1.6
    (b"PK\x05\x06", "zip"),  # an empty one
    (b"PAR1", "parquet"),
    (b"ARROW1", "feather"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"%PDF-", "pdf"),
    (b"%!PS", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"7z\xbc\xaf'\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"RDX", "r"),
    (b"RDA", "r"),
    (b"X\n\0\0\0", "r"),
    (b"x\x9c", "zlib"),
    (b"x\x5e", "zlib"),
    (b"x\xda", "zlib"),
    (b"{\\rtf", "rtf"),
    (b"version https://git-lfs", "lfs"),
)
_PATTERNS = (
    (rb"\0\0[\x08-\x0e][\x01-\x04]", "idx"),
    (rb"\x80[\x01-\x05][^\0-\x1f]|\x80[\x02-\x05][\x00-\x1f]", "pickle"),
    (rb"\((?:[dl]?p\d+\n|c[\w.]+\n)|c[\w.]+\n[\w.]+\np\d+\n|[\]}]q\0|[\]}]\.", "pickle"),
    (rb".{4}ftyp(?:hei|hev|mif|msf|avif)", "heic"),
    (rb".{5}\0{3}\{\"", "safetensors"),
    (rb".{4}TFL3", "tflite"),
    (rb"\x08[\x01-\x20]\x12.(?:pytorch|tf2onnx|keras2onnx|skl2onnx|onnx)", "onnx"),
    (rb"P[1-6]\s+(?:#[^\n]*\s+)?\d+\s+\d+\s", "pnm"),
    (rb"RIFF.{4}WEBP", "webp"),
    (rb"BM.{4}\0{4}", "bmp"),
    (rb".{257}ustar|(?=.{512})[ -~]{3,97}\0{3}", "tar"),
)
_TEXTS = (  # after a byte-order mark and blanks
    (rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg", "svg"),
    (rb"<\?xml(?!.{0,300}<html)|<stata", "xml"),
    (rb"<", "html"),
    (rb"(?:%[^\n]*\n\s*)*@relation\b", "arff"),
    (rb"[-+]?[\d.]+(?:[ \t]+\d+:[-+\d.e]+)+[ \t]*(?:\r|\n|$)", "libsvm"),
    (rb"\{[^\n]*\}\s*\n\s*\{", "jsonl"),
    (rb"\{", "json"),
    (rb"\[\s*\[[^,\]]*\]|(?:np\.)?(?:array|tensor)\(\s*\[", "printed"),
    (rb"\[\s*[\[{]", "json"),
    (rb"(?:--[^\n]*\s*)*(?:insert\s+into|create\s+table)\b", "sql"),
)


def what_is(first_bytes):
    """Return the FileKind that a file's first bytes show, or None: a table of numbers, or unknown.

    It never asks for the file's name. FIRST_BYTES are enough; 262 or more tell most formats.
    """
    if first_bytes.startswith(b"PK\x03\x04"):
        return _KINDS[_kind_of_zip(first_bytes)]
    for start, name in _STARTS:
        if first_bytes.startswith(start):
            return _KINDS[name]
    for pattern, name in _PATTERNS:
        if re.match(pattern, first_bytes, re.DOTALL):
            return _KINDS[name]
    text = first_bytes.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, name in _TEXTS:
        if re.match(pattern, text, re.DOTALL | re.IGNORECASE):
            return _KINDS[name]
    return None


def _kind_of_zip(first_bytes):
    first_name = first_bytes[30 : 30 + int.from_bytes(first_bytes[26:28], "little")]
    if first_name.endswith(b".npy"):
        return "npz"
    if first_name == b"mimetype":
        return "ods"
    if b"word/" in first_bytes or b"ppt/" in first_bytes:
        return "docx"
    if first_name == b"[Content_Types].xml" or b"xl/workbook.xml" in first_bytes:
        return "xlsx"
    if first_name.startswith(b"Index/"):
        return "numbers"
    if first_name.endswith((b"/data.pkl", b"/version", b"/byteorder", b"/.format_version")):
        return "torch"
    if b"model.weights.h5" in first_bytes or first_name == b"metadata.json":
        return "keras"
    return "zip"
