"""What browsers are given under the names of production."""

import re

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from autoflow.common.static import ModuleStorage

IMPORTED = re.compile(r"""^import .* from ["']\./(.+?)["']""", re.MULTILINE)


def test_modules_import_each_other_by_the_hashed_name_of_the_page(tmp_path):
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "autoflow.common.static.ModuleStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=str(tmp_path)):
        call_command("collectstatic", interactive=False, verbosity=0)
        names = ModuleStorage().load_manifest()[0]
        lines = (tmp_path / names["js/brand_lines.js"]).read_text()
    assert {f"js/{name}" for name in IMPORTED.findall(lines)} == {
        names["js/brand_picker.js"],
        names["js/division.js"],
    }
