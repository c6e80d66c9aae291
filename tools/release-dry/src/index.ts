export { exampleIn, matchesOutput, type Example } from "./readme-example.ts";
export { requireLoopback } from "./loopback.ts";
export { strayDependencies, type DependencyNames } from "./dependencies.ts";
export { table } from "./table.ts";
