import { formatPath } from "@ns/oci";

/** Any JSON. */
export type Json =
  null | boolean | number | string | Json[] | { [key: string]: Json };

/** Where in a document: names and indexes. */
export type Place = readonly (string | number)[];

/** One fault of a configuration that has no others. */
export interface Fault {
  /** What is put there, for the title of a test. */
  readonly title: string;
  /** The path that has to be named. */
  readonly path: string;
  readonly config: Json;
}

/** Every member, in turn, of another kind; null, where it is required or in an array; and beyond any range. */
export function generatedFaults(good: Json, required: RegExp): Fault[] {
  return placesIn(good).flatMap((place) => {
    const value = valueAt(good, place);
    const path = formatPath(place);
    const isElement = typeof place.at(-1) === "number";
    const faulty = [
      ...otherKinds(value),
      ...(isElement || required.test(path) ? [null] : []),
      ...(typeof value === "number" ? [0.5, 1e30, -1e30] : []),
      ...(typeof value === "string" ? ["a\0b"] : []),
    ];
    return faulty.map((each) => faultAt(good, path, place, each));
  });
}

/** A fault made by putting `value` at a place that is written as in messages; undefined takes away what is there. */
export function faultOf(
  good: Json,
  at: Place,
  value: Json | undefined,
  path: string = formatPath(at),
): Fault {
  return faultAt(good, path, at, value);
}

function faultAt(
  good: Json,
  path: string,
  place: Place,
  value: Json | undefined,
): Fault {
  const shown = (JSON.stringify(value) as string | undefined) ?? "nothing";
  return {
    title: `${formatPath(place)} as ${shown.slice(0, 60)}`,
    path,
    config: withAt(good, place, value),
  };
}

function otherKinds(value: Json): Json[] {
  if (Array.isArray(value)) return [{}, "text"];
  if (typeof value === "object") return [[], "text"];
  return typeof value === "string" ? [12_345, [value]] : ["text", [value]];
}

function placesIn(value: Json, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const place = [...at, key];
    return [place, ...placesIn(valueAt(value, [key]), place)];
  });
}

function valueAt(value: Json, place: Place): Json {
  return place.reduce<Json>((found, key) => {
    if (typeof found !== "object" || found === null) return null;
    const members = found as Readonly<Record<string | number, Json>>;
    return members[key] ?? null;
  }, value);
}

/** A copy with another value at a place; objects on the way there are made. */
function withAt(document: Json, place: Place, value: Json | undefined): Json {
  const copy = structuredClone(document);
  let holder = copy as Record<string | number, Json>;
  for (const key of place.slice(0, -1)) {
    holder[key] ??= {};
    holder = holder[key] as Record<string | number, Json>;
  }
  const last = place.at(-1) ?? "";
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return copy;
}
