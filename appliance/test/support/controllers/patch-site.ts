import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { signedIn, testGate } from '../../../../test/support/persons.ts';
import type { Actor } from '../../../src/engine/objects/types.ts';
import { systemActor } from '../../../src/engine/objects/types.ts';
import { storeService } from '../../../src/engine/store/service.ts';
import type { NamedPart } from '../../../src/features/controller-findings/types.ts';
import { namedDevices } from '../../../src/features/devices/named-queries.ts';
import type { EvidenceSources } from '../../../src/features/patches/evidence-types.ts';
import { type PatchService, patchService } from '../../../src/features/patches/service.ts';
import type { ControllerView } from '../../../src/features/patches/types.ts';
import { windowService } from '../../../src/features/windows/service.ts';
import { type Engines, openEngines } from '../engines.ts';

export const dayMs = 86_400_000;

const named = ({ vendor, product, zones }: ControllerView): NamedPart => ({
  vendor,
  products: product === null ? [] : [product],
  zones: () => zones,
});

/** The patch process over controllers and a clock that the test moves. */
export const openPatchSite = async (sources: Partial<EvidenceSources> = {}) => {
  const engines: Engines = await openEngines();
  const { db, objects, events, folder } = engines;
  const time = { now: Date.UTC(2026, 10, 26, 9) };
  const controllers = new Map<string, ControllerView>();
  const key = generateSigningKey();
  const store = storeService({ objects: `${folder}/objects`, objectsTmp: `${folder}/objects-tmp` });
  const patches: PatchService = patchService({
    db,
    gate: testGate(db),
    objects,
    events,
    store,
    site: 'north',
    controllers: {
      find: (id) => controllers.get(id),
      list: ({ limit }) => [...controllers.values()].slice(0, limit),
      reached: (ids) => ids,
      zones: () => undefined,
    },
    evidence: {
      jobs: () => [],
      media: () => [],
      chain: () => events.verifyChain(),
      signingKey: () => key,
      nameOf: (actor) => actor.replace('account:', 'Person '),
      ...sources,
    },
    controllerFindings: {
      namedParts: () => [...controllers.values()].map(named),
      urgency: () => ({ decision: null, findings: 0, exploited: [], due: '' }),
      holdAgain: () => undefined,
    },
    vulnerabilities: { isPackage: (name) => name === 'openssl' },
    windows: windowService({ db, objects, devices: namedDevices(db), clock: () => 0, timeZone: () => 'UTC' }),
    clock: () => time.now,
  });
  const controller = (id: string, extra: Partial<ControllerView> = {}): void => {
    controllers.set(id, {
      id,
      name: id,
      vendor: 'Siemens',
      product: 'CPU 1515',
      zones: ['cell-3'],
      firmware: 'V2.9.2',
      readAt: time.now - dayMs,
      integrity: null,
      ...controllers.get(id),
      ...extra,
    });
  };
  /** Somebody with the right to write, and perhaps a named role. */
  const person = (name: string, ...duties: string[]): Actor => {
    const { id } = objects.create(systemActor, 'account', { name, roles: ['operator'] });
    for (const duty of duties)
      objects.ofAnyKind.create(systemActor, 'patch-duty', { name: `${duty} ${name}`, duty, account: id });
    return signedIn(id, 'controllers:write', 'controllers:approve');
  };
  return { ...engines, store, patches, time, controller, controllers, person, key };
};

export type PatchSite = Awaited<ReturnType<typeof openPatchSite>>;
