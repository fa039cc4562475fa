import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { systemActor as SystemActor } from '../../appliance/src/engine/objects/types.ts';
import type { makeFilledSite as MakeFilledSite } from '../../test/support/filled-site.ts';

// make-site.ts TREE FOLDER LINKS: a filled site below FOLDER, by the sources of TREE; LINKS gets, by role, the token of a link that sets the
// password of one who has it.

const [tree = '', folder = '', links = ''] = process.argv.slice(2);
const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(tree, path)).href)) as T;
const { makeFilledSite } = await load<{ makeFilledSite: typeof MakeFilledSite }>('test/support/filled-site.ts');
const { systemActor } = await load<{ systemActor: typeof SystemActor }>('appliance/src/engine/objects/types.ts');

mkdirSync(folder, { recursive: true });
const tokens: Record<string, string> = {};
const { token } = await makeFilledSite(folder, 8443, ({ objects, accounts }) => {
  for (const role of ['operator', 'viewer']) {
    const { id } = objects.create(systemActor, 'account', { name: role, roles: [role] });
    tokens[role] = accounts.makeLink(systemActor, id).token;
  }
});
writeFileSync(links, JSON.stringify({ administrator: token, ...tokens }));
