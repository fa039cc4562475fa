import { readdirSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { isFileOf } from '@sallyport/bundle-tools/platform/foreign-files';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Register } from '../../appliance/src/features/data-register/types.ts';
import { command } from '../support/commands.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { isLong } from '../support/long.ts';
import { sourceFiles } from '../support/sources.ts';

// A site with content, served by the real server: what lies in its data directory is in the register, and an administrator who
// follows links from the front page comes to every page, in three clicks or from the list of pages.

type Answer = { readonly status: number; readonly html: string; readonly location: string; readonly cookies: string[] };

const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });

const ask = (url: string, cookie: string, form?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const origin = new URL(url).origin;
    const asked = request(
      url,
      {
        agent,
        method: form === undefined ? 'GET' : 'POST',
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          ...(form === undefined
            ? {}
            : { 'content-type': 'application/x-www-form-urlencoded', origin, 'sec-fetch-site': 'same-origin' }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const isHtml = response.headers['content-type']?.startsWith('text/html') === true;
          resolve({
            status: response.statusCode ?? 0,
            html: isHtml ? Buffer.concat(chunks).toString('utf8') : '',
            location: response.headers.location ?? '',
            cookies: (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? ''),
          });
        });
      },
    );
    asked.on('error', reject);
    asked.end(form);
  });

const unescaped = (text: string): string =>
  text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');

