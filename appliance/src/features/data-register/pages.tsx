import { Provision, type ProvisionRow, retentionText } from '@sallyport/ui/data-register/provision.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { actorFor } from '../../server/console/guard.ts';
import { eachOf, sendRows } from '../../server/console/list-file.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { RegisterEntry } from './types.ts';

const csvHead = [
  'provision.mark',
  'csv.pillar',
  'common.what',
  'common.from',
  'common.purpose',
  'provision.rows',
  'provision.retention',
  'provision.personal',
  'common.protection',
  'provision.leaves',
];

const filters = ['all', 'personal', 'leaves'] as const;

const listOf = (entry: RegisterEntry): string | undefined => {
  // Collections of facts are in one list, of controllers.
  if (entry.row.startsWith('P') && entry.pillar === 'inventory') return paths.controllers();
  if (entry.pillar === 'inventory' && entry.fields.length > 0)
    return entry.name === 'software' ? paths.software() : paths.inventory(entry.name);
  if (entry.pillar === 'object' && entry.fields.length > 0)
    return entry.name === 'setting' ? paths.settings() : paths.objects(entry.name);
  return {
    events: paths.events(),
    audit: paths.events({ audit: 'true' }),
    tombstones: paths.deleted(),
    requests: paths.exchange(),
    bundles: paths.exchangeReceive(),
    receipts: paths.exchangeReceipts(),
    'site-card': paths.exchangeCard(),
    catalog: paths.updates(),
    findings: paths.vulnerabilities(),
    tasks: paths.deployments(),
    devices: paths.devices(),
    changes: paths.changes(),
    deviations: paths.deviations(),
    queries: paths.queries(),
    samples: paths.samples(),
    'discovery-runs': paths.discoveryDirectories(),
    'import-drafts': paths.controllerImports(),
    'program-states': paths.controllerIntegrity(),
    identifications: paths.identification(),
    'identification-halts': paths.identification(),
    'controller-findings': paths.controllerFindings(),
    'firmware-handovers': paths.controllerFirmware(),
    patches: paths.patches(),
    'patch-signatures': paths.patches(),
    'patch-evidence': paths.evidence(),
    'trust-state': paths.exchangeTrust(),
    advisories: paths.vulnerabilities(),
    erasures: paths.persons(),
  }[entry.name];
};

const toRow = (entry: RegisterEntry): ProvisionRow => ({ ...entry, href: listOf(entry) });

/** The data provision register as page, file and print. */
export const provisionPages = (deps: ConsoleDeps): Pages => {
  const shown = (c: Context<ConsoleEnv>) => {
    const register = deps.provision.register(actorFor(c, 'provision:read'));
    const ctx = viewContext(deps, c);
    const filter = filters.find((name) => name === c.req.query('filter')) ?? 'all';
    const q = (c.req.query('q') ?? '').slice(0, 200);
    const text = q.trim().toLowerCase();
    const words = (entry: RegisterEntry): string =>
      [entry.row, entry.title, entry.source, entry.purpose, ...entry.fields.map(({ label }) => label)]
        .map((key) => ctx.tDynamic(key))
        .concat(entry.name, entry.row, entry.leaves?.file ?? '')
        .join('\n')
        .toLowerCase();
    const entries = register.entries.filter(
      (entry) =>
        (filter !== 'personal' || entry.personal !== 'no') &&
        (filter !== 'leaves' || entry.leaves !== null) &&
        (text === '' || words(entry).includes(text)),
    );
    return { register, ctx, filter, q, entries };
  };

  /** What is narrowed is there to be read, and what is printed without script. */
  const isWhole = (c: Context<ConsoleEnv>): boolean => ['q', 'filter', 'open'].some((name) => c.req.query(name));

  return new Hono<ConsoleEnv>()
    .get(paths.provision.pattern, (c) => {
      const { register, ctx, filter, q, entries } = shown(c);
      return c.html(
        <Provision
          ctx={ctx}
          at={register.at}
          all={register.entries.map(toRow)}
          shown={entries.map(toRow)}
          isOpen={isWhole(c)}
          filter={filter}
          q={q}
          undeclared={register.undeclared}
        />,
      );
    })

    .get(paths.provisionCsv.pattern, (c) => {
      const { ctx, entries } = shown(c);
      const say = (key: string): string => ctx.tDynamic(key);
      return sendRows(deps, c, ctx, {
        name: 'data-provision',
        title: ctx.t('nav.provision'),
        page: paths.provision(),
        filter: '',
        head: csvHead.map(say),
        rows: eachOf(entries, (entry) => [
          entry.row,
          say(`provision.pillar.${entry.pillar}`),
          say(entry.title),
          say(entry.source),
          say(entry.purpose),
          entry.rows,
          retentionText(ctx, entry.retention),
          say(
            entry.personal === 'possible'
              ? 'provision.possible'
              : entry.personal === 'yes'
                ? 'common.yes'
                : 'common.no',
          ),
          entry.protection.map((name) => say(`provision.protection.${name}`)),
          entry.leaves === null ? '' : `${entry.leaves.file}: ${entry.leaves.fields.map(say).join(', ')}`,
        ]),
      });
    });
};
