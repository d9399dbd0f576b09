"""What the tests and the scripts share: a browser before a running JupyterLab, and checks of notebooks."""
