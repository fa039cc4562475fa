import { createHash } from 'node:crypto';
import type { Locked } from './locked.ts';
import type { PackageSpec } from './package-spec.ts';
import type { Release } from './stage.ts';

// The components of a release in CycloneDX 1.6: every npm package whose code is in an artefact, with licence and digest.

const purlOf = ({ name, version }: Locked): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const licenceOf = (license: string): object =>
  /^[A-Za-z0-9.+-]+$/.test(license) ? { license: { id: license } } : { expression: license };

/** The lock's `sha512-BASE64` as hex. */
function hashOf(integrity: string): { alg: string; content: string } {
  const [name, digest] = [integrity.slice(0, integrity.indexOf('-')), integrity.slice(integrity.indexOf('-') + 1)];
  if (name !== 'sha512') throw new Error(`package-lock.json has a digest of ${name}`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}

/** A UUID that follows from the text, so that the same release has the same serial number. */
function serialOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (Number(bytes[6]) & 0x0f) | 0x50;
  bytes[8] = (Number(bytes[8]) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
}

/** One document for all packages of a release; what each holds stands among `dependencies`. */
export function sbomOf(
  { version, epoch }: Release,
  parts: ReadonlyArray<{ spec: PackageSpec; components: readonly Locked[] }>,
): string {
  const all = new Map(parts.flatMap(({ components }) => components.map((one) => [purlOf(one), one] as const)));
  const refs = [...all.keys()].sort();
  const own = (name: string) => ({
    type: 'application',
    'bom-ref': `pkg:generic/${name}@${version}`,
    name,
    version,
    licenses: [{ license: { id: 'Apache-2.0' } }],
    purl: `pkg:generic/${name}@${version}`,
  });
  const libraries = [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([purl, one]) => ({
      type: /^node-(?:linux|win)-/.test(one.name) ? 'platform' : 'library',
      'bom-ref': purl,
      name: one.name,
      version: one.version,
      licenses: [licenceOf(one.license)],
      hashes: [hashOf(one.integrity)],
      purl,
    }));
  const applications = [...new Set(parts.map(({ spec }) => spec.name))].sort();
  const holds = (name: string): string[] =>
    refs.filter((ref) =>
      parts.some(({ spec, components }) => spec.name === name && components.some((one) => purlOf(one) === ref)),
    );
  const body = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(JSON.stringify([version, epoch, refs])),
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString().replace('.000Z', 'Z'),
      component: { ...own('sallyport-release'), type: 'application' },
    },
    components: [...applications.map(own), ...libraries],
    dependencies: [
      { ref: own('sallyport-release')['bom-ref'], dependsOn: applications.map((name) => own(name)['bom-ref']) },
      ...applications.map((name) => ({ ref: own(name)['bom-ref'], dependsOn: holds(name) })),
      ...refs.map((ref) => ({ ref })),
    ],
  };
  return `${JSON.stringify(body, null, 1)}\n`;
}
