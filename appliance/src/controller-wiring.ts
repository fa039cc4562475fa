import { controllerIndex } from '@sallyport/bundle-tools/controllers/match';
import type { loadAllDeclarations } from './all-declarations.ts';
import type { Changed } from './engine/changes/types.ts';
import type { EventService } from './engine/events/service.ts';
import type { ObjectService } from './engine/objects/service.ts';
import type { StoreService } from './engine/store/service.ts';
import type { ApprovalGate } from './features/accounts/types.ts';
import { findingReasons } from './features/controller-findings/health.ts';
import { CONTROLLER_MAPS } from './features/controller-findings/matching-maps.ts';
import { measuresIn } from './features/controller-findings/measures.ts';
import { type ControllerFindings, controllerFindings } from './features/controller-findings/service.ts';
import { recordSubjects } from './features/controller-findings/subject-queries.ts';
import { controllerFirmware } from './features/controller-firmware/service.ts';
import { controllerDraftStore } from './features/controller-imports/draft-store.ts';
import { controllerDrafts } from './features/controller-imports/drafts.ts';
import { fileImports } from './features/controller-imports/service.ts';
import { controllerService } from './features/controllers/service.ts';
import { sharedMaps } from './features/controllers/shared-maps.ts';
import type { KeepProtected } from './features/discovery/types.ts';
import { harden } from './features/hardening/service.ts';
import { controllerSource } from './features/integrity/controller-source.ts';
import { integrityService } from './features/integrity/service.ts';
import type { PatchService } from './features/patches/service.ts';
import type { VulnerabilityService } from './features/vulnerabilities/service.ts';
import { zoneService } from './features/zones/service.ts';
import { type Database, immediate } from './platform/database.ts';
import type { Jobs } from './platform/jobs.ts';
import type { Personal } from './platform/personal.ts';
import { wholeSite } from './platform/scope.ts';
import { controllerTrials } from './trial.ts';

type ControllerParts = {
  over: { db: Database; clock: () => number; events: EventService; objects: ObjectService };
  declarations: Awaited<ReturnType<typeof loadAllDeclarations>>;
  personal: Personal;
  paths: { database: string; staging: string };
  jobs: Jobs;
  store: StoreService;
  gate: ApprovalGate;
  vulnerabilities: VulnerabilityService;
  changed: Changed;
  keepProtected: KeepProtected;
  /** Made later: asked for when findings are read. */
  patches: () => PatchService;
};

/** Wires what is about controllers alone: their record, imports, integrity, findings, firmware and zones. */
export const wireControllers = (parts: ControllerParts) => {
  const { over, declarations, store, gate, vulnerabilities, changed } = parts;
  const { db, clock, events, objects } = over;
  const controllers = controllerService({
    ...over,
    collections: declarations.facts,
    maps: sharedMaps,
    changed,
    keepProtected: parts.keepProtected,
  });
  const record = controllers.service;
  const imports = fileImports({
    ...over,
    controllers: record,
    trial: controllerTrials({
      path: parts.paths.database,
      personal: parts.personal,
      kinds: declarations.kinds,
      settings: declarations.settings,
      collections: declarations.facts,
      maps: sharedMaps,
    }),
    transact: (work) => immediate(db, work),
  });
  const findings: ControllerFindings = controllerFindings({
    ...over,
    knowledge: vulnerabilities.ofControllers,
    current: vulnerabilities.snapshot,
    record: recordSubjects(db),
    nameOf: record.label,
    coverageOf: (controller) => record.listed([controller], wholeSite('job'))[0]?.coverage ?? 'not-judged',
    numberOf: (publicId, scope) => record.find(publicId, scope)?.id ?? 0,
    build: controllerIndex,
    maps: CONTROLLER_MAPS,
    measures: measuresIn({ patches: parts.patches, controllers: record, objects }),
    changed,
  });
  const integrity = integrityService({
    ...over,
    harden,
    gate,
    facts: controllerSource(record, (publicId) => objects.find('controller-program', publicId) !== undefined),
    further: ({ controller }) => findingReasons(findings.loads([controller]).get(controller)),
  });
  return {
    controllers,
    controllerImports: imports,
    controllerDrafts: controllerDrafts({
      clock,
      store: controllerDraftStore(db),
      jobs: parts.jobs,
      imports,
      stagingDir: parts.paths.staging,
    }),
    controllerFindings: findings,
    firmware: controllerFirmware({ db, events, store, nameOf: record.label, partsOf: record.parts, clock }),
    integrity,
    zones: zoneService({ db, objects, integrity, controllers: record }),
  };
};
