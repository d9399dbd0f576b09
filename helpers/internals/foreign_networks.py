"""Networks in the files of others: named, with the lines that make a file of this project."""

from helpers.internals.file_kinds import FIRST_BYTES, what_is

_PAIRS = "for W, b in zip(arrays[::2], arrays[1::2])]"
_KERAS = (
    "of weights alone, save the whole model where it was made; of that: "
    "arrays = keras.models.load_model(path).get_weights(), then "
    f"save_parameters(new_path, [Layer(W.T, b.reshape(-1, 1)) {_PAIRS})"
)
_UNPACK = "Path(new_path).write_bytes({}.open(path).read()) unpacks it"
_WAYS_OUT = {
    "hdf5": _KERAS,
    "keras": _KERAS,
    "torch": (
        "of a whole model, save model.state_dict() where it was made; of that: "
        "arrays = [a.numpy() for a in torch.load(path, map_location='cpu').values()], then "
        f"save_parameters(new_path, [Layer(W, b.reshape(-1, 1)) {_PAIRS})"
    ),
    "npy": (
        "if it holds a dict of arrays, and you trust it: "
        "np.savez(new_path, **np.load(path, allow_pickle=True).item())"
    ),
    "json": (
        "facts = json.load(open(path)), then save_parameters(new_path, [Layer(np.array(W), "
        'np.array(b)) for W, b in zip(facts["weights"], facts["biases"])])'
    ),
    "gzip": _UNPACK.format("gzip"),
    "bz2": _UNPACK.format("bz2"),
    "xz": _UNPACK.format("lzma"),
    "zlib": "model = joblib.load(path) reads it, if you trust it; then save_parameters",
}
_OBJECTS = {
    "joblib": "model = joblib.load(path) reads it, if you trust it; then save_parameters",
    "sklearn": (
        "with model = pickle.load(open(path, 'rb')), if you trust it: save_parameters(new_path, "
        "[Layer(W.T, b.reshape(-1, 1)) for W, b in zip(model.coefs_, model.intercepts_)])"
    ),
    "torch": (
        "with arrays = [a.numpy() for a in pickle.load(open(path, 'rb')).values()], if you trust "
        f"it: save_parameters(new_path, [Layer(W, b.reshape(-1, 1)) {_PAIRS})"
    ),
    "helpers": "if it is your own: save_parameters(new_path, pickle.load(open(path, 'rb')))",
}


def foreign_kind(content):
    """Return what a file is that is neither a NumPy archive nor a pickle, in words, or None."""
    kind = what_is(content[:FIRST_BYTES])
    if kind is None or kind.name in ("npz", "pickle", "zip"):  # whose content unpack_npz names
        return None
    if kind.name == "npy" and b"'descr': '|O'" not in content[:100]:
        return (
            f"it is {kind.title}, which holds one; np.savez(new_path, W1=W1, b1=b1, ...) saves all"
        )
    return f"it is {kind.title}; {_WAYS_OUT.get(kind.name, kind.way_out)}"


def way_out_of(name):
    """Return what to do with a pickle that asks for this class or function, "module.name"."""
    advice = "where it was made, save_parameters(new_path, [Layer(W1, b1), ...]) writes one"
    return _OBJECTS.get(name.split(".")[0], advice)
