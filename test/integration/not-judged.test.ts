import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedEcosystem } from '@sallyport/bundle-tools/versions/ecosystem';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Page as PagePath } from '@sallyport/ui/paths/page';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allOperations, madeOperations } from '../../appliance/src/all-operations.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { requestGroupNames } from '../../appliance/src/features/exchange/types.ts';
import { advisory } from '../../appliance/test/support/advisory-parts.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { admin, ofSite } from '../../appliance/test/support/engines.ts';
import { canMakeFleet, distributionFleet, type FleetHost } from '../support/distribution-fleet.ts';
import { type KnownHost, knownHost } from '../support/known-host.ts';
import { mainText, toldBy } from '../support/told.ts';

// No path through the product shows "none" for "not judged": every page of the table of addresses, every operation of the API and
// every command made of one is asked about a fleet of one host per distribution and two Windows hosts, with no feed, with the feed
// of one distribution, and with all. What speaks of findings or updates says that something is not judged, where something is not.

type PageKey = keyof typeof paths;

const REPORTED = 'what devices reported of themselves; a collection or a field of theirs is called so';
const ORDERED = 'what was ordered for devices that were chosen';
const DECIDED = 'a decision or its form, which names them as a field';
const ONE = 'one that is there, with the devices that have it';
const OF_CONTROLLERS = 'about controllers, whose advisories name products and which have a page of their own';
/** Pages that are not asked, each with its reason. */
const NOT_ASKED: Partial<Record<PageKey, string>> = {
  first: 'before log-in',
  login: 'before log-in',
  controller: OF_CONTROLLERS,
  controllerEdit: OF_CONTROLLERS,
  controllerImport: OF_CONTROLLERS,
  controllerImportStream: OF_CONTROLLERS,
  controllerProgram: OF_CONTROLLERS,
  controllerZone: OF_CONTROLLERS,
  controllerFinding: OF_CONTROLLERS,
  controllerQuestion: OF_CONTROLLERS,
  controllerFirmwareHand: OF_CONTROLLERS,
  patch: OF_CONTROLLERS,
  patchMove: OF_CONTROLLERS,
  patchCheck: OF_CONTROLLERS,
  plan: OF_CONTROLLERS,
  planNew: OF_CONTROLLERS,
  measureFile: OF_CONTROLLERS,
  evidenceFile: OF_CONTROLLERS,
  identificationPolicy: OF_CONTROLLERS,
  identificationJob: OF_CONTROLLERS,
  identificationStream: OF_CONTROLLERS,
  identificationCsv: OF_CONTROLLERS,
  identificationNotice: OF_CONTROLLERS,
  identificationNoticeFile: OF_CONTROLLERS,
  query: 'answers of devices to a question, as osquery gave them',
  queryStream: 'answers of devices to a question, as osquery gave them',
  queryCsv: 'answers of devices to a question, as osquery gave them',
  sampleFile: 'answers of devices to a question, as osquery gave them',
  bundleImport: 'an import under way; what it changes of findings is counted against what was known before',
  bundleImportStream: 'an import under way; what it changes of findings is counted against what was known before',
  discoveryRange: 'addresses that would be asked',
  deployment: 'one run that was ordered, with the devices that were chosen',
  deploymentCsv: 'the orders of one run, with what holds each back',
  updateLicence: 'the text of a licence',
  help: 'texts of the product, the same at every site',
  api: 'the document of the API, the same at every site',
  apiArea: 'the document of the API, the same at every site',
  deviceArrivals: 'who came with one token, and the words of its key',
  agentPackage: 'a package of the agent, as its release has it',
  backupFile: 'a copy of the data',
  workItem: 'one piece of work; the list of all of it is asked',
  certificateAuthorities: 'certificates that clients trust',
};

const ofKind = (kind: string, why: string): Record<string, string> =>
  Object.fromEntries(['diff', 'list', 'revisions', 'show'].map((act) => [`object.${kind}.${act}`, why]));

