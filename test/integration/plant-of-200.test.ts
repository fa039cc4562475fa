import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controllerIndex } from '@sallyport/bundle-tools/controllers/match';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Appliance, compose } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import {
  type ControllerFindings,
  controllerFindings,
} from '../../appliance/src/features/controller-findings/service.ts';
import { recordSubjects } from '../../appliance/src/features/controller-findings/subject-queries.ts';
import { controllerModel } from '../../appliance/src/features/controllers/list-view.ts';
import { type Controller, shown } from '../../appliance/src/features/controllers/types.ts';
import { controllerKnowledge } from '../../appliance/src/features/vulnerabilities/csaf-queries.ts';
import { buildSnapshot } from '../../appliance/src/features/vulnerabilities/snapshot-build-store.ts';
import { initialise } from '../../appliance/src/init.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { apiApp } from '../../appliance/src/server/api/app.ts';
import { part } from '../../appliance/test/support/advisory-parts.ts';
import { csafAdvisory } from '../../appliance/test/support/controllers/csaf.ts';
import { captureFile } from '../support/plant-capture.ts';
import {
  aasxFile,
  amlFile,
  csvBytes,
  csvTable,
  l5xFile,
  plantControllers,
  rockwellOf,
  siemensOf,
} from '../support/plant-files.ts';

// A site that never permits a query still gets a complete record (OT 1.1): tables, projects, nameplates and a capture of the
// mirror port, of 200 controllers of three makers with their modules.

/** Every tenth Schneider keeps its firmware to itself: no table, project, nameplate or packet says it. */
const plant = plantControllers(200).map((controller) =>
  controller.maker === 'Schneider Electric' && controller.index % 10 === 2
    ? { ...controller, firmware: '' }
    : controller,
);
const silent = plant.filter(({ firmware }) => firmware === '');
const isSchneider = (maker: string): boolean => maker === 'Schneider Electric';
const folder = mkdtempSync(join(tmpdir(), 'sallyport-plant-'));
const advisories = join(folder, 'advisories');
let appliance: Appliance;
let findings: ControllerFindings;

const bring = async (name: string, content: string | Uint8Array): Promise<void> => {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { refused, looked } = await appliance.controllerImports.importFile(systemActor, path);
  expect({ name, refused, isRead: looked > 0 }).toEqual({ name, refused: [], isRead: true });
};

const live = (): Controller[] =>
  appliance.controllers
    .ids(0, 10_000)
    .flatMap((id) => appliance.controllers.byId(id, wholeSite('job')) ?? [])
    .filter(({ state }) => state === 'live');

/** A project names no serial number: that it is about the controller at its address, a person says. */
const confirmProposals = (): number => {
  let merged = 0;
  for (const { id, publicId } of live()) {
    const [proposal] =
      appliance.controllers.byId(id, wholeSite('job'))?.state === 'live'
        ? appliance.controllers.proposals(id, wholeSite('job'))
        : [];
    if (proposal === undefined) continue;
    appliance.controllers.merge(systemActor, publicId, proposal.controller);
    merged += 1;
  }
  return merged;
};

/** Documents about parts of the plant, written by hand: what each says of which part is known beforehand. */
const documents = [
  csafAdvisory('siemens', {
    id: 'SSA-1',
    leaves: [{ order: '6ES7 516-3AN02-0AB0', version: '< V2.9.7' }],
    vulnerabilities: { 'CVE-2026-0001': { affected: [0], fix: 'V2.9.7', score: 9.1 } },
  }),
  csafAdvisory('siemens', {
    id: 'SSA-2',
    leaves: [{ order: '6GK7 543-1AX00-0XE0', version: '< V3.0' }],
    vulnerabilities: { 'CVE-2026-0002': { affected: [0], fix: 'V3.0' } },
  }),
  csafAdvisory('siemens', {
    id: 'SEVD-1',
    publisher: 'https://www.se.com',
    leaves: [{ order: 'BMXP342020', version: '< V3.0' }],
    vulnerabilities: { 'CVE-2026-0004': { affected: [0], fix: 'V3.0' } },
  }),
  csafAdvisory('siemens', {
    id: 'SSA-3',
    leaves: [{ order: '6ES7 315-2EH14-0AB0', version: '< V3.2.4' }],
    vulnerabilities: { 'CVE-2026-0003': { affected: [0] } },
  }),
];

