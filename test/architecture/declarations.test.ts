import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API, type Diagnostic } from 'typescript/unstable/sync';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/sources.ts';
import { fileFolder } from '../support/test-folder.ts';

// Names of declarations are types. The compiler is run once, with the options of the project, over a file of right and
// of wrong lines; what it refuses must be the wrong ones, each for its own reason.

const source = (path: string): string => JSON.stringify(join(repositoryRoot, 'appliance/src', path));

type Case = { name: string; line: string; refused: RegExp | null };

const right = (name: string, line: string): Case => ({ name, line, refused: null });
const wrong = (name: string, line: string, refused: RegExp): Case => ({ name, line, refused });

const head = [
  `import type { InventoryService } from ${source('engine/inventory/service.ts')};`,
  'declare const inventory: InventoryService;',
  `import type { Scope } from ${source('platform/scope.ts')};`,
  'declare const scope: Scope;',
  `import type { ObjectService } from ${source('engine/objects/service.ts')};`,
  `import type { Actor } from ${source('engine/objects/types.ts')};`,
  'declare const objects: ObjectService;',
  'declare const actor: Actor;',
  `import type { EventService } from ${source('engine/events/service.ts')};`,
  'declare const events: EventService;',
  "declare const lost: 'lost' | 'partial';",
  `import type { Translate } from ${JSON.stringify(join(repositoryRoot, 'ui/src/i18n/catalogue.ts'))};`,
  'declare const t: Translate;',
  `import { defineKinds } from ${source('engine/objects/types.ts')};`,
  `import { defineEvents } from ${source('engine/events/types.ts')};`,
  `import { defineCollection } from ${source('engine/inventory/types.ts')};`,
  `import type { operationsOver } from ${source('server/operations/operation.ts')};`,
  `import { page } from ${JSON.stringify(join(repositoryRoot, 'ui/src/paths/page.ts'))};`,
  'type Place = Parameters<typeof operationsOver<object>>[0];',
  "const kind = { row: 'O1', area: 'devices', title: 'name', returns: 'freely', fields: { name: { type: 'text' }, group: { type: 'reference' } }, leaves: null } as const;",
  "const own = { name: 'c', row: 'S1', mode: 'own', title: 'n', sort: 'n', fields: {}, retentionDays: 1, leaves: null, sources: [] } as const;",
  `import { defineWords } from ${JSON.stringify(join(repositoryRoot, 'ui/src/i18n/types.ts'))};`,
];

