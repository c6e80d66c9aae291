/* eslint-disable max-lines -- a list of what there is, not code to be understood at a glance */
export {
  register,
  inherited,
  decimal,
  captureInts,
  isRegister,
  isInherited,
  isCaptures,
  type Register,
  type Inherited,
  type Decimal,
  type Text,
  type Fd,
  type Capture,
  type Captures,
} from "./argument.ts";
export { step, type Syscall, type Step } from "./syscall.ts";
export { invoke, invokeAll, invokeAsync, type Registers } from "./invoke.ts";
export { formatSyscall, formatStep } from "./format.ts";
export {
  SyscallError,
  syscallError,
  type StepPosition,
  type SyscallErrorDetails,
} from "./error.ts";
export {
  errnoName,
  errnoNumber,
  errnoMessage,
  type ErrnoName,
} from "./errno.ts";

export {
  unshare,
  setns,
  clone3,
  cloneArgsLayout,
  type CloneArgs,
} from "./calls/namespace.ts";
export { mount, umount2, pivotRoot } from "./calls/mount.ts";
export {
  openTree,
  moveMount,
  fsopen,
  fsmount,
  fspick,
} from "./calls/mount-fd.ts";
export {
  fsconfigFlag,
  fsconfigString,
  fsconfigBinary,
  fsconfigPath,
  fsconfigPathEmpty,
  fsconfigFd,
  fsconfigCreate,
  fsconfigCreateExcl,
  fsconfigReconfigure,
} from "./calls/fsconfig.ts";
export {
  mountSetattr,
  openTreeAttr,
  mountAttrLayout,
  type MountAttr,
} from "./calls/mount-attr.ts";
export {
  statmount,
  listmount,
  parseStatmount,
  statmountLayout,
  mountIdRequestLayout,
  type Statmount,
  type ListmountOptions,
} from "./calls/mount-query.ts";
export {
  openat,
  openat2,
  pipe2,
  memfdCreate,
  openHowLayout,
  type OpenHow,
} from "./calls/open.ts";
export {
  read,
  write,
  lseek,
  close,
  closeRange,
  LAST_FD,
  dup3,
  ftruncate,
  flock,
  eventfd2,
  getrandom,
} from "./calls/descriptor.ts";
export { fcntl } from "./calls/fcntl.ts";
export {
  sendfile,
  copyFileRange,
  fsync,
  fdatasync,
  syncfs,
  sync,
} from "./calls/copy.ts";
export {
  mkdirat,
  mknodat,
  makedev,
  symlinkat,
  linkat,
  unlinkat,
  renameat2,
  readlinkat,
} from "./calls/path.ts";
export {
  fchownat,
  fchown,
  fchmodat,
  fchmodat2,
  fchmod,
  faccessat2,
} from "./calls/permission.ts";
export { chdir, fchdir, getcwd, chroot } from "./calls/working-directory.ts";
export {
  statx,
  statfs,
  fstatfs,
  parseStatx,
  parseStatfs,
  STATX_SIZE,
  STATFS_SIZE,
  statxLayout,
  statfsLayout,
  type Statx,
  type Statfs,
} from "./calls/stat.ts";
export {
  nameToHandleAt,
  openByHandleAt,
  fileHandleBuffer,
  fileHandleBytes,
} from "./calls/handle.ts";
export {
  setxattr,
  lsetxattr,
  fsetxattr,
  getxattr,
  lgetxattr,
  fgetxattr,
  listxattr,
  llistxattr,
  flistxattr,
  removexattr,
  lremovexattr,
  fremovexattr,
} from "./calls/xattr.ts";
export {
  getpid,
  getppid,
  gettid,
  setsid,
  getsid,
  setpgid,
  getpgid,
  execve,
  execveat,
  exitGroup,
  kill,
  umask,
  kcmp,
} from "./calls/process.ts";
export { personality } from "./calls/personality.ts";
export { pidfdOpen, pidfdSendSignal, pidfdGetfd } from "./calls/pidfd.ts";
export {
  waitid,
  wait4,
  SIGINFO_SIZE,
  RUSAGE_SIZE,
  parseSiginfo,
  parseRusage,
  signalName,
  siginfoLayout,
  rusageLayout,
  type Siginfo,
  type Rusage,
} from "./calls/wait.ts";
export {
  ppoll,
  formatPollEvents,
  pollfdLayout,
  timespecLayout,
  type PollFd,
  type Timespec,
} from "./calls/poll.ts";
export {
  getuid,
  geteuid,
  getgid,
  getegid,
  setuid,
  setgid,
  setresuid,
  setresgid,
  getresuid,
  getresgid,
  setgroups,
  getgroups,
  setfsuid,
  setfsgid,
} from "./calls/identity.ts";
export {
  capget,
  capset,
  capabilityMask,
  parseCapabilitySets,
  CAPABILITY_DATA_SIZE,
  capHeaderLayout,
  capDataLayout,
  type CapabilitySets,
} from "./calls/capability.ts";
export { prctl } from "./calls/prctl.ts";
export {
  prlimit,
  parseRlimit,
  RLIMIT_SIZE,
  rlimitLayout,
  type Rlimit,
} from "./calls/resource.ts";
export {
  keyctl,
  joinSessionKeyring,
  getKeyringId,
  setKeyPermissions,
  addKey,
} from "./calls/key.ts";
export { seccomp, sockFprogLayout } from "./calls/seccomp.ts";
export {
  landlockAbiVersion,
  landlockCreateRuleset,
  landlockAddPathRule,
  landlockAddPortRule,
  landlockRestrictSelf,
  landlockRulesetLayout,
  landlockPathBeneathLayout,
  landlockNetPortLayout,
  type LandlockRuleset,
} from "./calls/landlock.ts";
export {
  schedSetattr,
  schedSetaffinity,
  schedGetaffinity,
  setpriority,
  getpriority,
  ioprio,
  ioprioSet,
  ioprioGet,
  setMempolicy,
  schedAttrLayout,
  type SchedAttr,
} from "./calls/sched.ts";
export { bpf } from "./calls/bpf.ts";
export {
  bpfProgLoad,
  bpfProgAttach,
  bpfProgDetach,
  bpfProgQuery,
  bpfProgGetFdById,
  type BpfProgramLoad,
  type BpfAttachment,
} from "./calls/bpf-program.ts";
export {
  sethostname,
  setdomainname,
  uname,
  parseUtsname,
  UTSNAME_SIZE,
  type Utsname,
} from "./calls/host.ts";
export {
  ioctl,
  setWindowSize,
  getWindowSize,
  parseWindowSize,
  WINSIZE_SIZE,
  setInterfaceFlags,
  winsizeLayout,
  type TerminalSize,
} from "./calls/ioctl.ts";
export {
  socket,
  socketpair,
  bind,
  connect,
  listen,
  accept4,
  getsockname,
  shutdown,
  setsockopt,
  getsockopt,
  unixAddress,
} from "./calls/socket.ts";
export {
  sendmsg,
  sendFds,
  recvmsg,
  messageBuffer,
  parseMessage,
  msghdrLayout,
  iovecLayout,
  cmsghdrLayout,
  type Message,
  type MessageBuffer,
  type ReceivedMessage,
} from "./calls/message.ts";
export { receiveFds } from "./receive-fds.ts";

