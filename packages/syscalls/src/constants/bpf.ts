/** Commands of bpf(2) (`BPF_`): enum bpf_cmd of include/uapi/linux/bpf.h. */
export const BpfCommands = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  MAP_GET_NEXT_KEY: 4,
  PROG_LOAD: 5,
  OBJ_PIN: 6,
  OBJ_GET: 7,
  PROG_ATTACH: 8,
  PROG_DETACH: 9,
  PROG_TEST_RUN: 10,
  PROG_GET_NEXT_ID: 11,
  MAP_GET_NEXT_ID: 12,
  PROG_GET_FD_BY_ID: 13,
  MAP_GET_FD_BY_ID: 14,
  OBJ_GET_INFO_BY_FD: 15,
  PROG_QUERY: 16,
  LINK_CREATE: 28,
  LINK_UPDATE: 29,
} as const;

/** The type of a program that filters devices for a cgroup (`BPF_PROG_TYPE_CGROUP_DEVICE`): include/uapi/linux/bpf.h. */
export const BPF_PROG_TYPE_CGROUP_DEVICE = 15;

/** Where such a program is attached (`BPF_CGROUP_DEVICE`): include/uapi/linux/bpf.h. */
export const BPF_CGROUP_DEVICE = 6;

/** How a program is attached to a cgroup (`BPF_F_`): include/uapi/linux/bpf.h. */
export const BpfAttachFlags = {
  ALLOW_OVERRIDE: 0x1,
  ALLOW_MULTI: 0x2,
  REPLACE: 0x4,
} as const;
