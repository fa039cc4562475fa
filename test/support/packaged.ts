import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs';
import { repositoryRoot } from './sources.ts';

// The commands as the packages bring them, on this computer: in mounts of its own, with the wrappers at their places, the services' users,
// empty folders for their data, and a /root that is root's alone. Nothing of it is seen outside.

export type Packaged = {
  /** Runs a shell script as root in /root. */
  sh(script: string): Promise<{ status: number | null; stdout: string; stderr: string }>;
  end(): Promise<void>;
};

const users = [
  ['sallyport', 64_997, '/var/lib/sallyport'],
  ['sallyport-host', 64_996, '/var/lib/sallyport-host'],
] as const;

const lay = (tree: string, at: string): string => `
set -eu
mount --make-rprivate /
tree=${at}
mount --bind ${tree} "$tree"
mount -t tmpfs -o mode=1777 tmpfs /tmp
for folder in /opt /root /srv /media /var/lib /run; do mkdir -p $folder; mount -t tmpfs -o mode=755 tmpfs $folder; done
chmod 700 /root
mkdir /run/etc
cp -a /etc/. /run/etc/
mount --bind /run/etc /etc
mkdir -p /opt/sallyport /opt/sallyport-host /etc/sallyport /run/sallyport
ln -s "$tree" /opt/sallyport/current
mount --bind "$tree" /opt/sallyport-host
mkdir /run/names
cp /etc/passwd /etc/group /run/names/
${users
  .map(
    ([name, id, home]) => `
echo '${name}:x:${id}:${id}::${home}:/usr/sbin/nologin' >>/run/names/passwd
echo '${name}:x:${id}:' >>/run/names/group
install -d -m 700 -o ${id} -g ${id} ${home}`,
  )
  .join('\n')}
mount --bind /run/names/passwd /etc/passwd
mount --bind /run/names/group /etc/group
mkdir /run/bin
install -m 755 "$tree/packaging/sallyport/sallyport" "$tree/packaging/sallyport-host/sallyport-bundle" /run/bin/
echo ready
exec sleep infinity`;

/** Lays out the packages of a built tree. Takes root. */
export async function packaged(tree = process.env['SALLYPORT_PACKAGED_TREE'] ?? repositoryRoot): Promise<Packaged> {
  const at = mkdtempSync('/dev/shm/packaged-');
  chmodSync(at, 0o755);
  const place: ChildProcess = spawn(
    'unshare',
    ['--mount', '--kill-child', '--fork', '--pid', 'sh', '-c', lay(tree, at)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  place.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await Promise.race([
    once(place.stdout as NodeJS.ReadableStream, 'data'),
    once(place, 'exit').then(() => Promise.reject(new Error(`the packages were not laid out: ${said}`))),
  ]);
  const enter = ['-t', `${place.pid}`, '-m', '--wdns=/root'];
  const clean = ['env', '-i', 'PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LC_ALL=C.UTF-8'];
  return {
    sh: async (script) => {
      const child = spawn('nsenter', [...enter, ...clean, 'bash', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      const [status] = (await once(child, 'close')) as [number | null];
      return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
    },
    end: async () => {
      const ended = once(place, 'exit');
      place.kill('SIGKILL');
      await ended;
      rmdirSync(at);
    },
  };
}
