/** Opening and making files. open_by_handle_at, which needs no path and so leaves any root, has a section of its own. */
export const FILES: readonly string[] = [
  ...["open", "openat", "openat2", "creat", "close", "close_range"],
  ...["mkdir", "mkdirat", "mknod", "mknodat", "rmdir"],
  ...["link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat"],
  ...["rename", "renameat", "renameat2", "readlink", "readlinkat"],
  ...["truncate", "truncate64", "ftruncate", "ftruncate64", "fallocate"],
  ...["chdir", "fchdir", "getcwd", "getdents", "getdents64"],
  ...["name_to_handle_at"],
];

/** What is known of files, and changing it. */
export const ATTRIBUTES: readonly string[] = [
  ...["stat", "stat64", "lstat", "lstat64", "fstat", "fstat64"],
  ...["fstatat64", "newfstatat", "statx"],
  ...["statfs", "statfs64", "fstatfs", "fstatfs64"],
  ...["access", "faccessat", "faccessat2"],
  ...["chmod", "fchmod", "fchmodat", "fchmodat2"],
  ...["chown", "chown32", "lchown", "lchown32"],
  ...["fchown", "fchown32", "fchownat"],
  ...["utime", "utimes", "futimesat", "utimensat", "utimensat_time64"],
  ...["getxattr", "lgetxattr", "fgetxattr", "getxattrat"],
  ...["setxattr", "lsetxattr", "fsetxattr", "setxattrat"],
  ...["listxattr", "llistxattr", "flistxattr", "listxattrat"],
  ...["removexattr", "lremovexattr", "fremovexattr", "removexattrat"],
  // of mounts, what /proc/self/mountinfo tells as well
  ...["statmount", "listmount"],
];

/** Reading and writing. */
export const TRANSFER: readonly string[] = [
  ...["read", "readv", "pread64", "preadv", "preadv2"],
  ...["write", "writev", "pwrite64", "pwritev", "pwritev2"],
  ...["lseek", "_llseek", "readahead", "cachestat"],
  ...["fadvise64", "fadvise64_64"],
  ...["sync", "syncfs", "fsync", "fdatasync", "sync_file_range"],
  ...["sendfile", "sendfile64", "copy_file_range"],
  ...["splice", "tee", "vmsplice"],
  // the old asynchronous interface; io_uring, which passes by the filter of whoever submits, is left out
  ...["io_setup", "io_destroy", "io_submit", "io_cancel", "io_getevents"],
  ...["io_pgetevents", "io_pgetevents_time64"],
];

/** Descriptors, and waiting for them. */
export const DESCRIPTORS: readonly string[] = [
  ...["dup", "dup2", "dup3", "fcntl", "fcntl64", "ioctl", "flock"],
  ...["pipe", "pipe2", "eventfd", "eventfd2"],
  ...["poll", "ppoll", "ppoll_time64"],
  ...["select", "_newselect", "pselect6", "pselect6_time64"],
  ...["epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old"],
  ...["epoll_wait", "epoll_wait_old", "epoll_pwait", "epoll_pwait2"],
  ...["inotify_init", "inotify_init1"],
  ...["inotify_add_watch", "inotify_rm_watch", "fanotify_mark"],
];
