/** At most so many answers are kept of one sort. */
const maxHeld = 50_000;

/** A map that forgets everything when it is full: bounded, and nothing depends on what it holds. */
export const held = <V>() => {
  const map = new Map<string, V>();
  return (key: string, make: () => V): V => {
    const known = map.get(key);
    if (known !== undefined) return known;
    if (map.size >= maxHeld) map.clear();
    const value = make();
    map.set(key, value);
    return value;
  };
};
