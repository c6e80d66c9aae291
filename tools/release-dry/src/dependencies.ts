/** What a package says it depends on: names. */
export interface DependencyNames {
  readonly required: readonly string[];
  /** Not for every machine, as binaries are. */
  readonly optional: readonly string[];
}

/**
 * Compares what was installed for the package `name` with what that says it needs, and those packages say, and so on.
 * @param stated - tells what a package says; undefined for one that is not there to be asked.
 * @returns a line for each package that came unasked, and for each that is missing.
 */
export function strayDependencies(
  name: string,
  installed: readonly string[],
  stated: (name: string) => DependencyNames | undefined,
): string[] {
  const all = new Set<string>();
  const required = new Set<string>();
  const visit = (each: string, isRequired: boolean): void => {
    if (required.has(each) || (all.has(each) && !isRequired)) return;
    all.add(each);
    if (isRequired) required.add(each);
    const names = stated(each);
    for (const other of names?.required ?? []) visit(other, isRequired);
    for (const other of names?.optional ?? []) visit(other, false);
  };
  visit(name, true);
  return [
    ...installed
      .filter((each) => !all.has(each))
      .map((each) => `brings ${each}, which nothing in it depends on`),
    ...[...required]
      .filter((each) => !installed.includes(each))
      .map((each) => `does not bring ${each}, which it depends on`),
  ];
}
