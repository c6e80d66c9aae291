import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program, requires, root, unprivilegedUser } from "@ns/testkit";
import { beforeEach, describe, expect, test } from "vitest";
import {
  compileFilter,
  defaultCapabilities,
  defaultProfile,
} from "../src/index.ts";
import {
  filtered,
  fixture,
  libseccomp,
  type Who,
} from "./internal/filtered.ts";

const PYTHON = `
import http.server, json, multiprocessing, socket, subprocess, tempfile, threading, urllib.request
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"hello")
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=server.serve_forever, daemon=True).start()
body = urllib.request.urlopen("http://127.0.0.1:%d/" % server.server_port).read().decode()
with tempfile.TemporaryFile() as f:
    f.write(b"x" * 70000); f.seek(0); size = len(f.read())
queue = multiprocessing.get_context("fork").Queue()
child = multiprocessing.get_context("fork").Process(target=queue.put, args=(42,))
child.start(); got = queue.get(); child.join()
a, b = socket.socketpair(); a.sendall(b"pair")
print(body, size, got, b.recv(4).decode(), subprocess.check_output("echo sub", shell=True, text=True).strip())
`;

interface Case {
  readonly name: string;
  readonly needs: readonly string[];
  /** Run by sh in a directory of its own. */
  readonly script: string;
  readonly prints: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: "python",
    needs: ["/usr/bin/python3"],
    script: `/usr/bin/python3 -c '${PYTHON}'`,
    prints: /^hello 70000 42 pair sub$/m,
  },
  {
    name: "apt-get",
    needs: ["apt-get"],
    script:
      "apt-get --version && apt-cache policy apt && apt-get -s install apt",
    prints: /^apt \d[^]*Installed: \d[^]*\d+ not upgraded/,
  },
  {
    name: "dpkg",
    needs: ["dpkg"],
    script: "dpkg -l base-files && dpkg --print-architecture",
    prints: /base-files[^]*\n(amd64|arm64)$/m,
  },
  {
    name: "bash",
    needs: ["bash"],
    script: `bash -c 'seq 1000 | sort -n | tail -1; cat <(echo sub); read -r x <<< here; echo $x; coproc cat; echo co >&\${COPROC[1]}; read -r y <&\${COPROC[0]}; echo $y; kill $COPROC_PID; (sleep 5 & kill $!; wait $!; echo $?)'`,
    prints: /^1000\nsub\nhere\nco\n143$/m,
  },
  {
    name: "dash",
    needs: ["dash"],
    script: `dash -c 'mkfifo f; echo through >f & cat f; wait; echo a b | { read -r x y; echo $y; }; umask; ulimit -n >/dev/null && echo limits'`,
    prints: /^through\nb\n00\d\d\nlimits$/m,
  },
  {
    name: "git",
    needs: ["git"],
    script:
      "export HOME=$PWD GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com; git init -q r && cd r && echo one >f && git add f && git commit -qm first && git clone -q . ../c && git -C ../c log --format=%s && git gc -q && git fsck",
    prints: /^first$/m,
  },
  {
    name: "tar",
    needs: ["tar"],
    script:
      "mkdir -p d/e && echo text >d/e/f && ln d/e/f d/hard && ln -s e/f d/soft && chmod 640 d/e/f && tar -czf a.tgz d && mkdir out && tar -xzf a.tgz -C out && cat out/d/soft && stat -c %a:%h out/d/hard",
    prints: /^text\n640:2$/m,
  },
];

describe.each<Who>(["container root", "user"])(
  "under the default filter, as %s",
  (who) => {
    const filter = () =>
      compileFilter(defaultProfile, {
        capabilities: who === "user" ? [] : defaultCapabilities,
      });

    beforeEach((context) => {
      requires(context, libseccomp);
      if (who === "user") requires(context, root, unprivilegedUser);
    });

    test("a Node program has its server, worker, child and files", async () => {
      const [node, script] = fixture("node-program.ts", who);
      const { stdout, stderr, code } = await filtered(
        filter(),
        node,
        [script],
        who,
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout)).toEqual({
        body: "hello",
        answer: 42,
        read: "written",
        child: "2",
        mode: "2",
      });
    });

    test.for(CASES)("$name does what it is for", async (each, context) => {
      requires(context, ...each.needs.map(program));
      const directory = mkdtempSync(join(tmpdir(), "filtered-"));
      try {
        chmodSync(directory, 0o777);
        const { code, stdout, stderr } = await filtered(
          filter(),
          "/bin/sh",
          ["-c", each.script],
          who,
          { cwd: directory },
        );
        expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({
          code: 0,
          stderr: "",
        });
        expect(stdout).toMatch(each.prints);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  },
);
