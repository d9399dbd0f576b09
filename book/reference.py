"""The reference of the helpers, written from their source: names, signatures, docstrings, code. Nothing is imported."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

# The house, in the order of its floors: a module imports only what stands above it.
FLOORS = {
    "Activations and losses": ("activations", "losses"),
    "Data": ("dataset", "data"),
    "Changed images": ("augmentation", "perturbations"),
    "The network and its steps": ("network", "optimizers", "live_parameters", "schedules"),
    "Evaluation": ("evaluation", "robustness", "calibration"),
    "Training": ("settings", "training_state", "training_run", "training"),
    "Experiments": ("experiments",),
    "Checks of gradients and programs": ("gradient_check", "diagnostics"),
    "Saved networks": ("storage",),
    "Your own images": ("centering", "preprocessing", "drawing", "nearest"),
    "Figures": ("plots",),
    "Exercises": ("exercises",),
    "Panels": ("widgets",),
    "What is not taught": ("internals",),
}
FENCE = "`" * 6
QUOTED = re.compile(r'(?<!\w)"([a-z0-9_.-]+(?: [a-z0-9_.-]+){0,2})"')  # a key such as "he", not a title
MARKS = re.compile(r"([\\*_$<>\[\]~|#])")


@dataclass(frozen=True)
class Entry:
    """A public function or class: its name, the module that holds it, its node, its source. Raises nothing."""

    name: str
    module: str
    node: ast.AST
    source: str

    @property
    def docstring(self):
        return ast.get_docstring(self.node) or ""

    @property
    def first_sentence(self):
        paragraph = " ".join(self.docstring.split("\n\n")[0].split())
        return re.split(r"(?<=[.?])\s+(?=[A-Z])", paragraph)[0]


def parse(path):
    """Return (tree, text) of a Python file."""
    text = path.read_text("utf8")
    return ast.parse(text), text


def definitions(path, module):
    """Return the functions and classes that a file defines at its top, public or not, by name."""
    tree, text = parse(path)
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
            found[node.name] = Entry(node.name, module, node, source)
    return found


def entries_of(helpers, name):
    """Return (docstring of the module, its public entries): of a package, the names that its __init__ hands on."""
    path = helpers / f"{name}.py"
    if path.exists():
        entries = [entry for entry in definitions(path, f"helpers.{name}").values() if not entry.name.startswith("_")]
        return ast.get_docstring(parse(path)[0]), [entry for entry in entries if entry.docstring]
    tree, _ = parse(helpers / name / "__init__.py")
    entries = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module.startswith(f"helpers.{name}."):
            known = definitions(helpers.joinpath(*node.module.split(".")[1:]).with_suffix(".py"), f"helpers.{name}")
            entries += [known[alias.name] for alias in node.names if alias.name in known]
    return ast.get_docstring(tree), entries


def escaped(text):
    """Return a docstring's words as Markdown: what stands in backquotes is code, and so is a quoted key."""
    parts = re.split(r"(`[^`]+`)", text)
    parts[::2] = [QUOTED.sub(r'`"\1"`', part) for part in parts[::2]]
    parts = re.split(r"(`[^`]+`)", "".join(parts))
    parts[::2] = [MARKS.sub(r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def markdown_of(docstring, names):
    """Return a docstring as Markdown: its sentence, then one item for each of its names, then what is raised."""
    names_before_colon = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    item = re.compile(rf"(?:^|(?<=[.;)] ))((?:{names_before_colon})(?:, (?:{names_before_colon}))*): ")
    own_paragraph = re.compile(r"(?<=[.;)]) (?=Raises? |Returns |Sources?: )")
    blocks = []
    for paragraph in docstring.split("\n\n"):
        text = " ".join(paragraph.split())
        for piece in own_paragraph.split(text):
            parts = item.split(piece) if names else [piece]
            if parts[0].strip():
                blocks.append(escaped(parts[0].strip()))
            items = zip(parts[1::2], parts[2::2], strict=True)
            blocks.append("\n".join(f"- `{name}`: {escaped(words.strip())}" for name, words in items))
    return "\n\n".join(block for block in blocks if block)


def signature(node):
    """Return how a function is called, or a class is made, without the types."""
    if isinstance(node, ast.FunctionDef):
        arguments = ast.parse(ast.unparse(ast.FunctionDef("f", node.args, [ast.Pass()], [], lineno=1))).body[0].args
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            argument.annotation = None
        if arguments.args and arguments.args[0].arg in ("self", "cls"):
            del arguments.args[0]
        return f"({ast.unparse(arguments)})"
    own = [child for child in node.body if isinstance(child, ast.FunctionDef) and child.name == "__init__"]
    if own:
        return signature(own[0])
    fields = [child for child in node.body if isinstance(child, ast.AnnAssign)]
    defaults = [f"{field.target.id}={ast.unparse(field.value)}" if field.value else field.target.id for field in fields]
    return f"({', '.join(defaults)})"


def argument_names(text):
    """Return the names in a signature."""
    arguments = ast.parse(f"def f{text}: pass").body[0].args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [argument.arg for argument in every if argument]


def members(entry):
    """Return the Markdown of the public methods and properties of a class."""
    parts = []
    for child in entry.node.body:
        if not isinstance(child, ast.FunctionDef) or child.name.startswith("_") or not ast.get_docstring(child):
            continue
        if any(isinstance(decorator, ast.Attribute) for decorator in child.decorator_list):
            continue  # the setter of a property that stands already
        kinds = {getattr(decorator, "id", "") for decorator in child.decorator_list}
        is_property = bool(kinds & {"property", "cached_property"})
        called = "" if is_property else signature(child)
        option = "\n:classmethod:" if "classmethod" in kinds else ""
        text = markdown_of(ast.get_docstring(child), argument_names(called or "()"))
        directive = "py:property" if is_property else "py:method"
        parts.append(f"`````{{{directive}}} {child.name}{called}{option}\n\n{text}\n`````")
    return "\n\n".join(parts)


def section(entry, where):
    """Return the Markdown of one function or class: signature, docstring, members, links to where a notebook imports
    it, and its source, folded."""
    called = signature(entry.node)
    is_class = isinstance(entry.node, ast.ClassDef)
    directive = "py:class" if is_class else "py:function"
    source = f"<details class='source'><summary>Source</summary>\n\n~~~python\n{entry.source}\n~~~\n\n</details>"
    in_notebooks = f"In notebook {where}." if where else ""
    text = markdown_of(entry.docstring, argument_names(called))
    parts = [text, members(entry) if is_class else "", in_notebooks, source]
    body = "\n\n".join(part for part in parts if part)
    return f"{FENCE}{{{directive}}} {entry.name}{called}\n\n{body}\n{FENCE}"


def exercise_list(notebooks):
    """Return the Markdown table of all exercises, each with its check and the notebook that holds it."""
    rows = ["| exercise | check | notebook |", "|---|---|---|"]
    for notebook in notebooks:
        for heading, check in notebook.exercises:
            link = f"[{escaped(heading)}](../{notebook.stem}.ipynb#{anchor(heading)})"
            rows.append(f"| {link} | `{check}` | [{notebook.number}](../{notebook.stem}.ipynb) |")
    return "\n".join(rows)


def anchor(heading):
    """Return the anchor that MyST gives a heading, as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def module_section(helpers, name, notebooks, links):
    """Return the Markdown of one module or package of helpers, with its public entries; links: those of links_of."""
    docstring, entries = entries_of(helpers, name)
    parts = [f"## `helpers.{name}`", f"{FENCE}{{py:module}} helpers.{name}\n{FENCE}", markdown_of(docstring, [])]
    parts += [section(entry, links.get((entry.module, entry.name), "")) for entry in entries]
    if name == "exercises":
        parts.append(exercise_list(notebooks))
    return "\n\n".join(parts)


def file_name(floor):
    return floor.lower().replace(" ", "-")


def links_of(notebooks):
    """Return {(module, name): links to the notebooks that import it, as Markdown}."""
    links = {}
    for notebook in notebooks:
        for key in notebook.imported:
            links.setdefault(key, []).append(f"[{notebook.number}](../{notebook.stem}.ipynb)")
    return {key: ", ".join(found) for key, found in links.items()}


def used_names(helpers, links):
    """Return the Markdown table of the names that the notebooks import, each with the notebooks that do."""
    known = {}
    for name in (name for modules in FLOORS.values() for name in modules):
        known |= {(entry.module, entry.name): entry for entry in entries_of(helpers, name)[1]}
    rows = ["| name | what it does | in notebook |", "|---|---|---|"]
    for key, entry in known.items():
        if key in links:
            link = f"[`{entry.name}`](#{'.'.join(key)})"
            rows.append(f"| {link} | {escaped(entry.first_sentence)} | {links[key]} |")
    return "\n".join(rows)


def write_reference(helpers, notebooks):
    """Return {file name: Markdown} of the reference. Raises ValueError where a module stands on no floor."""
    helpers = Path(helpers)
    names = {path.stem for path in helpers.glob("[!_]*.py")}
    names |= {path.parent.name for path in helpers.glob("*/__init__.py")}
    if lost := names - {name for modules in FLOORS.values() for name in modules}:
        raise ValueError(f"{sorted(lost)} of helpers/ stand on no floor of FLOORS in book/reference.py: add them")
    pages, links = {}, links_of(notebooks)
    for floor, modules in FLOORS.items():
        sections = [module_section(helpers, name, notebooks, links) for name in modules]
        pages[f"{file_name(floor)}.md"] = "\n\n".join([f"# {floor}", *sections]) + "\n"
    toctree = "\n".join(["```{toctree}", ":maxdepth: 1", "", *map(file_name, FLOORS), "```"])
    pages["index.md"] = INDEX.format(used=used_names(helpers, links), toctree=toctree)
    return pages


INDEX = """# Look up the helpers

What the notebooks derive, they then import from `helpers/`: small modules with one implementation of the mathematics.
Examples are columns everywhere: `X` is (features, m), `W` is (n_out, n_in), `b` is (n_out, 1). Below every
entry lies its source, folded.

## The names that the notebooks import

{used}

## All modules

From the ground up: a module imports only what stands above it.

{toctree}
"""
