"""The upload form: shape only; what is in the file is the worker's to judge."""

from django import forms
from django.conf import settings

from accounts.forms import FieldsetForm
from autoflow.common.checks import finding


class UploadForm(FieldsetForm):
    """One workbook of the template's form, of bounded size (rule I-001)."""

    file = forms.FileField(
        label="导入文件",
        help_text="使用下载的 xlsx 模板填写。",
        error_messages={
            "required": "请先选择填好的导入模板文件。",
            "empty": "文件是空的，请选择填好的模板。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload.name.lower().endswith(".xlsx") or upload.size > settings.IMPORT_MAX_BYTES:
            limits = {"max_rows": settings.IMPORT_MAX_ROWS, "max_mb": settings.IMPORT_MAX_BYTES // 1024**2}
            raise forms.ValidationError(finding("I-001", "file", **limits).message)
        return upload
