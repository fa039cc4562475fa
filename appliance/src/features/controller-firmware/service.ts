import type { Readable } from 'node:stream';
import { firmwareId, firmwareKey, isAbove, isAtLeast } from '@sallyport/bundle-tools/controllers/firmware-id';
import { readPurl } from '@sallyport/bundle-tools/versions/purl';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, scopeOf } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { cleanLine } from '../../platform/text.ts';
import type { ControllerService } from '../controllers/service.ts';
import { DECISIONS } from '../vulnerabilities/types.ts';
import { type CataloguedFile, firmwareStore, type HandoverRow } from './store.ts';
import {
  type ArrivedFirmware,
  CHECKS,
  type Check,
  type FirmwareTarget,
  type FirmwareWant,
  type Handover,
  type KnownForChecklist,
} from './types.ts';

// Firmware files on their way to an engineer (OT 1.2). A file is staged, verified and handed over; the vendor's tool puts
// it into the controller, and nothing here ever does. What the engineer then says is a word; only a reading that is newer
// than it verifies.

type ControllerFirmwareParts = {
  readonly db: Database;
  readonly events: Pick<EventService, 'record'>;
  readonly store: Pick<StoreService, 'has' | 'isIntact' | 'open' | 'read'>;
  readonly nameOf: (controller: number) => string;
  /** A controller and its modules, with their data. */
  readonly partsOf: ControllerService['parts'];
  readonly clock: () => number;
};

const maxText = 500_000;
const maxWants = 10_000;

const fileNameOf = ({ update, sha256 }: CataloguedFile): string => {
  const named = readPurl(update.purl)?.qualifiers.get('file_name');
  const plain = cleanLine(named ?? `${update.name.replaceAll('/', '-')}-${update.version}.bin`);
  return (
    plain
      .replace(/[^\w.+-]+/g, '_')
      .replace(/^\.+/, '_')
      .slice(0, 120) || sha256
  );
};

const toHandover = (row: HandoverRow): Handover => ({
  id: row.id,
  controller: row.controller,
  part: row.part,
  sha256: row.sha256,
  version: row.version,
  before: row.version_before,
  confirmed: JSON.parse(row.checklist) as Check[],
  handedAt: row.handed_at,
  handedBy: row.handed_by,
  doneAt: row.done_at,
  state: row.outcome ?? (row.done_at === null ? 'handed' : 'done'),
  found: row.version_after ?? '',
});

