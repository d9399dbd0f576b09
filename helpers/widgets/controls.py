"""Controls that panels share, each with its label and a tooltip that says what it does."""

import html

import ipywidgets as widgets

INITIAL = {"description_width": "initial"}


def button(description, tooltip):
    """Return a button."""
    layout = widgets.Layout(width="110px")
    return widgets.Button(description=description, tooltip=tooltip, layout=layout)


def dropdown(description, options, tooltip):
    """Return a drop-down list; options: texts, or pairs (text, value)."""
    layout, style = widgets.Layout(width="auto", max_width="340px"), {"description_width": "70px"}
    words = {"description": description, "tooltip": tooltip}
    return widgets.Dropdown(options=options, layout=layout, style=style, **words)


def number_field(description, value, tooltip, *, low, high):
    """Return a field for a whole number from low to high; others become the nearer of the two."""
    layout = widgets.Layout(width="125px")
    words = {"description": description, "tooltip": tooltip}
    return widgets.BoundedIntText(value, min=low, max=high, layout=layout, style=INITIAL, **words)


def row(*children):
    """Return the widgets side by side, and below each other where there is no room."""
    layout = widgets.Layout(flex_flow="row wrap", align_items="center", grid_gap="4px")
    return widgets.Box(children, layout=layout)


def sentences(text, *, bold=False):
    """Return the HTML of a line that is read out when it changes; the text may hold anything."""
    style = f"line-height: 1.4; font-weight: {'bold' if bold else 'normal'}"
    return f'<div aria-live="polite" style="{style}">{html.escape(text)}</div>'


def explanation(text):
    """Return a folded "What is this?" with an HTML text."""
    text = widgets.HTML(f'<div style="line-height: 1.4">{text}</div>')
    return widgets.Accordion([text], titles=("What is this?",), selected_index=None)
