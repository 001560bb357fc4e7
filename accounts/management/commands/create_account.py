"""Opens an account of an authority, an administrator or an auditor; it sets its own password at the
prompt.
"""

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.models import Division, Jurisdiction
from accounts.services import open_account
from autoflow.common.errors import BusinessError


class Command(BaseCommand):
    help = "开设主管部门、系统管理员或审计员账号；密码在提示符后输入，不出现在命令行。"

    def add_arguments(self, parser):
        roles = [role.value for role in Role if role not in ENTERPRISE_ROLES]
        parser.add_argument("username", help="账号")
        parser.add_argument("--role", required=True, choices=roles, help="角色")
        parser.add_argument("--organisation", required=True, help="单位名称")
        parser.add_argument("--division", default="", help="行政区划代码（县、市、省级账号必填）")
        parser.add_argument("--jurisdiction", default="", help="受理机构代码（县、市、省级账号必填）")

    def handle(self, *, username, role, organisation, division, jurisdiction, **options):
        password = getpass("密码：")
        try:
            validate_password(password)
            open_account(
                username=username,
                role=role,
                organisation=organisation,
                division=Division.objects.filter(code=division).first(),
                jurisdiction=Jurisdiction.objects.filter(code=jurisdiction).first(),
                password=password,
            )
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        except BusinessError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已开设账号 {username}。")
