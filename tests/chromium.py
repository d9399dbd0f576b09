"""The browser of the tests: where Chromium is, what keeps it from being driven, and how it is started."""

import importlib.util
import os
import shutil

OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def chromium_path():
    """Return the path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def missing():
    """Return what keeps Chromium from being driven, in words, or None."""
    if importlib.util.find_spec("playwright") is None:
        return "needs Playwright: pip install playwright"
    return None if chromium_path() else "needs Chromium: apt-get install chromium, or CHROMIUM=path of a browser"
