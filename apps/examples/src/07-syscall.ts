// Slide 7 · Syscall? A raw one: getpid
import { getpid, invoke } from "@ns/syscalls";

const call = getpid(); // a value: which call, with which arguments; nothing has happened yet
const pid = invoke(call);
console.log("process id: ", pid);
