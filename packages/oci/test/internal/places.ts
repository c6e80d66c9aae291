/** Any JSON that can be changed. */
export type Json =
  null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

export type Place = readonly (string | number)[];

/** Every place in a document, the document itself left out. */
export function placesIn(value: Json, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const place = [...at, key];
    return [place, ...placesIn(valueAt(value, [key]), place)];
  });
}

export function valueAt(value: Json, place: Place): Json {
  let found = value;
  for (const key of place) {
    if (typeof found !== "object" || found === null)
      throw new Error(`no ${place.join(".")}`);
    found = Array.isArray(found)
      ? (found[Number(key)] ?? null)
      : (found[key] ?? null);
  }
  return found;
}

/** A copy with something else at a place, or without it. */
export function withAt(document: Json, place: Place, value?: Json): Json {
  const copy = structuredClone(document);
  const holder = valueAt(copy, place.slice(0, -1));
  const key = place.at(-1) ?? "";
  if (Array.isArray(holder)) {
    if (value === undefined) holder.splice(Number(key), 1);
    else holder[Number(key)] = value;
  } else if (typeof holder === "object" && holder !== null) {
    if (value === undefined) Reflect.deleteProperty(holder, key);
    else
      Object.defineProperty(holder, key, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
  }
  return copy;
}
