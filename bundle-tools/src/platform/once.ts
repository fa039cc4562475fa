/** What `make` gives, made with the first call: for what takes long and short commands, threads or tests may never ask. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
