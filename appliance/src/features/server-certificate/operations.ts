import { createHash } from 'node:crypto';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { z } from 'zod';
import { type DataPaths, readConfig } from '../../platform/config.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { CaService } from '../ca/types.ts';
import type { ServerCertificateService } from './service.ts';
import { maxPem } from './types.ts';

// The certificate of the plant's own authority: shown, set, taken back.

type Needs = { serverCertificate: ServerCertificateService; ca: CaService; paths: DataPaths };
const { operation } = operationsOver<Needs>({ area: 'settings', bound: 'site' });

const shown = z.object({
  site: z
    .object({ sha256: z.string(), ends: time.describe("Of the site's authority") })
    .describe("The site's own authority, which agents of Sallyport always ask for and pin"),
  addresses: z.array(
    z.object({
      address: z.string(),
      authority: z
        .enum(['site', 'plant'])
        .describe('Who signed the certificate that callers of this name or address see'),
    }),
  ),
  state: z
    .enum(['none', 'presented', 'ended', 'not-named', 'unreadable'])
    .describe("Of the plant's certificate; where it is not `presented`, all callers see the site's own"),
  plant: z
    .object({
      subject: z.string(),
      issuer: z.string(),
      names: z.array(z.string()),
      sha256: z.string(),
      authoritySha256: z.string().describe("Of the root of the plant's authority"),
      begins: time,
      ends: time.describe('The earliest end in its chain'),
      daysLeft: z.int(),
    })
    .nullable(),
});

export const serverCertificateSchemas = { ServerCertificate: shown };

const dayMs = 86_400_000;

/** What callers see, by the names and addresses of the appliance. */
export function shownCertificate({ serverCertificate, ca, paths }: Needs): z.input<typeof shown> {
  const { state, held } = serverCertificate.plant();
  const { addresses } = readConfig(paths);
  const own = serverCertificate.ends().find(({ certificate }) => certificate === 'authority');
  return {
    site: { sha256: createHash('sha256').update(ca.certificateDer).digest('hex'), ends: own?.notAfter ?? 0 },
    addresses: addresses.map((address) => ({
      address,
      authority: state === 'presented' && held?.covers(address) ? 'plant' : 'site',
    })),
    state,
    plant:
      held === undefined
        ? null
        : {
            subject: held.subject,
            issuer: held.issuer,
            names: [...held.names],
            sha256: held.fingerprint,
            authoritySha256: held.authorityFingerprint,
            begins: held.notBefore,
            ends: held.notAfter,
            daysLeft: Math.floor((held.notAfter - nowMs()) / dayMs),
          },
  };
}

const pem = z.string().max(maxPem);
const http = '/certificate';

type Shown = z.output<typeof shown>;
type Out = { line(text: string): void; note(text: string): void };

const print = (out: Out, { site, addresses, state, plant }: Shown): void => {
  out.line(`authority of the site  SHA-256 ${site.sha256}, until ${site.ends}`);
  if (plant === null) out.line(`plant                  ${state}`);
  else {
    out.line(`plant                  ${state}: ${plant.subject.replaceAll('\n', ', ')}`);
    out.line(`signed by              ${plant.issuer.replaceAll('\n', ', ')}`);
    out.line(`names                  ${plant.names.join(' ')}`);
    out.line(`SHA-256                ${plant.sha256}`);
    out.line(`until                  ${plant.ends} (${plant.daysLeft} days)`);
  }
  for (const { address, authority } of addresses)
    out.line(`${address.padEnd(22)} ${authority === 'plant' ? "the plant's certificate" : "the site's certificate"}`);
};

export const certificateSet = operation({
  name: 'certificate.set',
  http: { method: 'post', path: http },
  right: 'settings:write',
  summary: "Presents a certificate of the plant's own authority to callers that ask for a name in it",
  description:
    'A running server presents it within seconds. Callers of other names and of addresses, and agents of Sallyport always, see the certificate of the site as before. Agents of others that use a name in it need the file `ca.pem` anew (`certificate authorities`).',
  input: z.strictObject({
    certificate: pem.describe("PEM: the server's certificate, then each authority that signed the one before"),
    key: pem.describe('PEM: its private key, without a password'),
    authority: pem.optional().describe('PEM: the root, where the chain does not end with it'),
  }),
  output: shown,
  run: (needs, given) => {
    needs.serverCertificate.set(needs.actor, given);
    return shownCertificate(needs);
  },
  form: {
    at: paths.certificate,
    back: () => paths.certificate(),
    areas: { certificate: 4, key: 4, authority: 4 },
    secrets: ['key'],
  },
  command: {
    flags: {
      certificate: { reads: maxPem, required: true },
      key: { reads: maxPem, required: true },
      authority: { reads: maxPem },
    },
    example: 'sallyport certificate set --certificate chain.pem --key server.key --authority root.pem',
    print: (out, answer) => {
      print(out, answer);
      out.note('agents of others that use a name in it need: sallyport certificate authorities NAME');
    },
  },
});

export const certificateClear = operation({
  name: 'certificate.clear',
  http: { method: 'post', path: '/certificate/clear' },
  right: 'settings:write',
  summary: "Removes the plant's certificate and its key; all callers see the site's own within seconds",
  input: z.strictObject({ confirm: z.string().max(64).describe("The site's name, so that it is meant") }),
  output: shown,
  run: (needs, { confirm }) => {
    needs.serverCertificate.clear(needs.actor, confirm);
    return shownCertificate(needs);
  },
  form: { at: paths.certificateClear, back: () => paths.certificate(), isGrave: true },
  command: {
    flags: { confirm: { value: 'SITE' } },
    example: 'sallyport certificate clear --confirm plant-7 --data /var/lib/sallyport',
    print,
  },
});

export const serverCertificateOperations = [
  operation({
    name: 'certificate.show',
    http: { method: 'get', path: http },
    right: 'settings:read',
    summary: 'Which certificate callers of each name and address see, and until when',
    input: z.strictObject({}),
    output: shown,
    run: shownCertificate,
    command: { example: 'sallyport certificate show --data /var/lib/sallyport', print },
  }),
  certificateSet,
  certificateClear,
  operation({
    name: 'certificate.authorities',
    http: { method: 'get', path: '/certificate/authorities' },
    right: 'settings:read',
    summary: 'The file ca.pem for clients of others that use a name or an address',
    input: z.strictObject({ address: z.string().min(1).max(253).describe('As the client calls the appliance') }),
    output: z.object({ pem: z.string() }),
    run: ({ serverCertificate }, { address }) => ({ pem: serverCertificate.authorities(address) }),
    command: {
      positionals: ['address'],
      example: 'sallyport certificate authorities sallyport.plant.example --data /var/lib/sallyport',
      print: (out, answer) => out.line(answer.pem.trimEnd()),
    },
  }),
];
