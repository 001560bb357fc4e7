"""Which files of the front-end packages are served."""

from django.contrib.staticfiles.finders import FileSystemFinder

UNUSED = ("echarts.js", "echarts.js.map", "echarts.common*", "echarts.simple*", "echarts.esm*", "extension")


class PackageFinder(FileSystemFinder):
    """Our own files and what we use of the packages; their other builds are fifty megabytes for nobody."""

    def list(self, ignore_patterns):
        return super().list([*(ignore_patterns or ()), *UNUSED])
