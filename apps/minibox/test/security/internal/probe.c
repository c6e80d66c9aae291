// What the tests have done in a container, or around minibox, that no shell can do. One static program, many words:
//
//   fds                        the descriptors it was given, one a line: number, where it leads, what it is
//   write-exe SECONDS          tries to write to whatever the processes it sees execute
//   terminal                   pushes input into the terminal that is its stdin
//   userns                     makes user namespaces, in each way there is
//   exchange SECONDS A B       exchanges two names at full speed, and puts them back
//   device MAJOR MINOR         makes a character device and opens it
//   leak COUNT -- CMD          CMD with so many descriptors that nobody has marked close-on-exec
//   errno NR ARG VALUE ERRNO -- CMD
//                              CMD where syscall NR fails with ERRNO, if its argument ARG has VALUE (ARG 6: whatever it has)
//   fork-until PID             makes processes until one has this pid, which waits for its end
#define _GNU_SOURCE
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static const char *outcome(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }

static int fds(void) {
  for (int fd = 0; fd < 4096; fd++) {
    struct stat stat;
    char link[64], target[4096];
    if (fstat(fd, &stat) < 0) continue;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    printf("%d %s %s\n", fd, target, S_ISDIR(stat.st_mode) ? "directory" : "file");
  }
  return 0;
}

static int write_exe(double seconds) {
  long seen = 0, held = 0, written = 0;
  int kept[64], count = 0;
  puts("ready");
  fflush(stdout);
  for (double end = now() + seconds; now() < end;) {
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
      char path[300], target[256];
      int pid = atoi(entry->d_name);
      if (pid == 0 || pid == getpid()) continue;
      snprintf(path, sizeof path, "/proc/%d/exe", pid);
      ssize_t length = readlink(path, target, sizeof target - 1);
      if (length > 0 && strncmp(target, "/bin/", 5) == 0) continue;  // the container's own
      seen++;
      int fd = open(path, O_WRONLY);
      if (fd >= 0) {
        if (write(fd, "X", 1) == 1) written++;
        close(fd);
      }
      // kept until it is not executed any more, when ETXTBSY does not protect it
      fd = open(path, O_PATH);
      if (fd < 0) continue;
      held++;
      if (count == 64) close(kept[--count]);
      kept[count++] = fd;
    }
    closedir(proc);
    for (int i = 0; i < count; i++) {
      char path[64];
      snprintf(path, sizeof path, "/proc/self/fd/%d", kept[i]);
      int fd = open(path, O_WRONLY);
      if (fd < 0) continue;
      if (write(fd, "X", 1) == 1) written++;
      close(fd);
    }
  }
  printf("seen %ld held %ld written %ld\n", seen, held, written);
  return 0;
}

static int terminal(void) {
  const char *byte = "x", text[] = {3, 0};
  const unsigned long high = 1ul << 32;
  printf("session %s\n", outcome(open("/dev/tty", O_RDWR)));
  printf("TIOCSTI %s\n", outcome(ioctl(0, TIOCSTI, byte)));
  printf("TIOCSTI high %s\n", outcome(syscall(SYS_ioctl, 0ul, TIOCSTI | high, byte)));
  printf("TIOCLINUX %s\n", outcome(ioctl(0, TIOCLINUX, text)));
  printf("TIOCLINUX high %s\n", outcome(syscall(SYS_ioctl, 0ul, TIOCLINUX | high, text)));
  printf("TIOCSCTTY %s\n", outcome(ioctl(0, TIOCSCTTY, 1)));
  return 0;
}

static void in_child(const char *what, long (*make)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    long result = make();
    if (result == 0 || result < 0) printf("%s %s\n", what, outcome(result));
    fflush(stdout);
    _exit(0);
  }
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}

static long by_unshare(void) { return unshare(CLONE_NEWUSER); }
static long by_clone(void) { return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }
static long by_clone3(void) {
  struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  return syscall(SYS_clone3, &args, sizeof args);
}

static int userns(void) {
  in_child("unshare", by_unshare);
  in_child("clone", by_clone);
  in_child("clone3", by_clone3);
  return 0;
}

static int exchange(double seconds, const char *a, const char *b) {
  long exchanges = 0;
  int odd = 0;
  pid_t parent = getppid();
  puts("ready");
  fflush(stdout);
  for (double end = now() + seconds; (now() < end && getppid() == parent) || odd;)
    for (int i = 0; i < 100 || odd; i++) {
      if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0) odd = !odd, exchanges++;
      else if (errno != EBUSY) return perror("rename"), 1;
    }
  printf("%ld\n", exchanges);
  return 0;
}

static int device(unsigned major, unsigned minor) {
  unlink("/tmp/device");
  printf("mknod %s\n", outcome(mknod("/tmp/device", S_IFCHR | 0666, makedev(major, minor))));
  printf("open %s\n", outcome(open("/tmp/device", O_RDWR | O_NONBLOCK)));
  return 0;
}

static int execute(char **command) {
  execvp(command[0], command);
  perror(command[0]);
  return 127;
}

static int leak(int count, char **command) {
  const char *paths[] = {"/sys/fs/cgroup", "/", "/etc/passwd", "/proc"};
  srand((unsigned)getpid());
  for (int i = 0; i < count; i++) {
    int fd = open(paths[i % 4], O_RDONLY);
    // anywhere, with gaps
    if (fd < 0 || dup2(fd, 3 + rand() % 900) < 0) return perror("leak"), 1;
  }
  return execute(command);
}

static int fail(int nr, unsigned arg, uint64_t value, int error, char **command) {
  const uint32_t low = offsetof(struct seccomp_data, args) + arg * 8;
  struct sock_filter any[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
  };
  struct sock_filter with[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = arg < 6 ? (struct sock_fprog){sizeof with / sizeof *with, with}
                                      : (struct sock_fprog){sizeof any / sizeof *any, any};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) return perror("seccomp"), 1;
  return execute(command);
}

static int fork_until(pid_t wanted) {
  for (long i = 0; i < 200000; i++) {
    pid_t child = fork();
    if (child == 0) {
      if (getpid() != wanted) _exit(0);
      puts("there");
      fflush(stdout);
      pause();
      _exit(0);
    }
    if (child < 0) return perror("fork"), 1;
    int status;
    waitpid(child, &status, 0);
    if (child != wanted) continue;
    printf("ended by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return 0;
  }
  return puts("never"), 1;
}

int main(int argc, char **argv) {
  char **at = argv + 2;
  if (argc < 2) return 2;
  if (!strcmp(argv[1], "fds")) return fds();
  if (!strcmp(argv[1], "terminal")) return terminal();
  if (!strcmp(argv[1], "userns")) return userns();
  if (!strcmp(argv[1], "write-exe") && argc == 3) return write_exe(atof(at[0]));
  if (!strcmp(argv[1], "exchange") && argc == 5) return exchange(atof(at[0]), at[1], at[2]);
  if (!strcmp(argv[1], "device") && argc == 4) return device((unsigned)atoi(at[0]), (unsigned)atoi(at[1]));
  if (!strcmp(argv[1], "leak") && argc > 4) return leak(atoi(at[0]), at + 2);
  if (!strcmp(argv[1], "fork-until") && argc == 3) return fork_until(atoi(at[0]));
  if (!strcmp(argv[1], "errno") && argc > 7)
    return fail(atoi(at[0]), (unsigned)atoi(at[1]), strtoull(at[2], NULL, 0), atoi(at[3]), at + 5);
  return 2;
}