/** Pages that name findings or updates and say of no device how many it has, each with its reason. */
const NAMES_ONLY: Readonly<Record<string, string>> = {
  baselineEntries: REPORTED,
  controllerFirmware: OF_CONTROLLERS,
  controllerReview: OF_CONTROLLERS,
  controllers: OF_CONTROLLERS,
  deploymentNew: ORDERED,
  deployments: ORDERED,
  'deviceTab os-update': REPORTED,
  events: 'what happened, by the names of events',
  eventsCsv: 'what happened, by the names of events',
  exchange: 'what a bundle brought',
  finding: ONE,
  helpPages: 'names of the pages',
  'inventory activity': REPORTED,
  'inventory os-update': REPORTED,
  'inventory platform': REPORTED,
  'inventory protection': REPORTED,
  'inventoryCsv activity.csv': REPORTED,
  'inventoryCsv os-update.csv': REPORTED,
  'inventoryCsv platform.csv': REPORTED,
  'objectNew mitigation': DECIDED,
  'objectNew moving-rule': DECIDED,
  'objectNew risk-acceptance': DECIDED,
  'objectNew role': DECIDED,
  'objectNew status-conditions': DECIDED,
  'objectNew tag-rule': DECIDED,
  'objectNew token': DECIDED,
  'objects deployment': ORDERED,
  measuresCsv: DECIDED,
  'objects mitigation': DECIDED,
  'objects ring-plan': DECIDED,
  'objects risk-acceptance': DECIDED,
  'objects role': DECIDED,
  'objects update-decision': DECIDED,
  patchNew: OF_CONTROLLERS,
  provision: 'which fields are held, and why',
  provisionCsv: 'which fields are held, and why',
  'requestGroup platforms': 'what leaves, as it is written',
  'requestGroup wants': 'what leaves, as it is written',
  requestText: 'what leaves, as it is written',
  update: ONE,
  updatesFollowed: 'what systems take their packages from',
};

/** Pages of which there is one for each collection, kind or group. */
const MADE: ReadonlySet<string> = new Set([
  'deviceTab',
  'objects',
  'objectNew',
  'inventory',
  'inventoryCsv',
  'requestGroup',
]);

/** Operations that name findings or updates and say of no device how many it has, each with its reason. */
const OPERATIONS_NAME_ONLY: Readonly<Record<string, string>> = {
  'bundle.list': 'what a bundle brought',
  'bundle.show': 'what a bundle brought',
  'controller.finding.counts': OF_CONTROLLERS,
  'controller.finding.show': OF_CONTROLLERS,
  'controller.findings': OF_CONTROLLERS,
  'controller.firmware.checklist': OF_CONTROLLERS,
  'controller.firmware.handovers': OF_CONTROLLERS,
  'controller.firmware.list': OF_CONTROLLERS,
  'controller.review.list': OF_CONTROLLERS,
  'deployment.get': ORDERED,
  'deployment.list': ORDERED,
  'device.os-update': REPORTED,
  'device.task.get': ORDERED,
  'device.task.list': ORDERED,
  'event.list': 'what happened, by the names of events',
  'event.types': 'what happened, by the names of events',
  'finding.ecosystems': 'what sources say of each system, and when last',
  'finding.show': ONE,
  'import.list': 'what a bundle brought',
  'import.show': 'what a bundle brought',
  'inventory.os-update.list': REPORTED,
  ...ofKind('controller-review', OF_CONTROLLERS),
  ...ofKind('controller-synonym', OF_CONTROLLERS),
  ...ofKind('followed-suites', DECIDED),
  ...ofKind('update-decision', DECIDED),
  'object.deployment.list': ORDERED,
  'object.deployment.revisions': ORDERED,
  'object.deployment.show': ORDERED,
  'object.mitigation.list': DECIDED,
  'object.mitigation.revisions': DECIDED,
  'object.mitigation.show': DECIDED,
  'patch.list': OF_CONTROLLERS,
  'patch.show': OF_CONTROLLERS,
  'update.show': ONE,
  'waiting.list': DECIDED,
  'update.followed': 'what systems take their packages from',
};

