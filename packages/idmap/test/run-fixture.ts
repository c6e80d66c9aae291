import { fixturesIn } from "@ns/testkit";

export const { runFixture, runFixtureAsUser, fixtureAsUser, commandOfUser } =
  fixturesIn(import.meta.dirname);
