import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom, requireRight } from '../../engine/objects/types.ts';
import { type DataPaths, readConfig } from '../../platform/config.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Presented } from '../../platform/http/listener.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { CaService } from '../ca/types.ts';
import { checkPlant } from './check.ts';
import { presenting } from './presenting.ts';
import {
  type CertificateCode,
  END_STEPS_DAYS,
  type GivenCertificate,
  type PlantCertificate,
  type PlantState,
  plantFile,
} from './types.ts';

export type ServerCertificateService = {
  /** Takes a certificate of the plant; a running server presents it within seconds. INVALID with a `fault`, FORBIDDEN. */
  set(actor: Actor, given: GivenCertificate): PlantCertificate;
  /** The way back to the site's own for everybody; `confirm` is the site's name. INVALID, NOT_FOUND, FORBIDDEN. */
  clear(actor: Actor, confirm: string): void;
  /** What is held now, and whether it is presented. */
  plant(): { state: PlantState; held: PlantCertificate | undefined };
  /** What is wrong with it, English; undefined where it is presented and lasts, or there is none. */
  fault(): { code: CertificateCode; detail: string } | undefined;
  /** Of each certificate that callers see: when it ends, in milliseconds. */
  ends(): { certificate: 'authority' | 'server' | 'plant'; notAfter: number }[];
  /** What the listener presents now. */
  presented(): Promise<Presented>;
  /** What callers of a name or address have to trust, PEM; the site's own authority is always first. */
  authorities(host: string): string;
  /** Changes when another certificate is held. */
  stamp(): string;
  /** Records each step of a nearing end once; how many are new. */
  noteEnd(): number;
};

type Parts = {
  db: Database;
  keyring: Keyring;
  paths: DataPaths;
  ca: CaService;
  events: Pick<EventService, 'record' | 'list'>;
  clock?: () => number;
};

const dayMs = 86_400_000;
const firstStepMs = Math.max(...END_STEPS_DAYS) * dayMs;
const rememberedEvents = 1_000;

const endOf = (pem: string | Buffer): number => new X509Certificate(pem).validToDate.getTime();

/** The certificate that the server presents beside that of the site's own authority. */
export function serverCertificates(parts: Parts): ServerCertificateService {
  const { db, keyring, paths, ca, events } = parts;
  const clock = parts.clock ?? nowMs;
  const path = join(paths.keys, plantFile);
  const { current, inForce, plant, presented, stamp } = presenting({ keyring, paths, ca, clock });

  const fault: ServerCertificateService['fault'] = () => {
    const { state, held: found } = plant();
    const end = toTime(found?.notAfter ?? 0);
    const todo = 'sallyport certificate set --help';
    switch (state) {
      case 'none':
        return undefined;
      case 'unreadable':
        return { code: 'CERTIFICATE_UNREADABLE', detail: `keys/${plantFile} cannot be used; ${todo}` };
      case 'ended':
        return {
          code: 'CERTIFICATE_ENDED',
          detail: `the certificate of the plant ended at ${end}: the site's own is presented; ${todo}`,
        };
      case 'not-named':
        return {
          code: 'CERTIFICATE_NAMES',
          detail:
            "the certificate of the plant covers no name of the appliance: the site's own is presented; give the names: sallyport setup --address",
        };
      case 'presented':
        return (found?.notAfter ?? 0) - clock() < firstStepMs
          ? { code: 'CERTIFICATE_ENDS', detail: `the certificate of the plant ends at ${end}; ${todo}` }
          : undefined;
    }
  };

  return {
    set: (actor, given) => {
      requireRight(actor, 'settings:write');
      const checked = checkPlant(given, { addresses: readConfig(paths).addresses, nowMs: clock() });
      const { keyPem: key, chainPem: certificate, authorityPem: authority } = checked;
      const before = current();
      if (typeof before !== 'string' && before.keyPem === key && before.chainPem === certificate) return checked;
      const body = { format: 'sallyport-plant-certificate/1', key, certificate, authority };
      immediate(db, () => {
        const { fingerprint, subject, notAfter: ends } = checked;
        events.record('certificate-set', {
          ...byWhom(actor),
          params: { fingerprint, subject: subject.slice(0, 500), ends },
        });
        keyring.writeFile(plantFile, Buffer.from(JSON.stringify(body)));
      });
      return checked;
    },
    clear: (actor, confirm) => {
      requireRight(actor, 'settings:write');
      const found = current();
      if (found === 'none') throw new AppError('NOT_FOUND', 'there is no certificate of the plant');
      if (confirm !== readConfig(paths).site) throw invalid({ confirm: { key: 'certificate.fault.CONFIRM' } });
      immediate(db, () => {
        const fingerprint = typeof found === 'string' ? found : found.fingerprint;
        events.record('certificate-cleared', { ...byWhom(actor), params: { fingerprint } });
        rmSync(path);
        syncDir(paths.keys);
      });
    },
    plant,
    fault,
    ends: () => {
      const { held: found } = plant();
      const server = join(paths.keys, 'server.pem');
      return [
        { certificate: 'authority', notAfter: endOf(ca.certificatePem) },
        ...(isThere(server) ? [{ certificate: 'server' as const, notAfter: endOf(readFileSync(server)) }] : []),
        ...(found === undefined ? [] : [{ certificate: 'plant' as const, notAfter: found.notAfter }]),
      ];
    },
    presented,
    authorities: (host) => {
      const found = inForce();
      return found?.covers(host) ? `${ca.certificatePem}${found.authorityPem}` : ca.certificatePem;
    },
    stamp,
    noteEnd: () => {
      const { held: found } = plant();
      if (found === undefined) return 0;
      const { fingerprint, notAfter: ends } = found;
      const left = ends - clock();
      const passed = END_STEPS_DAYS.filter((days) => left < days * dayMs);
      if (passed.length === 0) return 0;
      const limitDays = left <= 0 ? 0 : Math.min(...passed);
      const isNoted = events
        .list({ scope: wholeSite('job'), type: ['certificate-ends'], limit: rememberedEvents })
        .rows.some(({ params }) => params['fingerprint'] === fingerprint && params['limitDays'] === limitDays);
      if (isNoted) return 0;
      events.record('certificate-ends', { actor: 'system:appliance', params: { fingerprint, limitDays, ends } });
      return 1;
    },
  };
}
