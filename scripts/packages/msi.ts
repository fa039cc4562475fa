import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// The agent's package for Windows: its executable, the service around it, and the properties that enrol it.

/** A UUID that follows from the text: the same release is the same product. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(`sallyport-agent msi ${text}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** Compiles the service around the agent. */
function makeService(root: string, out: string): void {
  const line = ['-Os', '-s', '-Wall', '-Wextra', '-Werror', '-Wl,--no-insert-timestamp', '-o', out];
  execFileSync('x86_64-w64-mingw32-gcc', [...line, join(root, 'packaging/windows/service.c')]);
}

/** Signs a file of Windows in place, where a key was given. */
function signFile(path: string, key: SigningFiles | undefined): void {
  if (key === undefined) return;
  const signed = `${path}.signed`;
  const line = ['sign', '-h', 'sha256', '-certs', key.certificate, '-key', key.key, '-n', 'Sallyport Agent'];
  execFileSync('osslsigncode', [...line, '-in', path, '-out', signed]);
  execFileSync('mv', [signed, path]);
}

/** The id of the property set that tells of a package, as it stands in the file. */
const summaryId = Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex');

/** The package's own number and its times follow from the release: wixl takes a random one and the clock. */
function settleSummary(path: string, uuid: string, epoch: number): void {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(summaryId);
  if (at < 0 || bytes.indexOf(summaryId, at + 1) >= 0) throw new Error(`${path} has not one summary`);
  const section = at - 28 + bytes.readUInt32LE(at + 16);
  const fileTime = (BigInt(epoch) + 11_644_473_600n) * 10_000_000n;
  for (let entry = 0; entry < bytes.readUInt32LE(section + 4); entry += 1) {
    const id = bytes.readUInt32LE(section + 8 + entry * 8);
    const value = section + bytes.readUInt32LE(section + 12 + entry * 8);
    if (id === 9) bytes.write(`{${uuid.toUpperCase()}}`, value + 8, 'latin1');
    if (id === 12 || id === 13) bytes.writeBigUInt64LE(fileTime, value + 4);
  }
  writeFileSync(path, bytes);
}

/** PEM files of the certificate and the key that programs for Windows are signed with. */
type SigningFiles = { certificate: string; key: string };

/**
 * Writes the package to `out`. `agent` is the executable; `work` is an empty folder. What is signed has the time of nobody: no
 * authority is asked.
 */
export function makeMsi(options: {
  root: string;
  version: string;
  epoch: number;
  agent: string;
  work: string;
  out: string;
  key?: SigningFiles | undefined;
}): void {
  const { root, version, epoch, agent, work, out, key } = options;
  const service = join(work, 'sallyport-service.exe');
  makeService(root, service);
  for (const file of [agent, service]) signFile(file, key);
  const names = { ProductCode: uuidOf(version), Version: version, Agent: agent, Service: service };
  const defines = Object.entries(names).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  for (const file of [agent, service]) utimesSync(file, epoch, epoch);
  execFileSync('wixl', ['-a', 'x64', ...defines, '-o', out, join(root, 'packaging/windows/sallyport-agent.wxs')]);
  settleSummary(out, uuidOf(`package ${version} ${epoch}`), epoch);
  signFile(out, key);
}