/** Files of firmware that are here, who needs them, and what became of those that were handed over. */
export const controllerFirmware = (parts: ControllerFirmwareParts) => {
  const { db, events, clock } = parts;
  const store = firmwareStore(db);

  /** The files that are for a controller in reach, with what has them not yet there; all files where that is the site. */
  const list = (scope: Scope): ArrivedFirmware[] => {
    const byFile = Map.groupBy(store.catalogued(), ({ sha256 }) => sha256);
    if (byFile.size === 0) return [];
    const byProduct = Map.groupBy(store.identifiedParts(scope), ({ vendor, order_number }) =>
      firmwareKey(firmwareId(vendor, order_number)),
    );
    return [...byFile].flatMap(([sha256, files]): ArrivedFirmware[] => {
      const [first] = files;
      if (first === undefined) throw new AppError('INTERNAL', 'a group without members');
      const { update, sizeBytes } = first;
      const ids = [...new Set(files.map((file) => file.update.name))];
      const targets = ids.flatMap((id) => byProduct.get(firmwareKey(id)) ?? []);
      if (targets.length === 0 && !scope.site) return [];
      const file: ArrivedFirmware = {
        sha256,
        vendor: update.name.split('/')[0] ?? '',
        orderNumbers: ids.map((id) => id.slice(id.indexOf('/') + 1)),
        version: update.version,
        title: update.title ?? '',
        fileName: fileNameOf(first),
        sizeBytes,
        licence: update.licence ?? null,
        notes: update.notes ?? null,
        isHere: parts.store.has(sha256),
        // Controllers that certainly have it are left out; those that cannot be compared are shown.
        targets: targets
          .filter(({ firmware }) => firmware === '' || !isAtLeast(firmware, update.version))
          .map(({ controller, part, part_key, firmware }) => ({ controller, part, partKey: part_key, firmware })),
      };
      return [file];
    });
  };

  const get = (sha256: string, scope: Scope): ArrivedFirmware => {
    const found = list(scope).find((file) => file.sha256 === sha256);
    if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such firmware');
    return found;
  };

  const record = (
    type:
      | 'controller-firmware-handed'
      | 'controller-firmware-done'
      | 'controller-firmware-verified'
      | 'controller-firmware-differs',
    row: Pick<HandoverRow, 'controller' | 'version'>,
    product: string,
    extra: { actor?: Actor; sha256?: string; found?: string } = {},
  ): void => {
    const { actor, ...more } = extra;
    events.record(type, {
      ...(actor === undefined ? {} : byWhom(actor)),
      params: { product, version: row.version, controller: parts.nameOf(row.controller), ...more },
    });
  };

  const productOf = (sha256: string): string =>
    store.catalogued().find((file) => file.sha256 === sha256)?.update.name ?? sha256.slice(0, 16);

  /** Only a reading that is newer than the engineer's word says what is in the controller now. */
  const check = (): void => {
    for (const row of store.waiting()) {
      const reading = store.reading(row.part);
      if (reading === undefined || row.done_at === null || reading.observedAt <= row.done_at) continue;
      const isIt = isAtLeast(reading.value, row.version);
      immediate(db, () => {
        if (!store.close(row.id, isIt ? 'verified' : 'other-version', clock(), reading.value)) return;
        const product = productOf(row.sha256);
        if (isIt) record('controller-firmware-verified', row, product);
        else record('controller-firmware-differs', row, product, { found: reading.value });
      });
    }
  };

  const handoverOf = (id: number, scope: Scope): HandoverRow => {
    const row = store.find(id, scope);
    if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such handover');
    return row;
  };

  /** Whether the file that would go back to the present version is here. */
  const isRollbackHere = (target: FirmwareTarget, file: ArrivedFirmware): boolean =>
    list(wholeSite('figures')).some(
      (other) =>
        other.isHere &&
        other.orderNumbers.some((order) => file.orderNumbers.includes(order)) &&
        isAtLeast(other.version, target.firmware) &&
        isAtLeast(target.firmware, other.version),
    );

  const knownForChecklist = (target: FirmwareTarget, file: ArrivedFirmware): KnownForChecklist => {
    const own = parts.partsOf(target.controller).find(({ type }) => type === 'controller');
    const value = (field: string): string => own?.observed[field] ?? own?.configured[field] ?? '';
    const place = value('backupPlace');
    return {
      backup: place === '' ? null : { place, restoreTestedAt: value('restoreTestedAt') },
      tool: [value('projectTool'), value('projectToolVersion')].filter((text) => text !== '').join(' '),
      rollback: target.firmware === '' ? null : isRollbackHere(target, file),
      key: value('keySwitch'),
      card: value('memoryCardSerial'),
    };
  };

  return {
    list,
    /** Throws NOT_FOUND. */
    get,
    /** Files for a controller and its modules that they have not yet. */
    forController: (controller: number): { file: ArrivedFirmware; target: FirmwareTarget }[] =>
      list(wholeSite('figures')).flatMap((file) =>
        file.targets.filter((target) => target.controller === controller).map((target) => ({ file, target })),
      ),
    text: (sha256: string): string => Buffer.from(parts.store.read(sha256, maxText)).toString('utf8'),
    knownForChecklist,
    /**
     * Hands a file to a person: checked once more, recorded, and only then given. HASH_MISMATCH where the bytes are no
     * longer what was signed for.
     */
    hand: async (
      actor: Actor,
      given: { sha256: string; controller: number; part: number; confirmed: readonly Check[] },
    ): Promise<{ handover: number; file: ArrivedFirmware; open: () => Readable }> => {
      const file = get(given.sha256, scopeOf(actor, 'updates:write'));
      const target = file.targets.find(
        ({ controller, part }) => controller === given.controller && part === given.part,
      );
      if (target === undefined) throw invalid({ controller: { key: 'validation.choice' } });
      if (!file.isHere) throw new AppError('NOT_FOUND', 'the file is not in the store');
      if (!(await parts.store.isIntact(given.sha256)))
        throw new AppError('HASH_MISMATCH', 'the file in the store is not the one that was signed for');
      const handover = immediate(db, () => {
        const id = store.insert({
          controller: target.controller,
          part: target.part,
          sha256: file.sha256,
          version: file.version,
          before: target.firmware,
          checklist: JSON.stringify(CHECKS.filter((name) => given.confirmed.includes(name))),
          at: clock(),
          by: actorRef(actor),
        });
        record(
          'controller-firmware-handed',
          { controller: target.controller, version: file.version },
          productOf(file.sha256),
          {
            actor,
            sha256: file.sha256,
          },
        );
        return id;
      });
      return { handover, file, open: () => parts.store.open(file.sha256) };
    },
    /** The engineer says it is in the controller. */
    done: (actor: Actor, id: number): void => {
      const scope = scopeOf(actor, 'updates:write');
      immediate(db, () => {
        const row = handoverOf(id, scope);
        if (!store.setDone(id, clock(), actorRef(actor))) throw new AppError('CONFLICT', 'this was confirmed before');
        record('controller-firmware-done', row, productOf(row.sha256), { actor });
      });
    },
    drop: (actor: Actor, id: number): void => {
      handoverOf(id, scopeOf(actor, 'updates:write'));
      if (!store.close(id, 'dropped', clock(), null)) throw new AppError('CONFLICT', 'this has ended');
    },
    check,
    /** In reach; of one controller that was found in reach. */
    handovers: (scope: Scope, controller?: number, limit = 200): Handover[] => {
      check();
      return (controller === undefined ? store.recent(limit, scope) : store.ofController(controller)).map(toHandover);
    },
    open: (scope: Scope): number => store.open(scope),
    /** What would close findings: per product the highest version that a fix names. No controller is named. */
    wants: (): FirmwareWant[] => {
      const held = list(wholeSite('figures')).filter(({ isHere }) => isHere);
      const wants = new Map<string, FirmwareWant>();
      for (const { vendor, order_number, fixed_version, rank } of store.fixes()) {
        const id = firmwareId(vendor, order_number);
        const key = firmwareKey(id);
        const before = wants.get(key);
        const min = before === undefined || isAbove(fixed_version, before.min) ? fixed_version : before.min;
        const worst = Math.min(rank, before === undefined ? rank : DECISIONS.indexOf(before.priority));
        wants.set(key, { kind: 'firmware', id, min, priority: DECISIONS[worst] ?? 'track' });
      }
      const isHeld = ({ id, min }: FirmwareWant): boolean =>
        held.some(
          (file) =>
            isAtLeast(file.version, min) &&
            file.orderNumbers.some((order) => firmwareKey(firmwareId(file.vendor, order)) === firmwareKey(id)),
        );
      return [...wants.values()]
        .filter((want) => !isHeld(want))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, maxWants);
    },
  };
};

export type ControllerFirmware = ReturnType<typeof controllerFirmware>;
