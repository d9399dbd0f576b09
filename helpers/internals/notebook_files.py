"""The contents manager of `make lab`: a notebook is opened without the widget state that is saved in it."""

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class WithoutWidgetState(AsyncLargeFileManager):
    """Jupyter's own contents manager, but for `metadata.widgets`, which this series never saves."""

    async def get(self, *arguments, **options):
        """Return the model of a file or folder; of a notebook without saved widget state."""
        model = await super().get(*arguments, **options)
        if model["type"] == "notebook" and model["content"]:
            model["content"]["metadata"].pop("widgets", None)
        return model