const cases: readonly Case[] = [
  right('an event as it is declared', "events.record('bundle-given-up', { params: { bundleId: 'b' } });"),
  right('an event without parameters', "events.record('server-stopped', { params: {} });"),
  right('an event of a device', "events.record('device-approved', { device: 1, params: { device: 'd' } });"),
  right('an event that may name a device', "events.record('carve-refused', { params: { reason: 'r' } });"),
  right(
    'one of two events with the same parameters',
    "events.record(lost === 'lost' ? 'bundle-repeated' : 'bundle-given-up', { params: { bundleId: 'b' } });",
  ),
  wrong(
    'a misspelt event',
    "events.record('bundle-given-upp', { params: { bundleId: 'b' } });",
    /'"bundle-given-upp"'/,
  ),
  wrong('a misspelt parameter', "events.record('bundle-given-up', { params: { bundelId: 'b' } });", /'bundelId'/),
  wrong('a missing parameter', "events.record('bundle-partial', { params: { bundleId: 'b' } });", /'missing'/),
  wrong('one parameter too many', "events.record('bundle-repeated', { params: { bundleId: 'b', n: 1 } });", /'n'/),
  wrong(
    'text where an integer is due',
    "events.record('bundle-partial', { params: { bundleId: 'b', missing: '1' } });",
    /'string' is not assignable to type 'number'/,
  ),
  wrong('a missing device', "events.record('device-approved', { params: { device: 'd' } });", /'device' is missing/),
  wrong(
    'a device where the event has none',
    "events.record('bundle-given-up', { device: 1, params: { bundleId: 'b' } });",
    /'number' is not assignable to type 'never'/,
  ),
  wrong(
    'a built name that no event has',
    `events.record(\`bundle-\${lost}\`, { params: { bundleId: 'b', missing: 1 } });`,
    /bundle-lost/,
  ),
  right('a number of a setting', "export const days: number = objects.setting('exchange.grace-days');"),
  right(
    'one of the options of a setting',
    "export const engine: 'off' | 'clamd' | 'clamscan' = objects.setting('exchange.antivirus');",
  ),
  right('what a setting is set to', "objects.setSetting(actor, 'exchange.media-folders', ['/mnt/a']);"),
  right('what a person named', 'objects.writeSetting(actor, String(lost), 5);'),
  wrong('a misspelt setting', "objects.setting('exchange.grace-dayz');", /"exchange.grace-dayz"/),
  wrong(
    'a setting read as what it is not',
    "export const text: string = objects.setting('exchange.grace-days');",
    /'number' is not assignable to type 'string'/,
  ),
  wrong('an option that a setting has not', "objects.setSetting(actor, 'exchange.antivirus', 'clam');", /"clam"/),
  wrong(
    'a setting set to what it is not',
    "objects.setSetting(actor, 'exchange.grace-days', '30');",
    /'string' is not assignable to parameter of type 'number'/,
  ),
  wrong(
    'a misspelt setting that is set back',
    "objects.resetSetting(actor, 'exchange.brodcast');",
    /"exchange.brodcast"/,
  ),

  right('a field of a kind', "export const name: string | undefined = objects.find('group', 'g')?.body.name;"),
  right(
    'one of the options of a field',
    "export const level: 'dmz' | (string & {}) = objects.get('controller-zone', 'z').body.level;",
  ),
  right(
    'an object of a kind',
    "objects.create(actor, 'token', { name: 't', purpose: 'agent', hash: 'h', uses: 3, group: null });",
  ),
  right('a field that is cleared', "objects.update(actor, 'group', 'g', { parent: null });"),
  right(
    'a list of a kind by its fields',
    "objects.list({ kind: 'token', where: { purpose: 'first' }, sort: 'createdAt', limit: 1 });",
  ),
  right('what a person named', "objects.ofAnyKind.get(String(lost), 'i').body['anything'];"),
  wrong('a misspelt kind', "objects.find('gruop', 'g');", /"gruop"/),
  wrong('a misspelt field', "objects.get('group', 'g').body.nmae;", /'nmae'/),
  wrong('a misspelt field in brackets', "objects.get('group', 'g').body['nmae'];", /"nmae"/),
  wrong(
    'a field read as what it is not',
    "export const uses: string | undefined = objects.get('token', 't').body.uses;",
    /'number' is not assignable to type 'string'/,
  ),
  wrong('a missing field', "objects.create(actor, 'group', { description: 'd' });", /'name' is missing/),
  wrong('one field too many', "objects.create(actor, 'group', { name: 'n', nmae: 'n' });", /'nmae'/),
  wrong(
    'an option that a field has not',
    "objects.create(actor, 'token', { name: 't', purpose: 'agents', hash: 'h' });",
    /"agents"/,
  ),
  wrong('a change of a field that is none', "objects.put(actor, 'group', 'g', { nmae: 'n' });", /'nmae'/),
  wrong(
    'a list by a field that is none',
    "objects.list({ kind: 'token', where: { porpuse: 'first' }, limit: 1 });",
    /'porpuse'/,
  ),
  wrong('a search by a field that is none', "objects.findBy('account', 'nmae', 'n');", /"nmae"/),

  right(
    'a field of a collection',
    "export const of: string[] = inventory.section(1, 'software').map(({ name }) => name);",
  ),
  right(
    'a field that may be absent',
    "export const at: number | null | undefined = inventory.section(1, 'software')[0]?.installedAt;",
  ),
  right(
    'a list of a collection by its fields',
    "inventory.list({ scope, collection: 'software', where: { name: 'n' }, limit: 1 });",
  ),
  right('a collection that a person named', "inventory.ofAnyCollection.section(1, String(lost))[0]?.['anything'];"),
  wrong('a misspelt collection', "inventory.section(1, 'softwear');", /"softwear"/),
  wrong('a misspelt field of a collection', "inventory.section(1, 'software')[0]?.verison;", /'verison'/),
  wrong(
    'a field of a collection read as what it is not',
    "export const at2: string | null = inventory.items('os-update', [1])[0]?.id ?? null;",
    /'number' is not assignable to type 'string'/,
  ),
  wrong(
    'what a device says, of an item by itself',
    "inventory.items('software', [1])[0]?.installedAt;",
    /'installedAt'/,
  ),
  wrong(
    'a list of a collection by a field that is none',
    "inventory.list({ scope, collection: 'software', where: { nmae: 'n' }, limit: 1 });",
    /'nmae'/,
  ),
  wrong('a count by a field that is none', "inventory.tally('software', 'nmae');", /"nmae"/),

  right('a kind by the group in a field', "defineKinds({ a: { ...kind, bound: { group: 'group' } } });"),
  right('a kind that is a group', "defineKinds({ a: { ...kind, bound: { group: 'id' } } });"),
  wrong('a kind that belongs to nothing', 'defineKinds({ a: kind });', /'bound' is missing/),
  wrong('a kind by a field that is none', "defineKinds({ a: { ...kind, bound: { group: 'gruop' } } });", /"gruop"/),
  wrong('a kind by something else', "defineKinds({ a: { ...kind, bound: 'tenant' } });", /"tenant"/),
  wrong(
    'a field that does not say what of it comes back',
    "const { returns: _all, ...bare } = kind; defineKinds({ a: { ...bare, bound: 'site' } });",
    /'returns' is missing/,
  ),
  right(
    'an event of a device that names it',
    "defineEvents({}, { a: { severity: 'info', area: 'devices', params: {}, retentionDays: 1, bound: 'device', device: 'always' } });",
  ),
  right(
    'an event that has from its table what it lacks',
    "defineEvents({ area: 'devices', bound: 'device', retentionDays: 1 }, { a: { severity: 'info', params: {}, device: 'always' } });",
  ),
  wrong(
    'an event of a table of devices that names none',
    "defineEvents({ area: 'devices', bound: 'device', retentionDays: 1 }, { a: { severity: 'info', params: {} } });",
    /is missing the following properties/,
  ),
  wrong(
    'an event that belongs to nothing',
    "defineEvents({}, { a: { severity: 'info', area: 'devices', params: {}, retentionDays: 1 } });",
    /not assignable/,
  ),
  wrong(
    'an event of devices that names none',
    "defineEvents({}, { a: { severity: 'info', area: 'devices', params: {}, retentionDays: 1, bound: 'device' } });",
    /'device' is missing/,
  ),
  wrong(
    'an event of the site that names a device',
    "defineEvents({}, { a: { severity: 'info', area: 'devices', params: {}, retentionDays: 1, bound: 'site', device: 'always' } });",
    /not assignable/,
  ),
  right('a collection of devices', "defineCollection({ ...own, bound: 'device' });"),
  wrong('a collection that belongs to nothing', 'defineCollection(own);', /'bound' is missing/),
  right('operations on devices', "export const belongs: Place['bound'] = 'device';"),
  wrong('operations on something else', "export const belongs2: Place['bound'] = 'all';", /"all"/),
  wrong('operations that belong to nothing', "export const belongs3: Pick<Place, 'bound'> = {};", /'bound' is missing/),
  right('a page of devices', "page('/a', { bound: 'device', GET: 'devices:read' });"),
  wrong('a page that belongs to nothing', "page('/a', { GET: 'devices:read' });", /'bound' is missing/),

  right('a word with its parameter', "t('patches.until', { at: 'noon' });"),
  right('a word without parameters', "t('patches.title');"),
  wrong('a misspelt word', "t('patches.tilte', {});", /"patches.tilte"/),
  wrong('a misspelt parameter of a word', "t('patches.until', { art: 'noon' });", /'art'/),
  wrong('a missing parameter of a word', "t('patches.until');", /Expected 2 arguments/),
  wrong('a missing number of a plural', "t('toast.devices.revoke', {});", /'n' is missing/),
  right('a word in three languages', "defineWords({ a: { en: 'of {n}', ru: 'из {n}', kk: '{n} ішінен' } });"),
  wrong('a missing language', "defineWords({ a: { en: 'a', ru: 'а' } });", /'kk' is missing/),
  wrong('a fourth language', "defineWords({ a: { en: 'a', ru: 'а', kk: 'а', de: 'a' } });", /'de'/),
  wrong(
    'a placeholder that one language lacks',
    "defineWords({ a: { en: 'of {n}', ru: 'из {m}', kk: '{n} ішінен' } });",
    /"из {m}"/,
  ),
  wrong(
    'a missing form of a plural',
    "defineWords({ a: { en: { one: '{n} a', other: '{n} b' }, ru: { one: '{n}', other: '{n}' }, kk: '{n}' } });",
    /few, many/,
  ),
];

