import { fixturesIn } from "@ns/testkit";

export const { runFixture } = fixturesIn(import.meta.dirname);
