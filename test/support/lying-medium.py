"""A medium that accepts whatever is written and gives back something else, as a FUSE file system.

usage: lying-medium.py FOLDER flip|lose PART

flip: one bit is another one.  lose: what was written reads as zeroes.  It lies about files with PART in their name.
The kernel keeps what passes in its memory (kernel_cache), so a reader that is answered from there sees no lie.
"""

import errno
import stat
import sys
import time

from fusepy import FUSE, FuseOSError, Operations


class LyingMedium(Operations):
    def __init__(self, lie, part):
        self.lie = lie
        self.part = part
        self.files = {}

    def getattr(self, path, fh=None):
        now = time.time()
        base = {"st_uid": 0, "st_gid": 0, "st_atime": now, "st_mtime": 0, "st_ctime": 0}
        if path == "/":
            return dict(base, st_mode=stat.S_IFDIR | 0o777, st_nlink=2)
        if path not in self.files:
            raise FuseOSError(errno.ENOENT)
        return dict(base, st_mode=stat.S_IFREG | 0o644, st_nlink=1, st_size=len(self.files[path]))

    def statfs(self, path):
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 65536, "f_bfree": 65536, "f_bavail": 65536}

    def readdir(self, path, fh):
        return [".", ".."] + [name[1:] for name in self.files]

    def create(self, path, mode, fi=None):
        self.files[path] = bytearray()
        return 0

    def write(self, path, data, offset, fh):
        held = self.files[path]
        held.extend(b"\0" * (offset + len(data) - len(held)))
        held[offset : offset + len(data)] = data
        return len(data)

    def truncate(self, path, length, fh=None):
        del self.files[path][length:]

    def read(self, path, size, offset, fh):
        piece = bytearray(self.files[path][offset : offset + size])
        if self.part not in path:
            return bytes(piece)
        if self.lie == "lose":
            return bytes(len(piece))
        if piece and offset == 0:
            piece[len(piece) // 2] ^= 1
        return bytes(piece)

    def fsync(self, path, datasync, fh):
        return 0

    def fsyncdir(self, path, datasync, fh):
        return 0

    def rename(self, old, new):
        self.files[new] = self.files.pop(old)

    def unlink(self, path):
        del self.files[path]


if __name__ == "__main__":
    folder, lie, part = sys.argv[1:]
    FUSE(LyingMedium(lie, part), folder, foreground=True, nothreads=True, kernel_cache=True)
