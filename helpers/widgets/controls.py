"""Controls that two panels share, each with its label and a tooltip that says in one line what it does."""

import html

import ipywidgets as widgets

INITIAL = {"description_width": "initial"}


def button(description, tooltip):
    """Return a button. Raises nothing."""
    return widgets.Button(description=description, tooltip=tooltip, layout=widgets.Layout(width="110px"))


def dropdown(description, options, tooltip):
    """Return a drop-down list; options: texts, or pairs (text, value). Raises nothing."""
    layout, style = widgets.Layout(width="auto", max_width="340px"), {"description_width": "70px"}
    return widgets.Dropdown(options=options, description=description, tooltip=tooltip, layout=layout, style=style)


def number_field(description, value, tooltip, *, low, high):
    """Return a field for a whole number from low to high; what is outside becomes the nearer of the two.

    Raises nothing for low <= high.
    """
    layout = widgets.Layout(width="125px")
    return widgets.BoundedIntText(
        value, min=low, max=high, description=description, tooltip=tooltip, layout=layout, style=INITIAL
    )


def row(*children):
    """Return the widgets side by side, and below each other where there is no room. Raises nothing."""
    layout = widgets.Layout(flex_flow="row wrap", align_items="center", grid_gap="4px")
    return widgets.Box(children, layout=layout)


def sentences(text, *, bold=False):
    """Return the HTML of a line that is read out when it changes; the text may hold anything. Raises nothing."""
    weight = "bold" if bold else "normal"
    return f'<div aria-live="polite" style="line-height: 1.4; font-weight: {weight}">{html.escape(text)}</div>'


def explanation(text):
    """Return a folded "What is this?" with an HTML text. Raises nothing."""
    text = widgets.HTML(f'<div style="line-height: 1.4">{text}</div>')
    return widgets.Accordion([text], titles=("What is this?",), selected_index=None)