/** Commands that are no operations. None says how many findings or updates a device has. */
const COMMANDS: Readonly<Record<string, string>> = {
  'account-first-link': 'a link for an account',
  'account-reset': 'a link for an account',
  'backup-restore': 'a copy of the data',
  'backup-restore-objects': 'a copy of the data',
  'backup-verify': 'a copy of the data',
  'bundle-import': 'counts what a bundle changed, and names what no rule reads',
  'controller-firmware-export': 'a file for a controller',
  'controller-identification-log': 'packets to controllers',
  'controller-identification-stop': 'a job over controllers',
  'controller-import': 'records of controllers',
  'agent-packages-take': 'packages of the agent',
  destroy: 'the data of a site, gone',
  'diagnostics-open': 'a file for people who help',
  'directory-import': 'accounts and computers of a directory',
  doctor: 'whether the data is whole; names what advisories no rule reads',
  'event-follow': 'events as they happen',
  'evidence-create': 'patches of controllers',
  init: 'a new site',
  'inventory-import': 'what inventories would do',
  'inventory-revert': 'takes back a catalogue',
  login: 'a session',
  logout: 'a session',
  'patch-import-approvals': "a vendor's list for controllers",
  'patch-move': 'patches of controllers',
  'person-erase': 'values of a person',
  'receipt-export': 'receipts',
  'release-install': 'a release of the product itself',
  'release-rollback': 'the release that runs',
  'request-export': 'what leaves',
  serve: 'the server',
  setup: 'a new site',
  'site-card-export': 'the site card',
  'token-create': 'a secret',
  'trust-import': 'the root of trust',
  upgrade: 'the release that runs',
  version: 'the version',
};

const SUBJECT = /\b(?:findings?|vulnerabilit(?:y|ies)|updates?)\b/i;
/** Members of an answer that are about them, and those that say what is not judged. */
const MEMBERS = /"(?:findings?|updates?|vulnerabilities|advisories|act|needed)":/;
const SAYS_MEMBERS = /"(?:coverage|covered|catalogue)":/;
const SUBJECTS: ReadonlySet<string> = new Set(['vulnerabilities', 'updates']);
const CLAIMS = ['vuln.none', 'updates.none', 'updates.noneForDevice'] as const;
const { t } = catalogue('en');

const SAYS = /not judged|judged in part|no catalogue|no advisories/i;

