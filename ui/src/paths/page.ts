import { withQuery } from '../list.ts';

// An address of the console is written once: its pattern as the router has it, what it asks of the caller for each method,
// and from both the builder of its links, the guard's table, the list of pages for tests, and the documents.

/** Parameters of an address; those without a value are left out. */
type Query = Readonly<Record<string, string | number | undefined>>;

/** What the things of an address belong to (appliance/src/engine/objects/types.ts); `named`: what the kind or collection in it belongs to. */
type PageBound = 'device' | 'group' | 'zone' | 'catalog' | 'owner' | 'site' | 'named';

/** A right as `area:read` or `area:write`, or `open`, `person`, `kind:read`, `kind:write`, `collection:read` (see the guard). */
type Needs<N extends string = string> = {
  readonly bound: PageBound;
  /** What it shows is cut to what the person reaches: a right over a part of the site is enough. */
  readonly scoped?: true;
  readonly GET?: N;
  readonly POST?: N;
  /** Says yes or no to what waits: of a right to write, the one to approve beside it is enough. */
  readonly decides?: true;
  /** Takes a file: the token comes in the first part, and the page checks it. No other address takes multipart. */
  readonly upload?: true;
};

/** What is of devices or of zones, cut to what the person reaches. */
export const ofDevice = { bound: 'device', scoped: true } as const;
export const ofZone = { bound: 'zone', scoped: true } as const;

/** The parts of a pattern that vary: `/devices/:id/:tab`, `/import/:id/:step?`, `/controllers/:id{controller-[0-9a-z]+}`. */
type Values<P extends string> = P extends `${string}:${infer Part}/${infer Rest}`
  ? [...Value<Part>, ...Values<`/${Rest}`>]
  : P extends `${string}:${infer Part}`
    ? Value<Part>
    : [];
type Value<Part extends string> = Part extends `${string}?`
  ? [value?: string | number | undefined]
  : [value: string | number];

type HasOptional<P extends string> = P extends `${string}?` ? true : false;

/** Makes a link: a value for each part, and parameters; without parameters where the last part may be absent. */
type Builder<P extends string> = (
  ...given: HasOptional<P> extends true ? Values<P> : [...Values<P>, query?: Query]
) => string;

export type Page<P extends string = string, N extends string = string> = Builder<P> & {
  readonly pattern: P;
  readonly needs: Needs<N>;
};

const variable = /:\w+(?:\{[^}]*\})?(\?)?/;

/** Declares an address. */
export function page<const P extends string, const N extends string>(pattern: P, needs: Needs<N>): Page<P, N> {
  const parts = pattern.split('/');
  const count = parts.filter((part) => variable.test(part)).length;
  const build = (...given: readonly (string | number | Query | undefined)[]): string => {
    let at = 0;
    const path = parts
      .flatMap((part) => {
        if (!variable.test(part)) return [part];
        const value = given[at];
        at += 1;
        return value === undefined ? [] : [encodeURIComponent(String(value))];
      })
      .join('/');
    return withQuery(path === '' ? '/' : path, (given[count] as Query | undefined) ?? {});
  };
  return Object.assign(build as unknown as Builder<P>, { pattern, needs });
}
