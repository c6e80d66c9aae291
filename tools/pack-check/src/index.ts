export {
  publicPackages,
  pack,
  type Manifest,
  type PublicPackage,
} from "./pack.ts";
export { problemsOf } from "./problems.ts";
export { installAlone } from "./install-alone.ts";
export { exampleIn, matchesOutput, type Example } from "./readme-example.ts";
