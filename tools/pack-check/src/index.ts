export {
  publicPackages,
  pack,
  type Manifest,
  type PublicPackage,
} from "./pack.ts";
export { problemsOf } from "./problems.ts";
