"""How a network's server names the files of the pages."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a digest once `collectstatic` has run; until then, and for a file it did not see, the plain ones.

    A page that nobody can open is worse than one whose files are not kept for ever by the browser.
    """

    def stored_name(self, name: str) -> str:
        """The name to serve the file under."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
