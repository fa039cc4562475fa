import { join } from 'node:path';
import { identifyBy, planFor } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import { type Extensions, loadAllDeclarations } from './all-declarations.ts';
import { wireControllers } from './controller-wiring.ts';
import { derivations, queues } from './derivations.ts';
import { endingBetween } from './ending-things.ts';
import { passOn } from './engine/changes/pass-on.ts';
import { type EventService, eventService } from './engine/events/service.ts';
import { hardwareRecordRule } from './engine/inventory/hardware-records.ts';
import { type InventoryService, inventoryService } from './engine/inventory/service.ts';
import { accountPersons } from './engine/objects/person-store.ts';
import { type ObjectService, objectService } from './engine/objects/service.ts';
import { systemActor } from './engine/objects/types.ts';
import { storeService } from './engine/store/service.ts';
import { approvalStore } from './features/accounts/approval-store.ts';
import { approvalGate } from './features/accounts/approve.ts';
import { couldApprove } from './features/accounts/approvers.ts';
import { type Passwords, passwords } from './features/accounts/password.ts';
import { type AccountService, accountService } from './features/accounts/service.ts';
import { announcementService } from './features/announcements/service.ts';
import { recoveryKeyService } from './features/backups/recovery-key.ts';
import { backupService } from './features/backups/service.ts';
import { type BaselineService, baselineService } from './features/baselines/service.ts';
import { openCa } from './features/ca/service.ts';
import { withControllers } from './features/controller-findings/matching-maps.ts';
import { provisionService } from './features/data-register/service.ts';
import { deploymentService } from './features/deployments/service.ts';
import { deviceTaskService } from './features/device-tasks/service.ts';
import { deviceFilters } from './features/devices/filter.ts';
import { groupStore } from './features/devices/group-store.ts';
import { namedDevices } from './features/devices/named-queries.ts';
import { deviceQueries } from './features/devices/queries.ts';
import { deviceRows } from './features/devices/row-store.ts';
import { deviceService } from './features/devices/service.ts';
import { forbiddenAddresses } from './features/discovery/forbidden.ts';
import { protectedKeeper } from './features/discovery/protected-keeper.ts';
import { protectedAddresses as protectedAddressService } from './features/discovery/protected-service.ts';
import { discoveryService } from './features/discovery/service.ts';
import { personService } from './features/erasure/service.ts';
import { shippedPackages } from './features/exchange/public-names.ts';
import { exchangeService } from './features/exchange/service.ts';
import { healthService } from './features/health/service.ts';
import { agentsOf, ownAddressList } from './features/identification/places.ts';
import { controllerViews, takeFound } from './features/identification/record-views.ts';
import { identificationService } from './features/identification/service.ts';
import { antivirus } from './features/media/antivirus.ts';
import { mediaService } from './features/media/service.ts';
import { notificationService } from './features/notifications/service.ts';
import { offlineImportService } from './features/offline-import/service.ts';
import { evidenceSources } from './features/patches/evidence-sources.ts';
import { recordPort } from './features/patches/record-port.ts';
import { type PatchService, patchService } from './features/patches/service.ts';
import { sampleService } from './features/queries/samples.ts';
import { queryService } from './features/queries/service.ts';
import { receiverService } from './features/receivers/service.ts';
import { redundancyService } from './features/redundancy/service.ts';
import { releaseService } from './features/releases/service.ts';
import { newRollbackDetector, type RollbackDetector } from './features/rollback/service.ts';
import { type RuleService, ruleService } from './features/rules/service.ts';
import { serverCertificates } from './features/server-certificate/service.ts';
import { updateService } from './features/updates/service.ts';
import { defaultRoot, laidReleases } from './features/upgrade/releases.ts';
import { upgradeService } from './features/upgrade/service.ts';
import { vulnerabilityService } from './features/vulnerabilities/service.ts';
import type { KeptDevice } from './features/vulnerabilities/types.ts';
import { waitingService } from './features/waiting/service.ts';
import { windowService } from './features/windows/service.ts';
import { dataPaths, readConfig } from './platform/config.ts';
import { assertSchema, type Database, openDatabase, schemaVersion } from './platform/database.ts';
import { jobs } from './platform/jobs.ts';
import { openKeyring } from './platform/keyring.ts';
import { type Log, openLog } from './platform/log.ts';
import { destroyErasedKeys, personal } from './platform/personal.ts';
import { applianceRelease } from './platform/release.ts';
import { devicesReached, zonesReached } from './platform/scope.ts';
import { type ClockSources, siteClock } from './platform/site-clock.ts';
import { siteTimeZone } from './platform/time-zone.ts';
import { waitingSources } from './waiting-sources.ts';
import { guardOf, ruleOf } from './write-rules.ts';

