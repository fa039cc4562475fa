/** The members of an object that are not undefined. */
export function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result: Partial<T> = {};
  for (const name in object) if (object[name] !== undefined) result[name] = object[name];
  return result as { [K in keyof T]?: Exclude<T[K], undefined> };
}
