"""Static files under names that change with their content, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also rewrites the names that JavaScript modules import."""

    support_js_module_import_aggregation = True
