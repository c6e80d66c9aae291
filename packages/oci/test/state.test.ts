import { describe, expect, test } from "vitest";
import {
  type ContainerProcessState,
  formatContainerProcessState,
  formatState,
  parseContainerProcessState,
  parseState,
  SECCOMP_FD_NAME,
  type State,
} from "../src/index.ts";
import { errorOf, pathsOf } from "./internal/error-of.ts";

const state: State = {
  ociVersion: "1.3.0",
  id: "oci-container1",
  status: "running",
  pid: 4422,
  bundle: "/containers/redis",
  annotations: { myKey: "myValue" },
};

function withoutPid(status: string): State {
  const { ociVersion, id, bundle } = state;
  return { ociVersion, id, status, bundle };
}

describe("the state of a container", () => {
  test("what is written is read back", () => {
    expect(parseState(formatState(state))).toEqual(state);
  });

  test("a runtime's own status and members are kept", () => {
    const text = `{"ociVersion":"1.0.2-dev","id":"a","pid":5,"status":"paused","bundle":"/b","rootfs":"/b/rootfs","created":"2026-01-01T00:00:00Z","owner":""}`;
    expect(parseState(text)).toMatchObject({ status: "paused", owner: "" });
  });

  test("one that has stopped has no pid, or 0", () => {
    const stopped = withoutPid("stopped");
    expect(parseState(formatState(stopped))).toEqual(stopped);
    expect(parseState(formatState({ ...stopped, pid: 0 })).pid).toBe(0);
  });

  test.each([
    ["ociVersion", { ociVersion: "3.0.0" }],
    ["id", { id: "" }],
    ["status", { status: "" }],
    ["bundle", { bundle: "" }],
    ["pid", { pid: -1 }],
    ["pid", { pid: 2 ** 23 }],
    ["annotations.a", { annotations: { a: 1 } }],
  ])("a wrong %s is found: %j", (path, change) => {
    const text = JSON.stringify({ ...state, ...change });
    expect(pathsOf(() => parseState(text))).toEqual([path]);
    expect(errorOf(() => parseState(text))?.code).toBe("ERR_INVALID_STATE");
  });

  test.each(["created", "running"])("one that is %s has a pid", (status) => {
    expect(errorOf(() => formatState(withoutPid(status)))?.message).toBe(
      "invalid state: expected the pid of a container that is created or running, found an object",
    );
  });
});

describe("the state that a seccomp agent gets", () => {
  const processState: ContainerProcessState = {
    ociVersion: "1.3.0",
    fds: [SECCOMP_FD_NAME],
    pid: 4422,
    metadata: "MKNOD=/dev/null",
    state: { ...state, status: "creating" },
  };

  test("what is written is read back", () => {
    expect(
      parseContainerProcessState(formatContainerProcessState(processState)),
    ).toEqual(processState);
  });

  test("the state in it is checked as well", () => {
    const text = JSON.stringify({
      ...processState,
      pid: 0,
      state: { ...state, id: 1 },
    });
    expect(pathsOf(() => parseContainerProcessState(text))).toEqual([
      "pid",
      "state.id",
    ]);
  });
});
