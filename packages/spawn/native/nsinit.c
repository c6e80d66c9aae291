// nsinit: the stage between clone and exec.
//
// V8 cannot run there, so this does: a static program without libc that reads a list of operations
// and performs them. It knows no policy. The list, made by src/program.ts, lies in a file whose
// descriptor is argv[1]:
//
//     header | ops | relocations | data
//
// An operation is a syscall, or one of the few things that syscalls need around them: registers,
// jumps, memory moves, a number in decimal, a report to the parent. An address in the data or in an
// argument is an offset until it is relocated to where the file is mapped.
//
// Descriptors from argv[1] on are closed: those below it were meant for us, the others leaked.
//
// A failed operation is reported on the status descriptor (its step, its errno), and the process
// exits. It exits too when nobody reads reports any more. The status descriptor closes on a
// successful execve: end of file means "running".

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long i64;

enum { MAGIC = 0x3170736e };  // "nsp1"
enum { REGISTERS = 256, NO_REGISTER = 255, MAX_ERRNO = 4095, EXIT_BROKEN = 126, EXIT_FAILED = 127 };

enum code { CALL = 1, SET, LOAD, STORE, DECIMAL, JUMP, FAIL, REPORT };
enum kind { IMMEDIATE, ADDRESS, REGISTER };
enum condition { ALWAYS, EQUAL, NOT_EQUAL };

struct header {
  u32 magic;
  u32 status_fd;
  u32 op_count;
  u32 relocation_count;
  u64 data_size;
};

struct op {
  u8 code;
  u8 into;       // the register that takes the result
  u8 width;      // LOAD, STORE: 4 or 8 bytes; CALL: a register that holds a descriptor to be closed after it
  u8 condition;  // JUMP; CALL: another one
  u32 step;      // what a failure is reported as
  u32 nr;        // CALL: the syscall's number
  u32 target;    // JUMP, and CALL after an expected error: the next operation
  u8 kind[8];
  u64 arg[6];
  u64 expected[3];  // CALL: a bit for each errno that is no failure; bit 0 stands for those from 192 on
};

struct relocation {
  u32 at;
  u32 to;
};

enum message_kind { MESSAGE_FAILED = 1 };

struct message {
  u32 kind;
  u32 step;
  i64 value;
};

#if defined(__x86_64__)
enum { SYS_WRITE = 1, SYS_CLOSE = 3, SYS_LSEEK = 8, SYS_MMAP = 9, SYS_EXIT_GROUP = 231, SYS_CLOSE_RANGE = 436 };