beforeAll(async () => {
  const dataDir = join(folder, 'data');
  const log = openLog('silent');
  const listen = { address: '127.0.0.1', port: 0 };
  await initialise({ dataDir, site: 'aqtau-des-1', addresses: ['127.0.0.1'], listen, administrator: 'admin', log });
  appliance = await compose({ dataDir, log });
  await bring(
    'table.csv',
    csvBytes(csvTable(plant.filter(({ index, maker }) => index < 190 || isSchneider(maker))), 'utf-8'),
  );
  await bring('plant.aml', amlFile(siemensOf(plant)));
  for (const controller of rockwellOf(plant)) await bring(`${controller.name}.l5x`, l5xFile(controller));
  await bring('nameplates.aasx', aasxFile(plant.filter(({ index, maker }) => index >= 180 && !isSchneider(maker))));
  await bring('mirror.pcap', captureFile(plant));
  findings = controllerFindings({
    db: appliance.db,
    knowledge: controllerKnowledge(advisories),
    current: () => 1,
    objects: appliance.objects,
    events: appliance.events,
    record: recordSubjects(appliance.db),
    nameOf: appliance.controllers.label,
    coverageOf: () => 'not-judged',
    numberOf: () => 0,
    build: controllerIndex,
    maps: 'test/1',
    changed: () => undefined,
    clock: () => Date.UTC(2026, 10, 24),
  });
});
afterAll(async () => {
  findings?.close();
  await appliance?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a plant of 200 controllers, from files alone', () => {
  it('is 200 records once a person has said which projects are about which', () => {
    expect(confirmProposals()).toBe(siemensOf(plant).length);
    expect(live()).toHaveLength(200);
  });

  it('has maker, model, order number of each, firmware or the reason why it is not known, and its modules', async () => {
    const lacking = live().flatMap(({ id, publicId }) => {
      const parts = appliance.controllers.parts(id);
      const own = parts.find(({ type }) => type === 'controller');
      const missing = ['vendor', 'model', 'orderNumber', 'firmware'].filter((field) => shown(own, field) === undefined);
      return missing.length === 0 ? [] : [`${publicId}: ${missing.join(', ')}`];
    });
    expect(silent.length).toBeGreaterThan(5);
    expect(lacking).toHaveLength(silent.length);
    expect(lacking.every((line) => line.endsWith(': firmware'))).toBe(true);
    // Unknown is only right with a reason beside it: in rows of the list and its file, on the page, over the API.
    const rows = controllerModel(appliance).rows(
      live().map(({ id }) => id),
      wholeSite('job'),
    );
    const reasonless = rows.filter(
      ({ read, planned, reasons }) =>
        read === undefined &&
        planned === undefined &&
        !reasons.some(({ key }) => key.startsWith('controllers.why.missing')),
    );
    expect(reasonless).toEqual([]);
    expect(rows.filter(({ reasons }) => reasons.some(({ key }) => key === 'controllers.why.missing'))).toHaveLength(
      silent.length,
    );
    const account = appliance.objects.create(systemActor, 'account', { name: 'reader', roles: ['viewer'] }).id;
    const { secret } = appliance.accounts.createApiToken(systemActor, { name: 'reader', account });
    const answer = await apiApp(entryParts(appliance)).request('/controllers?missingFirmware=true&limit=200', {
      headers: { Authorization: `Bearer ${secret}` },
    });
    const listed = (await answer.json()) as { rows: { vendor: string; lacks: object[] }[] };
    expect(listed.rows).toHaveLength(silent.length);
    for (const { vendor, lacks } of listed.rows)
      expect({ vendor, lacks }).toEqual({
        vendor: 'Schneider Electric',
        lacks: [{ field: 'firmware', refusedBy: null, reason: null }],
      });
    const modules = live().flatMap(({ id }) => appliance.controllers.parts(id).filter(({ type }) => type === 'module'));
    const wanted = plant.reduce((sum, { modules: all }) => sum + all.length, 0);
    expect(modules.filter((part) => shown(part, 'orderNumber') !== undefined).length).toBeGreaterThanOrEqual(wanted);
  });

  it('has the advisories of each controller and of each module, from what files and captures said', async () => {
    const added = await part('', documents, documents, 'siemens');
    await buildSnapshot({
      folder: advisories,
      number: 1,
      previous: 0,
      parts: [added],
      capturedAt: '2026-11-24T00:00:00Z',
    });
    findings.partsChanged();
    findings.rematch();
    const byName = new Map(live().map(({ id }) => [appliance.controllers.label(id), id]));
    const said = (name: string): string[] =>
      findings
        .forController(byName.get(name) ?? 0, wholeSite('job'))
        .map(({ vulnerability, verdict, partKey }) => `${vulnerability} ${verdict}${partKey === '' ? '' : ' module'}`)
        .sort();
    for (const { assetTag, name, orderNumber, modules } of plant) {
      const wanted = [
        // The capture says V2.9.4 where the project only says V2.9, and V3.2.4, which is the fixed one.
        ...(orderNumber === '6ES7 516-3AN02-0AB0' ? ['CVE-2026-0001 affected'] : []),
        ...(orderNumber === '6ES7 315-2EH14-0AB0' ? ['CVE-2026-0003 not-affected'] : []),
        ...modules
          .filter((one) => one.orderNumber === '6GK7 543-1AX00-0XE0')
          .map(() => 'CVE-2026-0002 affected module'),
      ];
      expect({ name, said: said(byName.has(assetTag) ? assetTag : name) }).toEqual({ name, said: wanted.sort() });
    }
  });

  it('was never asked: nothing was sent, no query was planned', () => {
    const { identification, events, objects } = appliance;
    expect(events.list({ scope: wholeSite('job'), type: ['identification-started'], limit: 1 }).total).toBe(0);
    expect(objects.list({ kind: 'controller-zone', limit: 10 }).total).toBe(0);
    expect(identification.list(wholeSite('job'))).toEqual([]);
  });
});