/** Addresses of links, and of forms that only ask. */
const linksOf = (html: string): { links: string[]; forms: string[] } => ({
  links: [...html.matchAll(/\shref="(\/[^"#]*)/g)].map(([, address = '']) => unescaped(address)),
  forms: [...html.matchAll(/<form[^>]*\bmethod="get"[^>]*\baction="(\/[^"#?]*)/g)].map(([, address = '']) => address),
});

const rank = (pattern: string): number => pattern.split(':').length * 2 - (pattern.includes('{') ? 1 : 0);

type Route = { readonly name: string; readonly pattern: string; readonly expression: RegExp };

// An address without a parameter comes before one with, and one with a bounded parameter before one that takes anything.
const routes: Route[] = Object.entries(paths)
  .map(([name, { pattern }]) => ({
    name,
    pattern,
    expression: new RegExp(
      `^${pattern
        .replace(/\/:[a-zA-Z]+\?/g, '(?:/[^/]+)?')
        .replace(/:[a-zA-Z]+\{([^}]*)\}/g, '($1)')
        .replace(/:[a-zA-Z]+/g, '([^/]+)')}$`,
    ),
  }))
  .sort((a, b) => rank(a.pattern) - rank(b.pattern));
const routeOf = (path: string): Route | undefined => routes.find(({ expression }) => expression.test(path));

/** Parameters of which each value is a page of its own; of the others a few are enough. */
const chosen = /:(kind|collection|tab|group|role|chapter)\b/;
const most = 2;

/** Pages of something that this site does not have, each with what would have to be there; a view links to each of them. */
const ofAbsent: Readonly<Record<string, string>> = {
  deviceCompare: 'two records that are alike',
  controllerFirmwareHand: 'firmware that fits a controller',
  measureFile: 'a file attached to a measure',
  updateLicence: 'an update with a licence',
  query: 'a live query',
  queryCsv: 'a live query',
  sampleFile: 'a sample that was received',
  introduction: 'a site without trust',
  requestFile: 'a request that is kept for download',
  evidenceFile: 'an evidence pack',
  inventoryItem: 'items that devices share, other than software',
  bundleImport: 'a bundle that was uploaded',
  backupFile: 'a backup',
  deviceArrivals: 'a token that the form has made',
  agentPackage: 'a package of the agent on the server',
};

/** Kinds whose objects are shown by a page of their own, in place of the plain list. */
const ownPages: Readonly<Record<string, keyof typeof paths>> = {
  baseline: 'baselines',
  deployment: 'deployments',
  'device-decision': 'devices',
  'controller-decision': 'controllers',
  'controller-record': 'controllers',
  'controller-program': 'controllerIntegrity',
  'controller-project-file': 'controllerIntegrity',
  'controller-query-policy': 'identification',
  'controller-review': 'controllerReview',
  'controller-synonym': 'controllerReview',
  'work-note': 'work',
};

/**
 * What no link leads to by its nature: streams and fragments that pages fetch, what comes before a person is signed in, and
 * the question for the password that stands before a grave act.
 */
const isNoPage = (name: string): boolean =>
  /Stream$|^searchPalette$|^login$|^first$|^meAgain$/.test(name) ||
  (paths[name as keyof typeof paths].needs as { GET?: string }).GET === undefined;

/** CONSOLE 3: from the worklist to any page, or to the list of pages, which names it or the list that it is a thing of. */
const mostClicks = 3;
/** A thing, and a part of it. */
const mostFromList = 2;

/** A page without what varies in its address: one example of each is enough. */
const kindOf = (route: Route, pathname: string): string => {
  const parts = pathname.split('/');
  return route.pattern
    .split('/')
    .map((part, at) => (chosen.test(`/${part}`) ? parts[at] : part))
    .join('/');
};

let site: FilledSite;
let register: Register;
beforeAll(async () => {
  site = await startFilledSite();
  register = await command<Register>('sallyport', 'provision', 'show', '--data', site.dataDir);
});
afterAll(async () => {
  agent.destroy();
  await site.close();
});

describe('the register', () => {
  const filesIn = (folder: string, below = ''): string[] =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? filesIn(folder, path) : [path];
    });

  it('has an entry for each file of the data directory', () => {
    const patterns = register.entries.flatMap(({ files }) => files);
    expect(new Set(patterns).size).toBe(patterns.length);
    const files = filesIn(site.dataDir);
    expect(files).toEqual(expect.arrayContaining(['config.json', 'state.db']));
    expect(files.filter((file) => !patterns.some((pattern) => isFileOf(pattern, file)))).toEqual([]);
  });
});

describe('from the front page', () => {
  it('every page is reached, and no link leads nowhere', async () => {
    const password = 'correct horse battery staple 9';
    const let_in = await ask(site.link, '', new URLSearchParams({ password, repeat: password }).toString());
    expect(let_in.status).toBe(303);
    const cookie = let_in.cookies.join('; ');

    const reached = new Set<string>();
    const counts = new Map<string, number>();
    const broken: string[] = [];
    type Step = { readonly address: string; readonly from: string; readonly clicks: number };
    let open: Step[] = [{ address: paths.work(), from: '', clicks: 0 }];
    // The register and the list of pages link to every list there is: what only they lead to has no place.
    const ofRegister: string[] = [];
    const listed = new Set<string>();
    const known = new Set<string>(open.map(({ address }) => address));
    /** The fewest clicks from the front page to each kind of page, by its first address. */
    const clicksTo = new Map<string, { address: string; clicks: number }>();
    const cameFrom = new Map<string, string>();
    /** Whether a link is looked at: every page once, a few of its like. */
    const wants = (address: string): boolean => {
      const { pathname, searchParams } = new URL(address, site.url);
      const route = routeOf(pathname);
      if (route !== undefined && isNoPage(route.name)) return false;
      const ofEach = route === undefined || (isLong && chosen.test(route.pattern));
      const like = ofEach ? pathname : kindOf(route, pathname);
      // A file takes the parameters of its list, which is looked at with each of them.
      const isFile = !isLong && route?.name.endsWith('Csv') === true;
      const key = isFile ? like : `${like} ${[...searchParams.keys()].sort().join()}`;
      const count = counts.get(key) ?? 0;
      if (count >= (searchParams.size > 0 ? 1 : most)) return false;
      counts.set(key, count + 1);
      return true;
    };
    const visit = async ({ address, from, clicks }: Step): Promise<void> => {
      const { status, html, location } = await ask(`${site.url}${address}`, cookie);
      if (address === paths.provision()) {
        ofRegister.push(...linksOf(html).links);
        return;
      }
      if (address === paths.helpPages()) {
        const [, main = ''] = html.split('<main');
        for (const link of linksOf(main).links) listed.add(link);
        return;
      }
      if (status >= 400) broken.push(`${status} ${address} on ${from}`);
      const { pathname } = new URL(address, site.url);
      const route = routeOf(pathname);
      if (route !== undefined && status < 400) {
        reached.add(route.name);
        if (chosen.test(route.pattern)) reached.add(pathname);
        cameFrom.set(address, from);
        const kind = kindOf(route, pathname);
        if (!clicksTo.has(kind)) clicksTo.set(kind, { address, clicks });
      }
      const { links, forms } = linksOf(html);
      for (const form of forms) {
        const asked = routeOf(form);
        if (asked !== undefined) reached.add(asked.name);
      }
      for (const link of [...links, ...(location.startsWith('/') ? [location] : [])]) {
        if (known.has(link)) continue;
        known.add(link);
        // Where a page leads on by itself nobody clicks.
        if (wants(link)) open.push({ address: link, from: address, clicks: link === location ? clicks : clicks + 1 });
      }
    };
    for (let clicks = 0; open.length > 0; ) {
      const here = open.filter((step) => step.clicks <= clicks);
      open = open.filter((step) => step.clicks > clicks);
      while (here.length > 0) await Promise.all(here.splice(0, 4).map(visit));
      if (open.every((step) => step.clicks > clicks)) clicks += 1;
    }
    for (const name of ['provision', 'helpPages']) reached.add(name);
    const seen = new Set(reached);
    const furtherLists = [...new Set(ofRegister)].filter((link) => !known.has(link) && wants(link));
    for (const link of furtherLists) await visit({ address: link, from: paths.provision(), clicks: 0 });

    const kinds = register.entries.flatMap(({ pillar, name, fields }) =>
      pillar === 'object' && fields.length > 0 && name !== 'setting' ? [name] : [],
    );
    /** The way to a page from the last one on it that the list of pages names. */
    const wayTo = (address: string): string[] => {
      const from = cameFrom.get(address);
      const isStart = from === undefined || from === '' || listed.has(address.split('?')[0] ?? '');
      return isStart ? [address] : [...wayTo(from), address];
    };
    const far = [...clicksTo.values()]
      .filter(({ clicks }) => clicks > mostClicks)
      .map(({ address }) => wayTo(address))
      // An object and its history are also below the list of its kind.
      .filter((way) => way.length - 1 > mostFromList && !listed.has(paths.objects(way.at(-1)?.split('/')[2] ?? '')));
    const views = sourceFiles('ui').map(({ text }) => text);
    expect({
      broken: broken.sort(),
      far,
      routes: routes
        .filter(({ name }) => !isNoPage(name) && !reached.has(name) && !(name in ofAbsent))
        .map(({ name }) => name),
      lists: kinds.filter((kind) => !seen.has(paths.objects(kind)) && !seen.has(ownPages[kind] ?? '')),
      notAbsent: Object.keys(ofAbsent).filter((name) => seen.has(name)),
      unlinked: Object.keys(ofAbsent).filter((name) => !views.some((text) => text.includes(`paths.${name}(`))),
    }).toEqual({ broken: [], far: [], routes: [], lists: [], notAbsent: [], unlinked: [] });
  });
});
