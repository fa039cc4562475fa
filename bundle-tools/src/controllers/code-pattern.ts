// A shortened part number as steps over a code. All places that the steps so far can reach are kept together, so that no
// place is tried twice: a code costs at most its length for each step, whatever an advisory wrote.

/** One of some texts; one letter or digit; any number of letters, digits and dashes. */
export type Step = { readonly oneOf: readonly string[] } | 'one' | 'rest';

export type CodePattern = {
  /** The same for the same steps. */
  readonly key: string;
  /** Whether a code, or its part before a slash, a blank or a dash, is what the steps say. */
  fits(code: string): boolean;
};

const maxKey = 1_000;

const isSign = (character: string | undefined): boolean =>
  character !== undefined && ((character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z'));

const reached = (step: Step, code: string, from: ReadonlySet<number>): Set<number> => {
  const places = new Set<number>();
  for (const at of from) {
    if (step === 'one') {
      if (isSign(code[at])) places.add(at + 1);
    } else if (step === 'rest') {
      // Places come in rising order: what one has passed, the next need not.
      for (let next = at; !places.has(next); next += 1) {
        places.add(next);
        if (!isSign(code[next]) && code[next] !== '-') break;
      }
    } else for (const text of step.oneOf) if (code.startsWith(text, at)) places.add(at + text.length);
  }
  return places;
};

/** The same steps with given texts in one piece. */
function joined(written: readonly Step[]): Step[] {
  const steps: Step[] = [];
  const given = (step: Step | undefined): string | undefined =>
    typeof step === 'object' && step.oneOf.length === 1 ? step.oneOf[0] : undefined;
  for (const step of written) {
    const [before, text] = [given(steps.at(-1)), given(step)];
    if (before === undefined || text === undefined) steps.push(step);
    else steps[steps.length - 1] = { oneOf: [before + text] };
  }
  return steps;
}

/** The pattern of these steps; undefined where they are more than anybody writes. */
export function codePattern(written: readonly Step[]): CodePattern | undefined {
  const steps = joined(written);
  const key = JSON.stringify(steps);
  if (key.length > maxKey) return undefined;
  return {
    key,
    fits: (code) => {
      let places: ReadonlySet<number> = new Set([0]);
      for (const step of steps) {
        places = reached(step, code, places);
        if (places.size === 0) return false;
      }
      return [...places].some((at) => at === code.length || '/ -'.includes(code[at] ?? ''));
    },
  };
}
