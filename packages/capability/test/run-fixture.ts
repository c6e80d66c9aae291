import { fixturesIn } from "@ns/testkit";

export const { runFixture, runFixtureAsUser } = fixturesIn(import.meta.dirname);
