import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Console, openConsole, password } from '../../test/support/console.ts';
import { actorOf, resumeSession, signIn, signOut } from './actor.ts';

let site: Console;
let runtime: string;
beforeEach(async () => {
  site = await openConsole();
  runtime = mkdtempSync(join(tmpdir(), 'sallyport-runtime-'));
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
});
afterEach(async () => {
  signOut(site.appliance.accounts, site.dataDir);
  vi.unstubAllEnvs();
  await site.close();
  rmSync(runtime, { recursive: true, force: true });
});

const session = (): string => join(runtime, 'sallyport', readdirSync(join(runtime, 'sallyport'))[0] ?? '');

describe('a log-in at the command line', () => {
  it('makes the commands that follow act as the account, until it ends', async () => {
    const { accounts, gate } = site.appliance;
    const cliActor = () => actorOf(resumeSession(accounts, site.dataDir));
    await site.as('administrator');
    expect(cliActor().type).toBe('cli');
    expect(() => gate.assertMayAsk(cliActor())).toThrow(/sallyport login/);
    const actor = await signIn(accounts, site.dataDir, { name: 'admin', password, code: '' });
    expect(actor.type).toBe('account');
    expect(statSync(session()).mode & 0o777).toBe(0o600);
    expect(cliActor()).toMatchObject({ type: 'account', id: actor.id });
    expect(gate.assertMayAsk(cliActor()).size).toBe(1);
    expect(signOut(accounts, site.dataDir)).toBe(true);
    expect(cliActor().type).toBe('cli');
  });

  it('is refused for a wrong password, and a file that others can read is none', async () => {
    const { accounts } = site.appliance;
    await site.as('administrator');
    const wrong = signIn(accounts, site.dataDir, { name: 'admin', password: 'no', code: '' });
    await expect(wrong).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await signIn(accounts, site.dataDir, { name: 'admin', password, code: '' });
    chmodSync(session(), 0o644);
    expect(resumeSession(accounts, site.dataDir)).toBeUndefined();
  });
});
