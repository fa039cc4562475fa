import { hash } from 'node:crypto';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import type { Outbound } from '../../platform/connect.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import type { DeviceService } from '../devices/service.ts';
import type { DirectoryContent } from './directory-tree.ts';
import { directoryTree } from './directory-tree.ts';
import { readLdif } from './ldif.ts';
import { pollDirectory, testDirectory } from './poll-directory.ts';
import type { DiscoveryRecorder } from './recorder.ts';
import type { DiscoveryStore } from './store.ts';
import { directoryKind, directorySourceOf, subjectOf } from './targets.ts';
import type { DirectorySummary, Seen, StoreProgress } from './types.ts';

type DirectoryParts = {
  objects: ObjectService;
  events: EventService;
  inventory: InventoryService;
  devices: Pick<DeviceService, 'discover' | 'find'>;
  store: DiscoveryStore;
  recorder: DiscoveryRecorder;
  outbound: Outbound;
  clock(): number;
};

const pollMs = 60 * 60_000;
const maxEntries = 200_000;

const isoOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** A UUID that stands for the object, so that its record is found again and by nothing else. */
const recordUuid = (id: string): string => {
  const hex = hash('sha256', `directory-source\0${id}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Directories: test, poll, import, and what they hold as sections of a record of their own. */
export const directories = (parts: DirectoryParts) => {
  const { objects, events, inventory, store, recorder, outbound, clock } = parts;

  const recordOf = (source: ObjectOf<'directory-source'>): number => {
    const subject = subjectOf(source);
    const held = store.subject(subject)?.device ?? null;
    if (held !== null && parts.devices.find(held) !== undefined) return held;
    const name = String(source.body['name']);
    const found = parts.devices.discover({
      method: 'directory',
      at: clock(),
      facts: { uuid: recordUuid(source.id), hostname: name, kind: 'directory' },
    });
    if (found === undefined) throw new AppError('OVERLOADED', 'there are too many records of devices');
    store.setDevice(subject, found.device.id);
    return found.device.id;
  };

  const keep = async (source: ObjectOf<'directory-source'>, content: DirectoryContent): Promise<DirectorySummary> => {
    const at = clock();
    const device = recordOf(source);
    const changes = { added: 0, removed: 0, changed: 0 };
    for (const [collection, items] of Object.entries(content.sections)) {
      const outcome = inventory.putSection({
        device,
        collection,
        source: 'directory',
        hash: sectionHash(items),
        collectedAt: isoOf(at),
        items,
      });
      changes.added += outcome.added;
      changes.removed += outcome.removed;
      changes.changed += outcome.changed;
      // Each section is a transaction; reports get in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const by = String(source.body['name']);
    const seen = content.computers.map(
      (computer): Seen => ({
        method: 'directory',
        at,
        by,
        serial: computer.serial,
        macs: computer.macs,
        os: computer.os,
        kind: 'computer',
        addresses: computer.addresses,
        names: [computer.name, ...(computer.dnsName === undefined ? [] : [computer.dnsName])],
        visible: computer.enabled,
      }),
    );
    const kept = await recorder.keepAll(seen);
    recorder.hide('directory', by, kept.devices, at);
    const { sections } = content;
    return {
      domains: sections['directory-domain'].length,
      units: sections['directory-ou'].length,
      users: sections['directory-user'].length,
      groups: sections['directory-group'].length,
      members: sections['directory-member'].length,
      computers: content.computers.length,
      skipped: content.skipped,
      ...changes,
    };
  };

  /** Runs one read of a directory and remembers how it went. */
  const recorded = async (
    source: ObjectOf<'directory-source'>,
    actor: Actor,
    how: 'poll' | 'import',
    read: () => Promise<DirectoryContent>,
  ): Promise<DirectorySummary> => {
    const subject = subjectOf(source);
    const name = String(source.body['name']);
    try {
      const summary = await keep(source, await read());
      store.succeed(subject, clock(), summary);
      const { users, groups, computers, added, removed, changed } = summary;
      events.record(how === 'poll' ? 'directory-polled' : 'directory-imported', {
        actor: actorRef(actor),
        params: { directory: name, users, groups, computers, changes: added + removed + changed },
      });
      return summary;
    } catch (error) {
      const { code, message } = toFailure(error);
      store.fail(subject, clock(), code, message);
      events.record('directory-failed', {
        actor: actorRef(actor),
        params: { directory: name, code, reason: message.slice(0, 300) },
      });
      throw error;
    }
  };

  const withSecrets = (id: string): ObjectOf<'directory-source'> => objects.get(directoryKind, id, { secrets: true });

  return {
    /** Connects, binds and looks at the base names; NOT_NAMED, UNREACHABLE, PEER, DIRECTORY. */
    test: (id: string) => testDirectory(outbound, directorySourceOf(withSecrets(id))),
    /** Reads the whole directory and keeps it; the old content stays when anything fails. */
    poll: (
      id: string,
      actor: Actor,
      run: { signal?: AbortSignal; onProgress(progress: StoreProgress): void },
    ): Promise<DirectorySummary> => {
      const source = withSecrets(id);
      const subject = subjectOf(source);
      store.setStop(subject, false);
      const onProgress = (progress: StoreProgress): void => {
        if (store.subject(subject)?.stop === 1) throw new AppError('CANCELLED', 'stopped');
        run.onProgress(progress);
      };
      const limits = { maxEntries, totalMs: pollMs, ...defined({ signal: run.signal }) };
      return recorded(source, actor, 'poll', async () => {
        const content = await pollDirectory(outbound, directorySourceOf(source), limits, onProgress);
        onProgress({ step: 'store', entries: content.sections['directory-user'].length });
        return content;
      });
    },
    /** The same from an LDIF file. */
    importLdif: (id: string, actor: Actor, bytes: AsyncIterable<Uint8Array>): Promise<DirectorySummary> =>
      recorded(objects.get(directoryKind, id), actor, 'import', async () => {
        const tree = directoryTree();
        for await (const entry of readLdif(bytes)) {
          tree.add(entry);
          if (tree.size() > maxEntries) throw new AppError('TOO_LARGE', `the file has more than ${maxEntries} entries`);
        }
        if (tree.size() === 0) throw new AppError('MALFORMED', 'the file holds no user, group, unit or computer');
        return tree.content();
      }),
  };
};