describe.skipIf(!canMakeFleet)('a fleet of one host per distribution (skipped without rpmbuild)', () => {
  let folder: string;
  let site: Console;
  let browser: Browser;
  let known: KnownHost;
  let fleet: FleetHost[];
  let baseline: string;
  const devices = new Map<string, { id: number; publicId: string }>();

  const settle = (): void => {
    site.appliance.rules.recomputeAll();
    site.appliance.rules.recomputePending();
  };
  /** Brings a bundle with the feeds of some hosts. */
  const bring = async (hosts: readonly FleetHost[]): Promise<void> => {
    const advisories = hosts.flatMap(({ name, record }) => {
      if (record === undefined) return [];
      const { ecosystem } = feedEcosystem(record.ecosystem);
      const hi = toHex(keyFor(ecosystem, record.fixed) ?? new Uint8Array());
      const ranges = [{ lo: '', hi, fixed: record.fixed, comparable: true }];
      return [advisory(`A-${name}`, { ecosystem, package: record.package, ranges })];
    });
    await known.host.publish({ feeds: [{ feed: 'osv-debian', advisories }] });
    await known.bring();
    settle();
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-not-judged-'));
    [site, fleet] = await Promise.all([openConsole(), distributionFleet()]);
    known = await knownHost(site.appliance, folder);
    browser = await site.as('administrator');
    for (const { name, sections } of fleet) {
      const device = site.device(name);
      devices.set(name, device);
      site.report(device.id, 'identity', [{ name }]);
      for (const [collection, items] of sections) site.report(device.id, collection, items);
    }
    settle();
    baseline = site.appliance.baselines.approveDevice(admin, deviceOf('sles').publicId, {
      collections: ['software'],
    }).id;
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const deviceOf = (name: string): { id: number; publicId: string } => devices.get(name) ?? { id: 0, publicId: '' };

  /** The addresses of pages with a part that varies. */
  const places = (name: string): Partial<Record<PageKey, readonly string[]>> => {
    const { publicId } = deviceOf(name);
    const kinds = site.appliance.objects.kinds().map((kind) => kind.name);
    const collections = site.appliance.inventory.collections();
    const software = site.appliance.inventory.list({
      collection: 'software',
      device: deviceOf(name).id,
      limit: 1,
    }).rows;
    return {
      device: [paths.device(publicId)],
      deviceTab: [
        'findings',
        'updates',
        'changes',
        'events',
        'deviations',
        ...collections.filter(({ single }) => !single).map((collection) => collection.name),
      ].map((tab) => paths.deviceTab(publicId, tab)),
      deviceTasks: [paths.deviceTasks(publicId)],
      deviceEdit: [paths.deviceEdit(publicId)],
      baselineNew: [paths.baselineNew({ device: publicId })],
      deploymentNew: [paths.deploymentNew({ device: publicId })],
      objects: kinds.map((kind) => paths.objects(kind)),
      objectNew: kinds.map((kind) => paths.objectNew(kind)),
      inventory: collections.map((collection) => paths.inventory(collection.name)),
      inventoryCsv: collections.map((collection) => paths.inventoryCsv(`${collection.name}.csv`)),
      requestGroup: requestGroupNames.map((group) => paths.requestGroup(group)),
      introduction: [paths.introduction()],
      softwareItem: software.map(({ id }) => paths.softwareItem(id)),
      inventoryItem: software.map(({ id }) => paths.inventoryItem('software', id)),
      baseline: [paths.baseline(baseline)],
      baselineEntries: [paths.baselineEntries(baseline)],
      baselineReport: [paths.baselineReport(baseline)],
      finding: site.appliance.vulnerabilities.list({ scope: ofSite, limit: 1 }).rows.map(({ id }) => paths.finding(id)),
      update: site.appliance.updates.list({ scope: ofSite, limit: 1 }).rows.map(({ id }) => paths.update(id)),
      receipt: [paths.receipt(1)],
      requestFile: [paths.requestFile(1)],
      object: [paths.object('baseline', baseline)],
      objectRevisions: [paths.objectRevisions('baseline', baseline)],
    };
  };
  const addresses = (name: string) => {
    const walked: { key: PageKey; path: string }[] = [];
    const unknown: PageKey[] = [];
    const made = places(name);
    for (const [key, place] of Object.entries(paths) as [PageKey, PagePath][]) {
      if (place.needs.GET === undefined || NOT_ASKED[key] !== undefined) continue;
      const found = made[key] ?? (place.pattern.includes(':') ? undefined : [place.pattern]);
      if (found === undefined) unknown.push(key);
      else walked.push(...found.map((path) => ({ key, path })));
    }
    return { walked, unknown };
  };
  const read = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await browser.get(path);
    return { status: response.status, text: mainText(await response.text()) };
  };

  /** What of the fleet is judged, by the devices' own answers. */
  const coverageOf = (name: string) => {
    const { id } = deviceOf(name);
    return site.appliance.vulnerabilities.coverage([id]).get(id);
  };

  /** Pages that speak of findings or updates and do not say that something is not judged. */
  const silentPages = async (name: string): Promise<string[]> => {
    const silent = new Set<string>();
    for (const { key, path } of addresses(name).walked) {
      const { status, text } = await read(path);
      expect([200, 303, 403, 404], `${path} ${status}`).toContain(status);
      // Of pages that a collection or a kind makes, each for itself.
      const made = MADE.has(key)
        ? ` ${path
            .replace(/\/new$/, '')
            .split('/')
            .at(-1)}`
        : '';
      if (status === 200 && SUBJECT.test(text) && !SAYS.test(text)) silent.add(`${key}${made}`);
    }
    return [...silent].sort();
  };

  const operations = () => {
    const parts = entryParts(site.appliance);
    return [...allOperations, ...madeOperations(parts).operations].filter(
      ({ http, right }) =>
        http?.method === 'get' || (http === undefined && (right === 'any' || right.endsWith(':read'))),
    );
  };
  /** Operations that speak of them and whose answer has no place that says what is not judged. */
  const silentOperations = async (name: string): Promise<string[]> => {
    const context = { ...entryParts(site.appliance), actor: admin, note: () => undefined };
    const silent: string[] = [];
    for (const operation of operations()) {
      if (!('json' in operation.answers)) continue;
      const shape = JSON.stringify(z.toJSONSchema(operation.answers.json, { io: 'input', unrepresentable: 'any' }));
      const asked = [{}, { device: deviceOf(name).publicId }]
        .map((input) => operation.input.safeParse(input))
        .find(({ success }) => success)?.data;
      // One that needs more is judged by its shape alone.
      const answer = asked === undefined ? '' : JSON.stringify(await operation.run(context as never, asked));
      const speaks = MEMBERS.test(shape) || MEMBERS.test(answer) || SUBJECTS.has(operation.area);
      if (speaks && !SAYS_MEMBERS.test(shape) && !SAYS_MEMBERS.test(answer)) silent.push(operation.name);
    }
    return silent.sort();
  };

  /** Each host's own page, its two lists and its answers say by what it is judged, what not and why. */
  const expectHosts = async (judged: ReadonlySet<string>): Promise<void> => {
    for (const { name } of fleet) {
      const { publicId } = deviceOf(name);
      const coverage = coverageOf(name);
      expect(`${name} ${coverage?.state}`).toBe(`${name} ${judged.has(name) ? 'judged' : 'not-judged'}`);
      if (judged.has(name)) expect(coverage?.judgedBy, name).toMatchObject([{ feeds: ['osv-debian'] }]);
      else
        expect(coverage?.reasons.map(({ code }) => code)).toEqual([
          name.startsWith('windows') ? 'no-reader' : 'no-feed',
        ]);
      const shown = [
        paths.device(publicId),
        paths.deviceTab(publicId, 'findings'),
        ...(judged.has(name) ? [] : [paths.deviceTab(publicId, 'updates')]),
      ];
      for (const path of shown) {
        const { text } = await read(path);
        if (judged.has(name)) expect(text, `${name} ${path}`).toContain('osv-debian');
        else {
          expect(text, `${name} ${path}`).toMatch(SAYS);
          for (const claim of CLAIMS) expect(text, `${name} ${path}`).not.toContain(t(claim));
        }
      }
      const context = { ...entryParts(site.appliance), actor: admin, note: () => undefined };
      for (const operation of ['device.get', 'device.findings', 'device.updates', 'device.unjudged'])
        expect(
          await allOperations
            .find((one) => one.name === operation)
            ?.run(context as never, { device: publicId, limit: 10 }),
          `${name} ${operation}`,
        ).toMatchObject({ coverage: { state: judged.has(name) ? 'judged' : 'not-judged' } });
      if (!judged.has(name))
        expect(await toldBy(site.appliance).printed('update.list', { device: publicId }), name).toMatch(/not-judged/);
    }
  };

  it('asks every page, and knows why it leaves one out', () => {
    expect(addresses('sles').unknown).toEqual([]);
    expect(Object.entries({ ...NOT_ASKED, ...NAMES_ONLY }).filter(([, reason]) => reason === '')).toEqual([]);
  });

  it('asks every command', () => {
    const files = readdirSync(join(import.meta.dirname, '../../appliance/src/cli'))
      .filter(
        (name) =>
          !name.endsWith('.test.ts') &&
          readFileSync(join(import.meta.dirname, '../../appliance/src/cli', name), 'utf8').includes(
            'export const command: Command',
          ),
      )
      .map((name) => name.replace(/\.ts$/, ''));
    expect(files.sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  it('without feeds is not judged, and no page, answer or command says none', async () => {
    await expectHosts(new Set());
    for (const command of ['finding.list', 'update.list'])
      expect(await toldBy(site.appliance).printed(command, {}), command).toMatch(/18 devices are not judged/);
    const { text } = await read(paths.updates());
    expect(text).toContain(t('updates.noCatalogue'));
  });

  it('with the feed of one distribution is judged there alone, and all that speaks of findings or updates says so', async () => {
    await bring(fleet.filter(({ name }) => name === 'debian'));
    await expectHosts(new Set(['debian']));
    expect.soft(await silentPages('sles')).toEqual(Object.keys(NAMES_ONLY).sort());
    expect.soft(await silentOperations('sles')).toEqual(Object.keys(OPERATIONS_NAME_ONLY).sort());
    for (const command of ['finding.list', 'update.list'])
      expect(await toldBy(site.appliance).printed(command, {}), command).toMatch(/17 devices are not judged/);
    expect(await toldBy(site.appliance).printed('device.list', {})).toMatch(/sles .*not-judged/);
    // The host is told which feeds are missing, and for how many devices.
    expect(site.appliance.vulnerabilities.uncovered()).toHaveLength(17 - 1);
  });

  it('with every feed is judged but for the Windows hosts', async () => {
    await bring(fleet);
    const judged = fleet.filter(({ record }) => record !== undefined).map(({ name }) => name);
    expect(judged).toHaveLength(16);
    await expectHosts(new Set(judged));
    expect(site.appliance.vulnerabilities.list({ scope: ofSite, limit: 100 }).total).toBe(16);
    expect(await toldBy(site.appliance).printed('finding.list', {})).toMatch(/2 devices are not judged/);
  });
});
