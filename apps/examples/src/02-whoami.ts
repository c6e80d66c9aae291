// Slide 2 · Whoami: the first program, and the only one about its author
import { execFileSync } from "node:child_process";

const name = execFileSync("whoami", { encoding: "utf8" });
console.log(name.trim());
