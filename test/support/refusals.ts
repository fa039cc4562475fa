/** The code with which something is refused; `done` where it is not. An error without a code is a defect, and is thrown on. */
export function codeOf(work: () => unknown): string {
  return outcomeOf(work, 'done', ({ code }) => code);
}

/** The code with its words; `good` where nothing is refused. */
export function refusalOf(work: () => unknown): string {
  return outcomeOf(work, 'good', ({ code, message }) => `${code}: ${message}`);
}

function outcomeOf(work: () => unknown, done: string, say: (refusal: Error & { code: string }) => string): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      return say(error as Error & { code: string });
    throw error;
  }
  return done;
}
