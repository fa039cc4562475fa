// Who sends a large body is told by its head, or by a member that is found without reading all of it. Newer clients say their key
// in a header as well; in a body it stands first or, where the client added it to answers that were ready, last.

const member = '"node_key"';
const most = 560;

const keyAt = (bytes: Buffer, at: number): string | undefined =>
  at === -1 ? undefined : /^"node_key"\s*:\s*"([\w-]{1,512})"/.exec(bytes.toString('latin1', at, at + most))?.[1];

/** The keys that a call may mean, for the one that is known: a column of a row may have the name of the member, too. */
export const nodeKeysOf = (header: string | undefined, ...parts: readonly Buffer[]): string[] => {
  const given = /^NodeKey +([\w-]{1,512})$/i.exec(header ?? '')?.[1];
  const found = parts.flatMap((bytes) => [
    keyAt(bytes, bytes.indexOf(member)),
    keyAt(bytes, bytes.lastIndexOf(member)),
  ]);
  return [...new Set([given, ...found])].filter((key) => key !== undefined);
};

/** Names of what was asked, in a part of an answer: inside of a text a quote has a backslash before it. */
export const askedNamesIn = (...parts: readonly Buffer[]): string[] => [
  ...new Set(
    parts.flatMap((bytes) =>
      [...bytes.toString('latin1').matchAll(/"(sp:(?:live|carve|inv):[a-z0-9._:-]{1,80})"\s*:/g)].map(
        ([, name = '']) => name,
      ),
    ),
  ),
];
