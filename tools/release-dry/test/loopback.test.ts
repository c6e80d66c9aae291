import fc from "fast-check";
import { expect, test } from "vitest";
import { requireLoopback } from "@ns/release-dry";

test.each(["http://127.0.0.1:4873/", "http://[::1]:80"])(
  "%s is ours",
  (url) => {
    expect(() => requireLoopback(url)).not.toThrow();
  },
);

test.each([
  "https://registry.example.org/",
  "http://127.0.0.1.example.org/",
  "http://127.0.0.1@example.org/",
  "http://localhost:4873/",
  "file:///127.0.0.1",
])("%s is refused", (url) => {
  expect(() => requireLoopback(url)).toThrow(`refusing the registry '${url}'`);
});

test("no other host is taken for this one", () => {
  fc.assert(
    fc.property(fc.webUrl(), (url) => {
      expect(() => requireLoopback(url)).toThrow(RangeError);
    }),
  );
});
