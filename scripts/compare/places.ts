import { createHash } from 'node:crypto';

// The declared addresses of a tree, and which of them an address is of.

type Place = { readonly pattern: string; readonly needs: object };

/** Addresses that are no answer to a look: streams, and what a person is signed in or out by. */
const NOT_ASKED = /Stream$|^login$|^first$|^searchPalette$/;

/** Of the name of a file: most file systems take 255 bytes. */
const mostNameChars = 200;

const rank = (pattern: string): number => pattern.split(':').length * 2 - (pattern.includes('{') ? 1 : 0);

export type Places = {
  /** Of a page, without what varies in it; of some parts each value is a page of its own. Undefined for what is none. */
  pageOf(address: string): string | undefined;
  /** The pattern of an address that takes a POST. */
  postOf(address: string): string | undefined;
  /** All that take a POST. */
  posts: readonly string[];
};

export function placesOf(paths: Readonly<Record<string, Place>>): Places {
  const all = Object.entries(paths)
    .map(([name, { pattern, needs }]) => ({
      pattern,
      isPage: 'GET' in needs && !NOT_ASKED.test(name),
      isPost: 'POST' in needs,
      expression: new RegExp(
        `^${pattern
          .replace(/\/:[a-zA-Z]+\?/g, '(?:/[^/]+)?')
          .replace(/:[a-zA-Z]+\{([^}]*)\}/g, '($1)')
          .replace(/:[a-zA-Z]+/g, '([^/]+)')}$`,
      ),
    }))
    .sort((a, b) => rank(a.pattern) - rank(b.pattern));
  return {
    pageOf: (address) => {
      const { pathname, searchParams } = new URL(address, 'http://localhost');
      const place = all.find(({ expression }) => expression.test(pathname));
      if (place === undefined || !place.isPage) return undefined;
      const parts = pathname.split('/');
      const like = place.pattern
        .split('/')
        .map((part, at) => (/^:(kind|collection|tab|group|role|chapter)\b/.test(part) ? parts[at] : part))
        .join('/');
      return `${like} ${[...searchParams.keys()].sort().join()}`;
    },
    postOf: (address) => {
      const { pathname } = new URL(address, 'http://localhost');
      return all.find(({ expression, isPost }) => isPost && expression.test(pathname))?.pattern;
    },
    posts: all.filter(({ isPost }) => isPost).map(({ pattern }) => pattern),
  };
}

/** A name for the file of a record: the address, shortened where it is long. */
export function recordName(address: string): string {
  const name = encodeURIComponent(address);
  if (name.length <= mostNameChars) return name;
  const digest = createHash('sha256').update(address).digest('hex').slice(0, 12);
  let short = address.slice(0, mostNameChars);
  while (encodeURIComponent(short).length > mostNameChars) short = short.slice(0, -1);
  return `${encodeURIComponent(short)}~${digest}`;
}
