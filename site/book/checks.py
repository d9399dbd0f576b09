"""Check the built pages: links lead somewhere, pictures have texts, no other site is asked."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {
    "script": ("src",),
    "img": ("src",),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
}
LOADS |= {
    "video": ("src", "poster"),
    "audio": ("src",),
    "source": ("src",),
    "use": ("href", "xlink:href"),
}
LOADS |= {"image": ("href", "xlink:href"), "track": ("src",), "input": ("src",)}
LOADING_LINKS = {
    "stylesheet",
    "preload",
    "prefetch",
    "modulepreload",
    "icon",
    "preconnect",
    "dns-prefetch",
    "manifest",
}
IN_CSS = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])\s*((?:https?:)?//[^'")\s]+)""")
CODE_FILE, DELIVERY = (
    r"[^\"'`\s]+?\.(?:m?js|css|json|woff2?)",
    r"[^\"'`\s]*(?:cdn|unpkg|jsdelivr)[^\"'`\s]*",
)
IN_JS = re.compile(rf"[\"'`]((?:https?:)?//(?:{CODE_FILE}|{DELIVERY}))[\"'`]")
LIVE = (
    "application/vnd.jupyter.widget",
    "require.js",
    "requirejs",
    "jupyter-widgets-view",
    "thebe-",
)
# MathJax names a CDN for its menu's speech, which conf.py switches off; Chromium sees no request.
NAMED_BUT_UNUSED = {"tex-svg.js"}
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


class Page(HTMLParser):
    """The ids, links, pictures, loaded files and folded parts of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.pictures = set(), [], [], []
        self.details, self.open_tags, self.styles, self.scripts = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and set(values.get("rel", "").split()) & LOADING_LINKS:
            self.loads.append(values.get("href", ""))
        self.loads += [
            values[name] for name in LOADS.get(tag, ()) if values.get(name, "")[:1] not in ("", "#")
        ]
        self.loads += [
            part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()
        ]
        self.styles.append(values.get("style", ""))
        if tag == "img":
            self.pictures.append((values.get("src", ""), values.get("alt", "").strip()))
        if tag == "details" and "article" in self.open_tags:
            self.details.append(
                {"depth": self.open_tags.count("details"), "text": "", "code": False}
            )
        if (
            tag == "div"
            and "highlight" in values.get("class", "").split()
            and "details" in self.open_tags
        ):
            self.details[-1]["code"] = True
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open_tags:
            while self.open_tags.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open_tags[-1:] == ["style"]:
            self.styles.append(data)
        elif self.open_tags[-1:] == ["script"]:
            self.scripts.append(data)
        elif "details" in self.open_tags and self.details:
            self.details[-1]["text"] += data


def is_foreign(address):
    """Whether an address leads to another site."""
    return address.startswith("//") or urlsplit(address).scheme in (
        "http",
        "https",
        "ftp",
        "ws",
        "wss",
    )


def link_problems(path, pages, beside=""):
    """Yield each link that leads to no file, or to no such place in it; `beside` may be missing."""
    for link in pages[path].links:
        parts = urlsplit(link)
        if is_foreign(link) or parts.scheme in ("mailto", "data", "javascript"):
            continue
        if beside and (path.parent / parts.path).resolve() == Path(beside):
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            yield f"{path.name}: the link {link} leads to no file"
        elif (
            parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids
        ):
            yield f"{path.name}: the link {link} leads to no place in {target.name}"


def picture_problems(path, pages):
    """Yield each picture of a page without a text alternative, or with its address as one."""
    for source, alt in pages[path].pictures:
        if not alt or alt == source or Path(source).name == Path(alt).name:
            yield f"{path.name}: the picture {Path(source).name} has no text alternative"


def load_problems(path, pages):
    """Yield what a page would load from another site, and what it would load and is not there."""
    page = pages[path]
    for address in page.loads:
        if is_foreign(address):
            yield f"{path.name} loads {address}"
        elif (
            not address.startswith("data:")
            and not (path.parent / unquote(urlsplit(address).path)).is_file()
        ):
            yield f"{path.name} loads {address}, which is not there"
    yield from (
        f"{path.name} loads {address}" for style in page.styles for address in IN_CSS.findall(style)
    )
    yield from (
        f"{path.name} loads {address}"
        for script in page.scripts
        for address in IN_JS.findall(script)
    )


def panel_problems(path, text):
    """Yield what a page holds of panels that would need a kernel."""
    yield from (
        f"{path.name} holds {word!r}: a panel without a kernel" for word in LIVE if word in text
    )


def details_problems(path, pages):
    """Yield folded parts that are nested or empty, and solutions whose code is not highlighted."""
    for part in pages[path].details:
        title, _, rest = part["text"].strip().partition("\n")
        if part["depth"] or not rest.strip():
            problem = "within another" if part["depth"] else "empty"
            yield f"{path.name}: the folded part {title!r} is {problem}"
        elif title.startswith("Solution") and not part["code"]:
            yield f"{path.name}: {title!r} shows no code"


def file_problems(path):
    """Yield what a style sheet or script of the book would load from another site."""
    pattern = IN_CSS if path.suffix == ".css" else IN_JS
    for address in pattern.findall(path.read_text("utf8")):
        yield f"{path.name} loads {address}"


def problems_of(folder, beside=""):
    """Return everything that is wrong with the pages of a built book, a sentence each.

    beside: the page of the JupyterLite site, which comes later, as an address from the first page.
    """
    folder = Path(folder).resolve()
    beside = (folder / urlsplit(beside).path).resolve() if beside else ""
    texts = {
        path: path.read_text("utf8")
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }
    pages = {path: Page(text) for path, text in texts.items()}
    problems = []
    for path, text in texts.items():
        problems += link_problems(path, pages, beside)
        for check in (picture_problems, load_problems, details_problems):
            problems += check(path, pages)
        problems += panel_problems(path, text)
    for path in sorted([*folder.rglob("*.css"), *folder.rglob("*.js")]):
        problems += file_problems(path) if path.name not in NAMED_BUT_UNUSED else []
    return problems
