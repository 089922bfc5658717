from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Compressed, and named by their contents; also where one script imports another."""

    support_js_module_import_aggregation = True