export { CloneFlags, Clone3Flags } from "./constants/clone.ts";
export {
  MountFlags,
  UmountFlags,
  OpenTreeFlags,
  MoveMountFlags,
  FsopenFlags,
  FsmountFlags,
  FspickFlags,
  FsconfigCommand,
  MountAttrFlags,
  StatmountMask,
  LSMT_ROOT,
} from "./constants/mount.ts";
export {
  OpenFlags,
  openFlagsOf,
  ResolveFlags,
  AtFlags,
  AccessMode,
  FileMode,
  RenameFlags,
  CloseRangeFlags,
  MfdFlags,
  SeekWhence,
  StatxMask,
} from "./constants/file.ts";
export { FcntlCommands, FdFlags, SealFlags } from "./constants/fcntl.ts";
export {
  PrctlOptions,
  CapAmbientOperations,
  SecureBits,
} from "./constants/prctl.ts";
export { Capabilities, CAPABILITY_VERSION_3 } from "./constants/capability.ts";
export { RlimitResources, RLIM_INFINITY } from "./constants/resource.ts";
export { Signals } from "./constants/signal.ts";
export {
  WaitOptions,
  WaitIdTypes,
  ChildCodes,
  PidfdFlags,
} from "./constants/wait.ts";
export {
  SeccompOperations,
  SeccompFlags,
  SeccompActions,
} from "./constants/seccomp.ts";
export { IoctlRequests, InterfaceFlags } from "./constants/ioctl.ts";
export {
  SocketFamily,
  SocketType,
  SocketLevel,
  SocketOptions,
  ScmTypes,
  MsgFlags,
} from "./constants/socket.ts";
export {
  LandlockFsAccess,
  LandlockNetAccess,
  LandlockScopes,
  LandlockCreateFlags,
  LandlockRuleTypes,
  LandlockRestrictFlags,
} from "./constants/landlock.ts";
export { KeyctlOperations, KeySpecs } from "./constants/keyctl.ts";
export {
  SchedPolicy,
  SchedFlags,
  PriorityTargets,
  IoprioClasses,
  IoprioTargets,
  MemoryPolicy,
} from "./constants/sched.ts";
export {
  FilesystemMagic,
  StatfsFlags,
  XattrFlags,
  FlockOperations,
} from "./constants/filesystem.ts";
export {
  BpfCommands,
  BpfAttachFlags,
  BPF_PROG_TYPE_CGROUP_DEVICE,
  BPF_CGROUP_DEVICE,
} from "./constants/bpf.ts";
export { KcmpTypes } from "./constants/kcmp.ts";
export { PollEvents } from "./constants/poll.ts";
export { Personality, PERSONALITY_QUERY } from "./constants/personality.ts";

export { define, type DefineOptions, type Definition } from "./syscall.ts";
export {
  int,
  octal,
  hex,
  address,
  fd,
  word,
  flags,
  oneOf,
  formatFlags,
  type Param,
  type ConstantTable,
} from "./param.ts";
export {
  cstring,
  path,
  dest,
  strings,
  environment,
  ints,
  input,
  output,
  struct,
  anyArg,
  quote,
  type AnyArg,
} from "./pointer.ts";
export {
  layout,
  encodeStruct,
  writeStruct,
  decodeStruct,
  formatStruct,
  type Layout,
  type LayoutOptions,
  type Field,
  type Scalar,
} from "./struct.ts";
export { encodeArgs } from "./encode.ts";
export {
  Arena,
  type EncodedArg,
  type Pointer,
  type Store,
  type DecimalStore,
  type CopyBack,
} from "./arena.ts";
export { currentArch, type Arch, type Numbers } from "./arch.ts";
export { rawSyscall, rawSyscallAsync } from "./raw.ts";
/* eslint-enable max-lines -- the list has ended */
