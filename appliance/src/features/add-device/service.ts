import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import type { Config } from '../../platform/config.ts';
import type { SiteClock } from '../../platform/site-clock.ts';
import type { CaService } from '../ca/types.ts';
import type { ServerCertificateService } from '../server-certificate/service.ts';
import { kitFor } from './kit.ts';
import { caFingerprint, fingerprintOf, makeToken, serverAddresses, trustedBy } from './token.ts';
import type { Kit, KitInput, TokenWishes } from './types.ts';

export type AddDeviceService = {
  /** Every address that the certificate names, the most useful first. */
  servers(): string[];
  /** SHA-256 of the CA's certificate, as tools show it. */
  caFingerprint(): string;
  /** What pins the CA and the trust root together; null while there is no root. */
  siteFingerprint(): string | null;
  /** Makes an enrolment token; its secret is nowhere else than in the answer. */
  makeToken(actor: Actor, wishes: TokenWishes): { id: string; secret: string };
  /** The files and lines for the client that a device runs. */
  kit(input: Omit<KitInput, 'caPem' | 'fingerprint' | 'caFingerprint'>): Kit;
};

/** Letting a device in: its token, and what it is set up with. */
export function addDeviceService(parts: {
  config: Pick<Config, 'addresses' | 'listen'>;
  ca: Pick<CaService, 'certificateDer' | 'certificatePem'>;
  serverCertificate: Pick<ServerCertificateService, 'authorities'>;
  objects: ObjectService;
  /** The trust root in force. */
  root: () => Uint8Array | null;
  time: Pick<SiteClock, 'now'>;
}): AddDeviceService {
  const { config, ca, serverCertificate, objects, root, time } = parts;
  const siteFingerprint = (): string | null => fingerprintOf(ca, root());
  return {
    servers: () => serverAddresses(config),
    caFingerprint: () => caFingerprint(ca),
    siteFingerprint,
    makeToken: (actor, wishes) => makeToken(objects, actor, wishes, time.now),
    kit: (input) =>
      kitFor({
        ...input,
        caPem: trustedBy(input, ca, serverCertificate),
        fingerprint: siteFingerprint(),
        caFingerprint: caFingerprint(ca),
      }),
  };
}
