"""Static files under names that hold their content: a browser keeps them for ever, and never asks again."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Also the modules that other modules import: without this each was asked for again every minute, and one
    that a page names too was run twice."""

    support_js_module_import_aggregation = True
