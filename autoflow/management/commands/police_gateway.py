import contextlib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from autoflow.police_gateway import MODES, PoliceGateway


class Command(BaseCommand):
    help = "公安交管部门接收端的替身，供演示和测试使用，只在本机监听。"

    def add_arguments(self, parser):
        port = urlsplit(settings.POLICE_GATEWAY_URL).port or 8899
        parser.add_argument("--port", type=int, default=port, help="监听端口，默认取自 POLICE_GATEWAY_URL")
        modes = "；".join(f"{mode} {meaning}" for mode, meaning in MODES.items())
        parser.add_argument("--mode", choices=MODES, default="ok", help=modes)

    def handle(self, *, port, mode, **options):
        if not settings.POLICE_GATEWAY_KEY:
            raise CommandError("缺少环境变量 POLICE_GATEWAY_KEY，接收端无法核对签名。")
        try:
            gateway = PoliceGateway(port=port, key=settings.POLICE_GATEWAY_KEY, mode=mode)
        except OSError as error:
            raise CommandError(f"端口 {port} 已被占用，请用 --port 换一个。") from error
        self.stdout.write(f"公安接收端替身：http://127.0.0.1:{port}，模式 {mode}")
        with gateway, contextlib.suppress(KeyboardInterrupt):
            gateway.serve_forever()
