import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, freePort, temporaryFolder } from '../support/commands.ts';
import { layRelease, nextStep, nextStepFile, presentStep, programOf, runRelease } from '../support/release-tree.ts';

// The server of one release runs; commands and a server of a newer one, which has a migration, come beside it.

describe('a database that another release has', () => {
  const folder = temporaryFolder('other-release');
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const data = ['--data', at('data')];
  const server = { pid: 0, output: '' };
  let [older, newer] = ['', ''];
  let port = 0;
  let stop = async (): Promise<void> => undefined;

  beforeAll(async () => {
    older = layRelease(folder.path, '0.2.0');
    newer = layRelease(folder.path, '0.3.0', { [nextStepFile]: 'create table next (n integer) strict' });
    port = await freePort();
    await command('sallyport', 'init', ...data, '--site', 'aqtau-1', '--address', 'localhost');
    const child = spawn(process.execPath, [programOf(older), 'serve', ...data, '--listen', `127.0.0.1:${port}`]);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        server.output += chunk.toString();
      });
    while (!server.output.includes('listening')) await once(child.stdout, 'data');
    stop = async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    };
  });
  afterAll(async () => {
    await stop();
    folder.remove();
  });

  const answers = async (): Promise<boolean> => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.end('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.startsWith('HTTP/1.1 200');
  };
  const refusal = (error: string): object => ({
    status: 1,
    stdout: expect.stringContaining(`"error":"${error}"`),
  });

  it.each([
    ['device list', ['device', 'list']],
    ['doctor', ['doctor']],
    ['backup create', ['backup', 'create', '--out', at('never.spb')]],
    ['account reset', ['account', 'reset', 'administrator']],
  ])('is not migrated by %s of a newer release, which names the one to run', async (_, args) => {
    const refused = await runRelease(newer, [...args, ...data, '--json']);
    expect(refused).toMatchObject(refusal('SCHEMA_OLDER'));
    expect(refused.stderr).toContain('Run the program of release');
    expect(refused.stderr).toContain('sallyport upgrade');
    expect(await answers()).toBe(true);
  });

  it('is not touched by a server of a newer release beside it, nor by one on its own', async () => {
    expect(await runRelease(newer, ['serve', ...data, '--json'])).toMatchObject(refusal('IN_USE'));
    expect(await answers()).toBe(true);
    expect((await runRelease(older, ['device', 'list', ...data])).status).toBe(0);
    expect(server.output).not.toMatch(/"level":[56]0/);
  });

  it('is told by version, of either release', async () => {
    const told = await Promise.all(
      [older, newer].map(async (release) =>
        JSON.parse((await runRelease(release, ['version', ...data, '--json'])).stdout),
      ),
    );
    const { version } = JSON.parse(readFileSync('appliance/package.json', 'utf8')) as { version: string };
    const database = { schema: presentStep, release: version };
    expect(told).toMatchObject([
      { release: '0.2.0', schema: presentStep, database },
      { release: '0.3.0', schema: nextStep, database },
    ]);
    expect(JSON.parse((await runRelease(older, ['doctor', ...data, '--json'])).stdout)).toMatchObject({
      release: '0.2.0',
      schema: presentStep,
    });
  });

  it('is not migrated by a server of a newer release that is started on its own', async () => {
    await stop();
    stop = async () => undefined;
    expect(await runRelease(newer, ['serve', ...data, '--json'])).toMatchObject(refusal('SCHEMA_OLDER'));
    expect((await runRelease(older, ['doctor', ...data])).status).toBe(0);
  });
});
