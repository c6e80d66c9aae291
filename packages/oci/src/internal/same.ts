type Plain<T> = T extends readonly (infer E)[]
  ? { readonly list: Plain<E> }
  : T extends object
    ? {
        readonly [K in keyof T]-?: undefined extends T[K]
          ? { readonly optional: Plain<Exclude<T[K], undefined>> }
          : object extends Pick<T, K>
            ? { readonly optional: Plain<T[K]> }
            : Plain<T[K]>;
      }
    : T;

/**
 * True if A and B have the same members, all the way down: the same names, optional in both or in neither, of the same
 * kinds. An interface and the schema that is to check it are compared with this, so a member that only one of them has is
 * an error of the compiler.
 */
export type Same<A, B> = [Plain<A>] extends [Plain<B>]
  ? [Plain<B>] extends [Plain<A>]
    ? true
    : false
  : false;
