"""Starts a program for us that refuses root, as PostgreSQL does, and that must not outlive us.

Root hands its user id down to another account but lets the child keep one capability, CAP_DAC_OVERRIDE, as
an *ambient* one: those survive exec. So the program works in a project below a folder only root may enter
(/root, 0700) without a change to any parent's mode. The secure bit keeps the kernel from dropping that
capability at the change of user, and from leaving it out when the program asks access(2). Where the kernel
refuses either, the account alone must be able to reach the files.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def is_root():
    return os.geteuid() == 0


def unprivileged_account():
    """User and group id that root works as where it must not be root."""
    account = pwd.getpwnam("nobody")
    return account.pw_uid, account.pw_gid


def child_setup(*, account=None, parent_death_signal=signal.SIGTERM):
    """What a child does before exec: become `account` (root only), die with its parent (only Linux can)."""
    linux = sys.platform == "linux"
    parent = os.getpid()

    def setup():
        if account and is_root():
            if linux:
                _libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
            uid, gid = account
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            if linux:
                _keep_file_access()
        if linux:
            _libc.prctl(_PR_SET_PDEATHSIG, int(parent_death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return setup


def _keep_file_access():
    """Raise CAP_DAC_OVERRIDE as ambient; a kernel that refuses leaves the plain account."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    mask = 1 << _CAP_DAC_OVERRIDE
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    with contextlib.suppress(AttributeError):
        _libc.capset(header, effective_permitted_inheritable)
        _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
