import { wordsOf } from '@sallyport/bundle-tools/fingerprint/words';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { CertificateStore } from './certificate-store.ts';
import type { duplicateFinder } from './duplicate-store.ts';
import { assertReached, isReached } from './reach-queries.ts';
import type { SourceStore } from './source-store.ts';
import type { DeviceStore } from './store.ts';
import type { AskingClient, ClientClaim, Device, DeviceSource } from './types.ts';

// Who is let in and who is put out, by a person or by a token that does it for new devices.

type Parts = {
  db: Database;
  store: DeviceStore;
  sources: SourceStore;
  certificates: CertificateStore;
  duplicates: ReturnType<typeof duplicateFinder>;
  objects: ObjectService;
  events: EventService;
  clock: () => number;
};

const toAsking = ({ source, clientId, token, from, firstSeenAt, claim }: DeviceSource): AskingClient => ({
  source,
  clientId,
  words: source === 'native' ? wordsOf(clientId) : [],
  byCertificate: source === 'native' && token === null,
  from: from ?? '',
  since: firstSeenAt,
  ...(claim === null ? {} : { claim: JSON.parse(claim) as ClientClaim }),
});

/** Approval and revocation of devices, and who asks for it. */
export const admission = ({ db, store, sources, certificates, duplicates, objects, events, clock }: Parts) => {
  const found = (device: Device | undefined): Device => {
    if (device === undefined) throw new AppError('NOT_FOUND', 'no such device');
    return device;
  };

  const applyGroup = (device: Device): void => {
    if (device.group === null || typeof objects.find('device-decision', device.publicId)?.body.group === 'string')
      return;
    // A group deleted since the token was made must not keep the device out.
    if (objects.find('group', device.group) === undefined) return;
    objects.put(systemActor, 'device-decision', device.publicId, { group: device.group });
  };

  /**
   * Which of the clients that wait are approved. A key that asks for a device that was let in before is that of the device, or of a
   * stranger with its hardware's numbers: it has to be named by who compared it.
   */
  const approvable = (device: Device, client: string | undefined): DeviceSource[] => {
    const waiting = sources.waitingOf(device.id);
    if (client !== undefined) {
      const named = waiting.filter(({ clientId }) => clientId === client);
      const isIn = sources.ofDevice(device.id).some((row) => row.clientId === client && row.state === 'approved');
      if (named.length > 0 || isIn) return named;
      throw new AppError('CONFLICT', 'this key does not ask any more: compare the words of the one that asks now', {
        reason: 'other-key',
      });
    }
    if (device.approvedAt === null) return waiting;
    const keyless = waiting.filter(({ source }) => source !== 'native');
    if (device.state === 'managed' && keyless.length === 0 && waiting.length > 0)
      throw new AppError(
        'COMPARE_KEY',
        `device ${device.publicId} asks again with a new key: compare its words with those that the agent says, and name the key`,
      );
    return keyless;
  };

  const approve = (actor: Actor, id: number, client?: string): Device => {
    assertReached(db, actor, [id]);
    return immediate(db, () => {
      const device = found(store.byId(id));
      if (device.state === 'revoked') throw new AppError('CONFLICT', 'the device is revoked');
      if (device.state === 'discovered') throw new AppError('CONFLICT', 'nothing on the device has asked to come in');
      const letIn = approvable(device, client);
      if (device.state === 'managed' && letIn.length === 0) return device;
      sources.approve(id, letIn);
      if (device.state !== 'managed') store.approve(id, clock());
      if (device.heldReason === 'key-with-other-hardware') store.forgetHardware(id);
      // A person has looked at both, where both are theirs to look at.
      if (device.resembles !== null && actor.type !== 'system' && isReached(db, actor, [device.resembles]))
        duplicates.setDistinct(id, device.resembles, clock(), actorRef(actor));
      events.record('device-approved', { device: id, actor: actorRef(actor), params: { device: device.publicId } });
      const approved = found(store.byId(id));
      applyGroup(approved);
      return approved;
    });
  };

  const revoke = (actor: Actor, id: number): Device => {
    assertReached(db, actor, [id]);
    return immediate(db, () => {
      const device = found(store.byId(id));
      if (device.state === 'revoked') return device;
      store.revoke(id, clock());
      sources.revoke(id);
      certificates.revoke(id);
      events.record('device-revoked', { device: id, actor: actorRef(actor), params: { device: device.publicId } });
      return found(store.byId(id));
    });
  };

  return { approve, revoke, asking: (id: number): AskingClient[] => sources.waitingOf(id).map(toAsking) };
};
