"""A Sphinx extension: the text alternatives of the notebooks' pictures arrive in the pages."""

from myst_nb.core.render import NbElementRenderer

PLAIN_RENDER_IMAGE = NbElementRenderer.render_image


def render_image(self, data):
    """Render a picture as myst-nb does, with the `alt` of the output's metadata, which myst-nb leaves out."""
    rendered = PLAIN_RENDER_IMAGE(self, data)
    alt = data.output_metadata.get(data.mime_type, {}).get("alt", "").strip()
    for node in rendered:
        if alt:
            node["alt"] = alt
    return rendered


def setup(app):
    NbElementRenderer.render_image = render_image
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
