/** What is read from an answer; undefined where the answer is cut: Buffer refuses with RangeError to read past its end. */
export function unlessCut<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
