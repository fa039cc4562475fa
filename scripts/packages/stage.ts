import { cpSync, existsSync, lutimesSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { agentBlob, agentComponents, makeExecutable } from './executable.ts';
import type { Lock, Locked } from './locked.ts';
import { manPages } from './man-pages.ts';
import { nodePackage } from './node-package.ts';
import type { PackageSpec } from './package-spec.ts';
import { type Arch, layRuntimeTree, plainModes } from './runtime-tree.ts';

// A package's files as they will lie on the target, for both kinds of package.

export type Release = {
  root: string;
  version: string;
  /** Seconds since 1970 of the commit: the time of every file. */
  epoch: number;
  lock: Lock;
  cache: string;
  /** The public half of the key that signs this release and, until another takes its place, the next ones. */
  releaseKey?: Uint8Array | undefined;
};

export type Staged = { spec: PackageSpec; arch: Arch; folder: string; components: Locked[] };

/** gzip without a time or a name, as Debian's policy has documents. */
const compressed = (text: string): Uint8Array => gzipSync(text, { level: 9 });

function changelog({ name }: PackageSpec, { version, epoch }: Release): string {
  const day = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md of this release.\n\n -- Sallyport maintainers <maintainers@sallyport.invalid>  ${day}\n`;
}

/** The licences of everything inside, each with what it covers; Debian's machine-readable form. */
function copyright(components: readonly Locked[]): string {
  const paragraphs = components.map(
    ({ name, version, license }) =>
      `Files: */${name}/*\nCopyright: the authors of ${name} ${version}\nLicense: ${license.replaceAll(/[()]/g, '')}\n`,
  );
  const licences = [...new Set(components.map(({ license }) => license.replaceAll(/[()]/g, '')))].sort();
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: sallyport\n',
    'Files: *\nCopyright: the authors of Sallyport\nLicense: Apache-2.0\n',
    ...paragraphs,
    ...['Apache-2.0', ...licences.filter((name) => name !== 'Apache-2.0')].map(
      (name) =>
        `License: ${name}\n ${name === 'Apache-2.0' ? 'On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.' : 'The text lies beside the program, with each package, and in the SBOM of the release.'}\n`,
    ),
  ].join('\n');
}

/** The time of every file, folder and link is the commit's. */
function setTimes(folder: string, epoch: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setTimes(path, epoch);
    else lutimesSync(path, epoch, epoch);
  }
  lutimesSync(folder, epoch, epoch);
}

/** Lays a package's files into `folder`, which is made anew. */
export async function stage(spec: PackageSpec, arch: Arch, folder: string, release: Release): Promise<Staged> {
  const { root, lock, cache, epoch } = release;
  rmSync(folder, { recursive: true, force: true });
  const put = (target: string, bytes: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    writeFileSync(join(folder, target), bytes);
  };
  const node = nodePackage(root, lock, `linux-${arch}`, cache);
  const doc = `/usr/share/doc/${spec.name}`;
  const lay = async (): Promise<Locked[]> => {
    const { program } = spec;
    if ('home' in program)
      return layRuntimeTree(join(folder, program.home), { root, lock, runtime: program.runtime, arch, node });
    put(`${doc}/node-license.txt`, readFileSync(join(node, 'LICENSE')));
    mkdirSync(dirname(join(folder, program.executable)), { recursive: true });
    const blob = await agentBlob(root, release.version, `${folder}.executable`);
    makeExecutable(root, blob, join(node, 'bin/node'), join(folder, program.executable));
    rmSync(`${folder}.executable`, { recursive: true });
    return agentComponents(lock, `linux-${arch}`);
  };
  const components = await lay();
  for (const [target, from] of Object.entries(spec.files)) {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    cpSync(join(root, from), join(folder, target));
  }
  if (release.releaseKey !== undefined && 'home' in spec.program)
    put(
      join(spec.program.home, 'release.pub'),
      `${JSON.stringify({ type: 'ed25519', public: Buffer.from(release.releaseKey).toString('base64') })}\n`,
    );
  put(`${doc}/copyright`, copyright(components));
  put(`${doc}/changelog.gz`, compressed(changelog(spec, release)));
  for (const [name, page] of await manPages(spec, root, epoch))
    put(`/usr/share/man/man8/${name}.8.gz`, compressed(page));
  const overrides = join(root, 'packaging', spec.name, 'lintian-overrides');
  if (existsSync(overrides)) put(`/usr/share/lintian/overrides/${spec.name}`, readFileSync(overrides));
  plainModes(folder);
  setTimes(folder, epoch);
  return { spec, arch, folder, components };
}