static i64 syscall6(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  i64 result;
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  register u64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start\n");
#elif defined(__aarch64__)
enum { SYS_WRITE = 64, SYS_CLOSE = 57, SYS_LSEEK = 62, SYS_MMAP = 222, SYS_EXIT_GROUP = 94, SYS_CLOSE_RANGE = 436 };

static i64 syscall6(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  register u64 x8 __asm__("x8") = nr;
  register u64 x0 __asm__("x0") = a;
  register u64 x1 __asm__("x1") = b;
  register u64 x2 __asm__("x2") = c;
  register u64 x3 __asm__("x3") = d;
  register u64 x4 __asm__("x4") = e;
  register u64 x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return (i64)x0;
}

__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x0, sp\n  bl start\n");
#else
#error "nsinit is written for x86-64 and arm64"
#endif

static i64 registers[REGISTERS];

__attribute__((noreturn)) static void quit(int status) {
  for (;;) syscall6(SYS_EXIT_GROUP, (u64)status, 0, 0, 0, 0, 0);
}

static i64 send(u32 status_fd, u32 kind, u32 step, i64 value) {
  // At most PIPE_BUF bytes: written whole or not at all.
  struct message message = {kind, step, value};
  return syscall6(SYS_WRITE, status_fd, (u64)&message, sizeof message, 0, 0, 0);
}

__attribute__((noreturn)) static void fail(u32 status_fd, u32 step, i64 error) {
  send(status_fd, MESSAGE_FAILED, step, error);
  quit(EXIT_FAILED);
}

static int is_expected(const struct op *op, i64 error) {
  u64 bit = error < 192 ? (u64)error : 0;
  return (op->expected[bit / 64] >> (bit % 64)) & 1;
}

static void write_decimal(char *at, u64 value) {
  char digits[20];
  int n = 0;
  do digits[n++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  while (n > 0) *at++ = digits[--n];
  *at = 0;
}

// An offset into the data is checked, so that a wrong program is an exit and not a fault.
static void *address(char *data, u64 size, u64 at, u64 width) {
  if (at > size || width > size - at) quit(EXIT_BROKEN);
  return data + at;
}

static u64 argument(const struct op *op, int i, char *data) {
  if (op->kind[i] == REGISTER) return (u64)registers[op->arg[i] % REGISTERS];
  return op->kind[i] == ADDRESS ? (u64)data + op->arg[i] : op->arg[i];
}

static void close_register(u8 number) {
  if (number != NO_REGISTER) syscall6(SYS_CLOSE, (u64)registers[number], 0, 0, 0, 0, 0);
}

__attribute__((noreturn)) static void run(const struct header *header, const struct op *ops, char *data) {
  for (u32 pc = 0;;) {
    if (pc >= header->op_count) quit(EXIT_BROKEN);
    const struct op *op = &ops[pc++];
    u64 a = argument(op, 0, data);
    u64 b = argument(op, 1, data);
    i64 result = 0;
    switch (op->code) {
      case CALL:
        result = syscall6(op->nr, a, b, argument(op, 2, data), argument(op, 3, data), argument(op, 4, data),
                          argument(op, 5, data));
        if (result < 0 && result >= -MAX_ERRNO) {
          if (!is_expected(op, -result)) fail(header->status_fd, op->step, -result);
          if (op->target != 0) pc = op->target;
        }
        close_register(op->width);
        close_register(op->condition);
        break;
      case SET:
        result = (i64)a;
        break;
      case LOAD: {
        void *from = address(data, header->data_size, op->arg[0], op->width);
        result = op->width == 8 ? *(i64 *)from : *(int *)from;
        break;
      }
      case STORE: {
        void *to = address(data, header->data_size, op->arg[0], op->width);
        if (op->width == 8) *(u64 *)to = b;
        else *(u32 *)to = (u32)b;
        break;
      }
      case DECIMAL:
        write_decimal(address(data, header->data_size, op->arg[0], 21), b);
        break;
      case JUMP:
        if (op->condition == ALWAYS || (a == b) == (op->condition == EQUAL)) pc = op->target;
        break;
      case FAIL:
        fail(header->status_fd, op->step, (i64)a);
      case REPORT:
        // SIGPIPE would not do: it is ignored in the first process of a PID namespace.
        if (send(header->status_fd, (u32)op->arg[0], op->step, (i64)b) < 0) quit(EXIT_FAILED);
        break;
      default:
        quit(EXIT_BROKEN);
    }
    if (op->into != NO_REGISTER) registers[op->into] = result;
  }
}

__attribute__((noreturn, used)) void start(const u64 *stack) {
  const char *digits = stack[0] == 2 ? (const char *)stack[2] : "";
  if (*digits == 0) quit(EXIT_BROKEN);
  u64 fd = 0;
  while (*digits >= '0' && *digits <= '9') fd = fd * 10 + (u64)(*digits++ - '0');

  i64 size = syscall6(SYS_LSEEK, fd, 0, 2 /* SEEK_END */, 0, 0, 0);
  if (size < (i64)sizeof(struct header)) quit(EXIT_BROKEN);
  // A private mapping: relocations and results stay ours.
  i64 mapped = syscall6(SYS_MMAP, 0, (u64)size, 3 /* PROT_READ|PROT_WRITE */, 2 /* MAP_PRIVATE */, fd, 0);
  if (mapped < 0 && mapped >= -MAX_ERRNO) quit(EXIT_BROKEN);
  // Linux 5.9; before, the program's steps have to close what leaked.
  if (syscall6(SYS_CLOSE_RANGE, fd, ~0u, 0, 0, 0, 0) < 0) syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0);

  const struct header *header = (const struct header *)mapped;
  u64 ops_size = (u64)header->op_count * sizeof(struct op);
  u64 relocations_size = (u64)header->relocation_count * sizeof(struct relocation);
  if (header->magic != MAGIC || header->data_size > (u64)size ||
      sizeof *header + ops_size + relocations_size + header->data_size != (u64)size)
    quit(EXIT_BROKEN);

  const struct op *ops = (const struct op *)(header + 1);
  const struct relocation *relocations = (const struct relocation *)((const char *)ops + ops_size);
  char *data = (char *)relocations + relocations_size;
  for (u32 i = 0; i < header->relocation_count; i++)
    *(u64 *)address(data, header->data_size, relocations[i].at, 8) = (u64)data + relocations[i].to;
  run(header, ops, data);
}
