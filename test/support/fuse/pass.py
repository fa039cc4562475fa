"""A file system that passes everything through to a plain folder, and does to it what disks and media do.

    pass.py FOLDER MOUNTPOINT CONTROL KEEP [LOG]

CONTROL is a Unix socket: one JSON object a line in, one a line out (see mount.ts). With LOG, every change and every sync is
appended to that file in the order in which it took effect, so that a power cut can be played at any point afterwards.
KEEP: for how many seconds names and attributes are not asked anew. Tests that change the folder below take 0.
It prints "ready" when it is mounted and ends when it is unmounted.
"""

import errno
import json
import os
import re
import signal
import socket
import stat
import struct
import sys
import threading

from fusepy import FUSE, Operations, fuse_get_context

# What no longer works on a full disk.
GROWS = {"write", "create", "mkdir", "link", "symlink", "truncate"}
CHANGES = GROWS | {"rename", "unlink", "rmdir", "chmod", "fsync", "fsyncdir"}


class Rule:
    """One fault: it waits for its operations, counts them, and strikes after `skip` of them."""

    def __init__(self, spec):
        ops = spec["ops"]
        self.ops = CHANGES if ops == "changes" else GROWS if ops == "grows" else None if ops == "all" else set(ops)
        self.match = re.compile(spec.get("match", ""))
        self.skip = spec.get("skip", 0)
        self.from_byte = spec.get("fromByte")
        self.errno = getattr(errno, spec["errno"]) if "errno" in spec else None
        # Strikes once, or from then on; `pull`: from then on at everything.
        self.sticky = spec.get("sticky", False)
        self.pull = spec.get("pull", False)
        self.kill = spec.get("kill")
        self.hold = spec.get("hold", False)
        self.seen = 0
        self.struck = 0
        self.held = threading.Event()

    def fits(self, op, path, end):
        if self.pull and self.struck:
            return True
        if self.ops is not None and op not in self.ops:
            return False
        if self.from_byte is not None and end <= self.from_byte:
            return False
        return self.match.search(path) is not None

    def strikes(self):
        self.seen += 1
        if self.seen <= self.skip:
            return False
        if self.struck and not (self.sticky or self.pull):
            return False
        self.struck += 1
        return True


