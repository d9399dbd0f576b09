"""What is opened in JupyterLab as `make lab` starts it, and who may ask the tests' server for it."""

import urllib.error
import urllib.request

import ipywidgets
import nbformat
import pytest


def notebook_with_saved_state():
    """A notebook with a slider in its saved widget state, and one output that shows it."""
    slider = ipywidgets.IntSlider(value=7, description="saved slider")
    view = {"model_id": slider.model_id, "version_major": 2, "version_minor": 0}
    data = {"application/vnd.jupyter.widget-view+json": view, "text/plain": "the text in its place"}
    cell = nbformat.v4.new_code_cell(
        "slider", outputs=[nbformat.v4.new_output("display_data", data=data)]
    )
    state = {"application/vnd.jupyter.widget-state+json": ipywidgets.Widget.get_manager_state()}
    return nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": state})


def test_saved_widget_state_is_not_restored(open_notebook):
    page = open_notebook(notebook_with_saved_state())
    page.evaluate(
        "() => { jupyterapp.commands.execute('notebook:trust') }"
    )  # JupyterLab then shows what it can
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    page.locator(".jp-OutputArea-output").filter(has_text="model not found").wait_for()
    assert page.locator(".widget-slider").count() == 0


@pytest.mark.parametrize("token", ["panels", ""])
def test_the_server_of_the_tests_has_a_token_that_nobody_can_guess(server, token):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server[0]}/api/contents?token={token}", timeout=5)
    assert refused.value.code == 403
