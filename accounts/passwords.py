"""What a password must be: long enough, of three kinds of characters, and nothing a stranger can look up."""

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

MIN_LENGTH, MAX_LENGTH, MIN_KINDS = 12, 128, 3
_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
_CONTEXT_WORDS = ("mofcom", "qiche", "shangwu", "password", "qwerty")


class ComplexityValidator:
    """12 to 128 characters, at least three of lower case, upper case, digits and signs (GB/T 22239
    8.1.4.1).
    """

    def validate(self, password, user=None):
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise ValidationError(f"密码须为 {MIN_LENGTH}–{MAX_LENGTH} 个字符，当前 {len(password)} 个。")
        if sum(bool(re.search(kind, password)) for kind in _KINDS) < MIN_KINDS:
            raise ValidationError("密码须至少包含小写字母、大写字母、数字、符号中的三类。")

    def get_help_text(self):
        return f"{MIN_LENGTH}–{MAX_LENGTH} 个字符，至少包含小写字母、大写字母、数字、符号中的三类。"


class FamiliarPasswordValidator(CommonPasswordValidator):
    """Refuses what many people choose, in the words of the other rules."""

    def get_help_text(self):
        return "不能是常见密码。"


class PersonalInformationValidator:
    """Refuses a password built on the account's own name, credit code, phone or address, or on words of
    this trade.
    """

    def validate(self, password, user=None):
        lowered = password.lower()
        own = [getattr(user, name, "") or "" for name in ("username", "uscc", "phone", "email")]
        own += [(getattr(user, "email", "") or "").partition("@")[0]]
        words = [word.lower() for word in own if len(word) >= 4] + list(_CONTEXT_WORDS)
        if any(word in lowered for word in words):
            raise ValidationError("密码不能包含账号、信用代码、手机号、邮箱或常用词，请换一个。")

    def get_help_text(self):
        return "不能包含账号、信用代码、手机号或邮箱。"