class Pass(Operations):
    use_ns = True
    # Asked before each write otherwise.
    getxattr = listxattr = setxattr = removexattr = None

    def __init__(self, folder, log):
        self.folder = folder
        self.log = log
        self.guard = threading.RLock()
        self.rules = []
        self.read_only = False
        self.paths = {}
        self.records = 0

    def real(self, path):
        return self.folder + path

    def meet(self, op, path, end=0):
        """Every operation comes by here first."""
        path = path or ""
        with self.guard:
            if self.read_only and op in CHANGES - {"fsync", "fsyncdir"}:
                raise OSError(errno.EROFS, "read-only")
            struck = [rule for rule in self.rules if rule.fits(op, path, end) and rule.strikes()]
        for rule in struck:
            if rule.kill is not None:
                if not self.end_caller(rule.kill):
                    # Nobody was there to be ended: the next operation is as good.
                    with self.guard:
                        rule.struck -= 1
            if rule.hold:
                rule.held.wait(120)
            if rule.errno is not None:
                raise OSError(rule.errno, "a fault")

    def end_caller(self, whom):
        caller = fuse_get_context()[2]
        # The kernel's own writing back of a mapped file has no process.
        if caller <= 0:
            return False
        try:
            group = os.getpgid(caller)
        except ProcessLookupError:
            return False
        if group == os.getpgid(0):
            return False
        if whom == "group":
            os.killpg(group, signal.SIGKILL)
        else:
            os.kill(group, signal.SIGKILL)
        return True

    def note(self, data=b"", **head):
        """Appends one line to the log; the guard is held, so the order is that of the changes."""
        if self.log is None:
            return
        head["size"] = len(data)
        text = json.dumps(head).encode()
        self.log.write(struct.pack("<I", len(text)) + text)
        self.log.write(data)
        self.log.flush()
        self.records += 1

    # Looking.

    def getattr(self, path, fh=None):
        self.meet("getattr", path)
        found = os.lstat(self.real(path)) if fh is None else os.fstat(fh)
        keys = ("st_mode", "st_ino", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks")
        attributes = {key: getattr(found, key) for key in keys}
        attributes["st_atime"] = found.st_atime_ns
        attributes["st_mtime"] = found.st_mtime_ns
        attributes["st_ctime"] = found.st_ctime_ns
        return attributes

    def readdir(self, path, fh):
        self.meet("readdir", path)
        return [".", ".."] + os.listdir(self.real(path))

    def readlink(self, path):
        self.meet("readlink", path)
        return os.readlink(self.real(path))

    def statfs(self, path):
        self.meet("statfs", path)
        found = os.statvfs(self.real(path))
        keys = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_frsize", "f_namemax")
        return {key: getattr(found, key) for key in keys}

    def read(self, path, size, offset, fh):
        self.meet("read", path or self.paths.get(fh), offset + size)
        return os.pread(fh, size, offset)

    # Changing.

    def open(self, path, flags):
        self.meet("open", path)
        with self.guard:
            # Appending was resolved to an offset before it came here.
            fh = os.open(self.real(path), flags & ~os.O_APPEND)
            self.paths[fh] = path
            self.note(op="open", path=path, fh=fh)
            return fh

    def create(self, path, mode, fi=None):
        self.meet("create", path)
        with self.guard:
            fh = os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, stat.S_IMODE(mode))
            self.paths[fh] = path
            self.note(op="create", path=path, fh=fh, mode=stat.S_IMODE(os.fstat(fh).st_mode))
            return fh

    def write(self, path, data, offset, fh):
        self.meet("write", path or self.paths.get(fh), offset + len(data))
        with self.guard:
            count = os.pwrite(fh, data, offset)
            self.note(data[:count], op="write", fh=fh, at=offset)
            return count

    def truncate(self, path, length, fh=None):
        self.meet("truncate", path or self.paths.get(fh), length)
        with self.guard:
            if fh is None:
                os.truncate(self.real(path), length)
                self.note(op="truncate", path=path, length=length)
            else:
                os.ftruncate(fh, length)
                self.note(op="truncate", fh=fh, length=length)

    def rename(self, old, new):
        self.meet("rename", old)
        with self.guard:
            os.rename(self.real(old), self.real(new))
            self.note(op="rename", path=old, to=new)

    def unlink(self, path):
        self.meet("unlink", path)
        with self.guard:
            os.unlink(self.real(path))
            self.note(op="unlink", path=path)

    def mkdir(self, path, mode):
        self.meet("mkdir", path)
        with self.guard:
            os.mkdir(self.real(path), stat.S_IMODE(mode))
            self.note(op="mkdir", path=path, mode=stat.S_IMODE(os.lstat(self.real(path)).st_mode))

    def rmdir(self, path):
        self.meet("rmdir", path)
        with self.guard:
            os.rmdir(self.real(path))
            self.note(op="rmdir", path=path)

    def link(self, target, source):
        self.meet("link", target)
        with self.guard:
            os.link(self.real(source), self.real(target))
            self.note(op="link", path=source, to=target)

    def chmod(self, path, mode):
        self.meet("chmod", path)
        with self.guard:
            os.chmod(self.real(path), stat.S_IMODE(mode))
            self.note(op="chmod", path=path, mode=stat.S_IMODE(mode))

    def chown(self, path, uid, gid):
        self.meet("chmod", path)
        os.chown(self.real(path), uid, gid)

    def utimens(self, path, times=None):
        self.meet("utimens", path)
        os.utime(self.real(path), ns=times)

    # Syncing. The folder below is not synced: what would have survived is what the log says.

    def fsync(self, path, datasync, fh):
        self.meet("fsync", path or self.paths.get(fh))
        with self.guard:
            self.note(op="fsync", fh=fh)

    def fsyncdir(self, path, datasync, fh):
        self.meet("fsyncdir", path)
        with self.guard:
            self.note(op="fsyncdir", path=path)

    def flush(self, path, fh):
        self.meet("flush", path or self.paths.get(fh))

    def release(self, path, fh):
        with self.guard:
            self.paths.pop(fh, None)
            os.close(fh)
            self.note(op="release", fh=fh)

    # Control.

    def order(self, message):
        with self.guard:
            if "rules" in message:
                for rule in self.rules:
                    rule.held.set()
                self.rules = [Rule(spec) for spec in message["rules"]]
            if "readOnly" in message:
                self.read_only = message["readOnly"]
            return {
                "records": self.records,
                "rules": [{"seen": rule.seen, "struck": rule.struck} for rule in self.rules],
            }

    def serve(self, door):
        while True:
            caller, _ = door.accept()
            with caller, caller.makefile("rw") as lines:
                for line in lines:
                    lines.write(json.dumps(self.order(json.loads(line))) + "\n")
                    lines.flush()

    def init(self, path):
        print("ready", flush=True)


def main():
    folder, mountpoint, control, keep, *rest = sys.argv[1:]
    log = open(rest[0], "wb") if rest else None
    passed = Pass(folder, log)
    # Bound before it is mounted: whoever reads "ready" may ask at once.
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(control)
    door.listen()
    threading.Thread(target=passed.serve, args=(door,), daemon=True).start()
    FUSE(
        passed,
        mountpoint,
        foreground=True,
        big_writes=True,
        hard_remove=True,
        use_ino=True,
        attr_timeout=float(keep),
        entry_timeout=float(keep),
        fsname="sallyport-test",
    )


main()
