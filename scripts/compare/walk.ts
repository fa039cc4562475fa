import { writeFileSync } from 'node:fs';
import { linksOf } from './forms.ts';
import { openRecorded } from './recorded-site.ts';

// walk.ts TREE SITE LINKS OUT: the addresses to which links lead from the front page, as a list in OUT. Looking leaves events, so it is
// done on a site of its own.

/** Pages of one address without what varies in it, with one set of parameters. */
const mostAlike = 2;

const [tree = '', site = '', links = '', out = ''] = process.argv.slice(2);
const { browsers, places, close } = await openRecorded(tree, site, links);
const counts = new Map<string, number>();
const asked = new Set<string>();
const open: string[] = [];
const take = (address: string): void => {
  const page = places.pageOf(address);
  const count = counts.get(page ?? '') ?? 0;
  if (page === undefined || asked.has(address) || count >= mostAlike) return;
  counts.set(page, count + 1);
  asked.add(address);
  open.push(address);
};
take('/');
for (let address = open.shift(); address !== undefined; address = open.shift()) {
  const response = await browsers.administrator.get(address, { 'accept-language': 'en' });
  if (response.headers.get('content-type')?.startsWith('text/html') !== true) continue;
  for (const link of linksOf(await response.text())) take(link);
}
writeFileSync(out, JSON.stringify([...asked].sort()));
await close();
process.exit(0);
