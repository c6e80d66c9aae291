import { isSupportedVersion } from "../version.ts";
import { custom } from "valibot";
import type { Schema } from "./words.ts";

export const versionSchema: Schema<string> = /* #__PURE__ */ custom<string>(
  (value) => typeof value === "string" && isSupportedVersion(value),
  "a version of the specification from 1.0.0 to 1.x",
);