const folder = fileFolder('plants');

const wordsOf = ({ text, messageChain = [] }: Diagnostic): string => [text, ...messageChain.map(wordsOf)].join('\n');

/** What the compiler says of each line of the file, by the line's number. */
const refusals = (lines: readonly string[]): Map<number, string> => {
  const file = join(folder, 'plants.mts');
  const text = `${lines.join('\n')}\n`;
  writeFileSync(file, text);
  const options = {
    extends: join(repositoryRoot, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
      typeRoots: [join(repositoryRoot, 'node_modules/@types')],
    },
    files: ['plants.mts'],
  };
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify(options));
  // Of this file alone: tsc would check each file that it imports once more.
  const compiler = new API({ cwd: folder });
  const program = compiler.updateSnapshot({ openProjects: [project] }).getProject(project)?.program;
  const words = new Map<number, string>();
  for (const refusal of [
    ...(program?.getSyntacticDiagnostics(file) ?? []),
    ...(program?.getSemanticDiagnostics(file) ?? []),
  ]) {
    const line = text.slice(0, refusal.pos).split('\n').length;
    words.set(line, `${words.get(line) ?? ''}${wordsOf(refusal)}\n`);
  }
  compiler.close();
  return words;
};

describe('the compiler', () => {
  const words = refusals([...head, ...cases.map(({ line }) => line)]);

  it.each(cases.map((one, at) => ({ ...one, at })))('judges $name', ({ refused, at }) => {
    const found = words.get(head.length + at + 1);
    if (refused === null) expect(found).toBeUndefined();
    else expect(found ?? 'compiled').toMatch(refused);
  });
});