type ComposeOptions = {
  dataDir: string;
  extensions?: Extensions;
  log?: Log;
  /** For a thread that only stores reports. */
  undoInMemory?: boolean;
  /** For a short command (DatabaseOptions). */
  lateStatements?: boolean;
  /** Tests log in many hundred times, and hash with less. */
  hashing?: Passwords;
  /** Tests set the clocks. */
  clocks?: ClockSources;
};

/**
 * Opens the data directory and wires every part. Safe beside a running server: nothing is cached across processes, and a
 * database of another schema is refused as `assertSchema` says.
 */
export const compose = async ({
  dataDir,
  extensions = {},
  log = openLog(),
  undoInMemory = false,
  lateStatements = false,
  hashing = passwords(),
  clocks,
}: ComposeOptions) => {
  await cryptoReady();
  const paths = dataPaths(dataDir);
  const release = applianceRelease();
  const config = readConfig(paths);
  const keyring = await openKeyring(paths.keys);
  const declarations = await loadAllDeclarations(extensions);
  const db: Database = openDatabase(paths.database, { mustExist: true, undoInMemory, lateStatements });
  try {
    assertSchema(db);
    const time = siteClock({
      db,
      releasedAt: release.builtAt,
      allowanceMs: () => objects.setting('exchange.clock-allowance-days') * 86_400_000,
      ...defined({ sources: clocks }),
    });
    // What is stamped and what ends takes this clock, never the computer's own (decision 091).
    const clock = time.now;
    db.now = clock;
    db.glance = time.glance;
    const people = personal(db, keyring);
    // What a crash left between an erasure and the end of its keys.
    destroyErasedKeys(people, log);
    const maxRows = (): number => objects.setting('events.max-rows');
    const events: EventService = eventService({ db, keyring, types: declarations.events, maxRows });
    // Who derives is made after who writes: asked for with the first change.
    const changed = passOn(() => derived);
    const objects: ObjectService = objectService({
      db,
      personal: people,
      events,
      kinds: declarations.kinds,
      settings: declarations.settings,
      changed,
      further: (kind) =>
        ruleOf([rules, onSite.controllers, devices, accounts, redundancy, patches, notifications, receivers], kind) ??
        (kind === 'hardware-record' ? hardwareRecordRule(objects) : undefined),
      guard: (kind) => guardOf([accounts, keeper, deployments, redundancy, receivers, patches.measures], kind),
      defaultOf: ({ default: fallback, onWhereTwo }) =>
        onWhereTwo === undefined ? fallback : couldApprove(objects, onWhereTwo, clock()).size > 1,
    });
    const over = { db, clock, events, objects };
    const keeper = protectedKeeper({ db, clock });
    const timeZone = (): string => objects.setting('appliance.time-zone') || siteTimeZone();
    const windows = windowService({ ...over, timeZone, devices: namedDevices(db) });
    const inventory: InventoryService = inventoryService({
      db,
      personal: people,
      collections: declarations.collections,
      changed,
      kept: (collection) => baselines.keptItems(collection),
    });
    const store = storeService(paths);
    const workerData = { dataDir: paths.data, extensions };
    const queue = jobs({ db, workerData, folder: join(import.meta.dirname, 'jobs'), log });
    const certificateDays = () => objects.setting('devices.certificate-days');
    const ca = await openCa({ keyring, keysDir: paths.keys, certificateDays, clock });
    const serverCertificate = serverCertificates({ db, keyring, paths, ca, events, clock });
    const isPublicName = shippedPackages();
    const vulnerabilities = vulnerabilityService({
      ...over,
      statePath: paths.database,
      folder: paths.advisories,
      inventory,
      changed,
      isIndexed: isPublicName,
      leastRecords: () => objects.setting('vulnerabilities.least-records'),
    });
    const devices = deviceService({
      ...over,
      changed,
      inventory,
      lost: (publicId, issuedAt) => rollbackDetector.lostCertificate(publicId, issuedAt),
      derived: [
        {
          name: 'vulnerabilities',
          keep: vulnerabilities.keepOf,
          putBack: (device, kept) => vulnerabilities.putBack(device, kept as KeptDevice | null),
          forget: vulnerabilities.forget,
        },
      ],
    });
    const gate = approvalGate({
      persons: accountPersons({ db, blind: (address) => people.blindIndex('person.address', address) }),
      store: approvalStore(db),
      couldApprove: (right) => couldApprove(objects, right, clock()),
      devicesIn: (scope) => devicesReached(db, scope),
      controllersIn: (ids, scope) => ids.every((id) => onSite.controllers.service.find(id, scope) !== undefined),
      events,
      clock,
      assertCertain: time.assertCertain,
    });
    const accounts: AccountService = accountService({
      ...over,
      keyring,
      gate,
      ran: time.ran,
      wall: time.wall,
      passwords: hashing,
    });
    const notifications = notificationService({ ...over, accounts });
    const updates = updateService({ db, inventory, objects, events, store, vulnerabilities, changed });
    const redundancy = redundancyService({ ...over, ...accounts.approvals, devices: namedDevices(db) });
    const deployments = deploymentService({
      ...over,
      assertCertain: time.assertCertain,
      changes: { openAt: windows.openAt, time: () => time.read(true), pairs: redundancy.look },
      changed,
      inventory,
      devices: deviceQueries(db),
      updates,
      store,
      ...accounts.approvals,
    });
    const filters = deviceFilters({ db, clock, personal: people, inventory, vulnerabilities, objects });
    const rules: RuleService = ruleService({ ...over, changed, vulnerabilities, deviceFilters: filters });
    const onSite: ReturnType<typeof wireControllers> = wireControllers({
      over,
      declarations,
      personal: people,
      paths,
      jobs: queue,
      store,
      gate,
      vulnerabilities,
      changed,
      keepProtected: keeper.keep,
      patches: () => patches,
    });
    const { controllers, controllerFindings, firmware, integrity } = onSite;
    const baselines: BaselineService = baselineService({
      ...over,
      assertCertain: time.assertCertain,
      changed,
      inventory,
      devices,
    });
    const announcements = announcementService({ db, events, objects, clock });
    const upgrades = upgradeService({ events, paths, clock });
    const releases = releaseService({ db, events, running: release.version, laid: () => laidReleases(defaultRoot) });
    const exchange = exchangeService({
      ...over,
      firmware,
      keyring,
      inventory,
      store,
      vulnerabilities: withControllers(vulnerabilities, controllerFindings),
      updates,
      isPublicName,
      controllers: controllers.service.exchange,
      paths,
      devices: devices.each,
      inUse: () => [...deployments.objectsInUse(), ...patches.objectsInUse()],
      deviceCa: () => [Buffer.from(ca.publicKey).toString('base64')],
      time,
      gate,
      endingBetween: endingBetween({ objects, devices }),
      scan: antivirus({ db, objects, events }),
      onCatalogue: [announcements.take, releases.take],
      approvals: (bundle, lines) => void patches.approvals.takeBundle(systemActor, bundle, lines),
      releasedAt: release.builtAt,
    });
    const forbidden = forbiddenAddresses({ db, objects, controllers: controllers.service, clock });
    const protectedAddresses = protectedAddressService({ db, events, gate, forbidden, clock });
    const discovery = discoveryService({
      ...over,
      doubt: time.doubt,
      gate,
      inventory,
      devices,
      jobs: queue,
      forbidden,
    });
    const receivers = receiverService({
      ...over,
      ...accounts.approvals,
      dataFolder: paths.data,
      signingKey: () => exchange.signingKey(),
      devices: deviceQueries(db),
      forbidden,
      record: discovery.noteConnection,
      site: config.site,
      version: release.version,
      log,
    });
    const rows = deviceRows(db);
    const derived = derivations({
      groups: groupStore(db),
      events,
      inventory,
      devices,
      discovery,
      rows,
      rules,
      baselines,
      vulnerabilities,
      updates,
      deployments,
      controllers,
      controllerFindings,
      firmware,
      integrity,
      clock,
    });
    const identification = identificationService({
      ...over,
      assertCertain: time.assertCertain,
      doubt: time.doubt,
      gate,
      set: accounts.safety.set,
      timeZone,
      jobs: queue,
      controllers: controllerViews(controllers.service),
      take: takeFound(controllers.service),
      identifyBy,
      planFor,
      agent: agentsOf({ devices, inventory }),
      sources: ownAddressList,
      site: config.site,
      record: discovery.noteConnection,
      forbidden: () => forbidden,
    });
    const patches: PatchService = patchService({
      ...over,
      gate,
      store,
      site: config.site,
      controllers: recordPort(controllers.service, objects, (scope) => zonesReached(db, scope)),
      controllerFindings,
      vulnerabilities,
      evidence: evidenceSources({ objects, events, exchange, identification }),
      windows,
    });
    const backups = backupService({ events, jobs: queue, objects, paths, keyring, timeZone, clock });
    const recoveryKey = recoveryKeyService({ db, keyring, events, gate, everSignedIn: accounts.everSignedIn, clock });
    const persons = personService({ ...over, personal: people, inventory, gate, devices, backups });
    const rollbackDetector: RollbackDetector = newRollbackDetector({
      ...over,
      keyring,
      personal: people,
      devices,
      persons,
      gate,
      accounts,
      deployments,
    });
    // Before anybody is served: who was put out since stays out.
    rollbackDetector.open();
    const pollSeconds = () => objects.setting('devices.check-in-seconds');
    const made = {
      version: release.version,
      schema: schemaVersion(db),
      extensions,
      paths,
      config,
      log,
      db,
      time,
      keyring,
      personal: people,
      events,
      objects,
      inventory,
      store,
      jobs: queue,
      ca,
      serverCertificate,
      devices,
      discovery,
      protectedAddresses,
      identification,
      trustFiles: { get: exchange.trustFile, root: exchange.root },
      tasks: deployments.queue,
      accounts,
      gate,
      vulnerabilities,
      controllerFindings,
      controllerFirmware: firmware,
      updates,
      deployments,
      deployConsents: deployments.consents,
      redundancy,
      deviceTasks: deviceTaskService({ ...over, personal: people, gate, inventory, devices, discovery, config, ca }),
      exchange,
      announcements,
      notifications,
      receivers,
      releases,
      upgrades,
      deviceFilters: filters,
      rules,
      changed,
      queues: queues({ rows, rules, baselines, inventory, updates }),
      zones: onSite.zones,
      integrity,
      baselines,
      offlineImport: offlineImportService({ db, clock, inventory, devices, discovery, events }),
      persons,
      backups,
      recoveryKey,
      health: healthService({
        ...over,
        time,
        backups,
        recoveryKey,
        serverCertificate,
        ca,
        keyring,
        paths,
        upgrades,
        jobs: queue,
      }),
      rollbackDetector,
      controllers: controllers.service,
      controllerImports: onSite.controllerImports,
      controllerDrafts: onSite.controllerDrafts,
      patches,
      windows,
      media: mediaService({ folders: (name) => objects.setting(name), exchange, clock }),
      queries: queryService({ db, clock, personal: people, events, pollSeconds }),
      samples: sampleService({ db, clock, personal: people, events, gate }),
      provision: provisionService({ db, inventory, objects, store, controllers: controllers.service, paths, clock }),
      close: async () => {
        await receivers.stop();
        await queue.stop();
        vulnerabilities.close();
        controllerFindings.close();
        destroyErasedKeys(people, log);
        try {
          if (!rollbackDetector.flush()) log.warn('the witness was not written: the database was busy');
        } finally {
          people.close();
          db.close();
        }
      },
    };
    return { ...made, waiting: waitingService({ gate, sources: waitingSources(made) }) };
  } catch (error) {
    db.close();
    throw error;
  }
};

/** Everything of one appliance over one data directory: wired here and nowhere else. */
export interface Appliance extends Awaited<ReturnType<typeof compose>> {}
