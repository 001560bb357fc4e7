"""Lets an account set up its second factor anew, after its owner lost phone and spare codes."""

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import reset_second_factor


class Command(BaseCommand):
    help = "重置一个账号的两步验证；请先核实本人身份。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="账号")

    def handle(self, *, username, **options):
        user = User.objects.named(username)
        if user is None:
            raise CommandError(f"没有账号 {username}。")
        reset_second_factor(user=user)
        self.stdout.write(f"账号 {user.username} 下次登录时须重新设置两步验证。")
