"""Which files of the front-end packages are served, and under which names."""

from django.contrib.staticfiles.finders import FileSystemFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage

UNUSED = ("echarts.js", "echarts.js.map", "echarts.common*", "echarts.simple*", "*.esm*", "extension", "ext")


class PackageFinder(FileSystemFinder):
    """Our own files and what we use of the packages; their other builds are fifty megabytes for nobody."""

    def list(self, ignore_patterns):
        return super().list([*(ignore_patterns or ()), *UNUSED])


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """A module reached under two names runs twice, so imports name modules as pages do."""

    support_js_module_import_aggregation = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.urls = {}

    def url(self, name, force=False):
        """The address of a file, worked out once: a process serves the files it was started with."""
        if (name, force) not in self.urls:
            self.urls[name, force] = super().url(name, force)
        return self.urls[name, force]
