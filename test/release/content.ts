// What somebody put into a site, as its commands list it: nothing of it may be missing after an upgrade, a return or a restore.

/** Names with ids, sorted. */
export type Content = { devices: string[]; controllers: string[]; tags: string[] };

type Named = { id?: string; name?: string };

/** `run` runs a command of the site with `--json` and gives what it said, parsed. */
export async function contentOf(run: <T>(...line: string[]) => Promise<T>): Promise<Content> {
  const devices = await run<{ items: Named[] }>('device', 'list');
  const controllers = await run<Named[]>('controller', 'list');
  const tags = await run<unknown[]>('tag', 'list');
  const named = (rows: readonly Named[]): string[] => rows.map(({ name, id }) => `${name ?? ''} ${id ?? ''}`).sort();
  return {
    devices: named(devices.items),
    controllers: named(controllers),
    tags: tags.map((tag) => JSON.stringify(tag)).sort(),
  };
}
