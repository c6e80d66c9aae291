import type { Config } from "../config.ts";
import { idMappings, linuxSchema } from "./linux-schema.ts";
import { processSchema } from "./process-schema.ts";
import { versionSchema } from "./version-schema.ts";
import {
  flag,
  int32,
  list,
  mapOf,
  members,
  once,
  type Schema,
  schemaOf,
  text,
  texts,
  when,
} from "./words.ts";

const hooks = once(() => {
  const hook = list(
    members({ path: text }, { args: texts, env: texts, timeout: int32 }),
  );
  return members(
    {},
    {
      prestart: hook,
      createRuntime: hook,
      createContainer: hook,
      startContainer: hook,
      poststart: hook,
      poststop: hook,
    },
  );
});

export const configSchema: () => Schema<Config> = schemaOf<Config>()(() =>
  members(
    { ociVersion: versionSchema },
    {
      process: when(processSchema),
      root: members({ path: text }, { readonly: flag }),
      hostname: text,
      domainname: text,
      mounts: list(
        members(
          { destination: text },
          {
            type: text,
            source: text,
            options: texts,
            uidMappings: when(idMappings),
            gidMappings: when(idMappings),
          },
        ),
      ),
      hooks: when(hooks),
      annotations: mapOf(text),
      linux: when(linuxSchema),
    },
  ),
);
