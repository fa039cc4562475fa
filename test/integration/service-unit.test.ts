import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, describe, expect, it } from 'vitest';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { temporaryFolder } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';

// The appliance's unit, started by a real systemd that has namespaces of its own.

const unshare = ['--pid', '--fork', '--mount', '--cgroup', '--net', '--uts', '--ipc', '--kill-child'];
const systemd = (name: string): string => join(repositoryRoot, 'systemd', name);
const dropIn = 'etc/systemd/system/sallyport.service.d';

const canBoot = (): boolean =>
  existsSync('/usr/lib/systemd/systemd') &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', [...unshare, 'mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']).status === 0;

/** Waits until the service answers or its process has failed, and leaves what is known of it. */
const observer = `
const { execFileSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const property = (name) => execFileSync('systemctl', ['show', 'sallyport.service', '-P', name], { encoding: 'utf8' }).trim();
const answers = () => fetch('https://127.0.0.1:8443/healthz').then(({ status }) => status === 200, () => false);
(async () => {
  for (;;) {
    // Started is said once it answers, not before.
    const isUp = property('ActiveState') === 'active' && (await answers());
    const status = Number(property('ExecMainStatus'));
    if (!isUp && status === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    const signs = property('WatchdogTimestampMonotonic');
    // The sign at the start, and one after it.
    while (isUp && property('WatchdogTimestampMonotonic') === signs) await new Promise((resolve) => setTimeout(resolve, 100));
    const signsOfLife = isUp && Number(signs) > 0;
    const pid = property('MainPID');
    const environ = isUp ? require('node:fs').readFileSync('/proc/' + pid + '/environ', 'utf8').split('\\0') : [];
    const folder = environ.find((line) => line.startsWith('CREDENTIALS_DIRECTORY='));
    writeFileSync('/run/seen/outcome', JSON.stringify({ isUp, status, hasCredential: folder !== undefined, signsOfLife }));
    return;
  }
})();
`;

/** Over a data folder that is not there at first: what the unit does meanwhile, when it is stopped, and when the folder is back. */
const waiting = `
const { execFileSync, spawnSync } = require('node:child_process');
const { readdirSync, writeFileSync } = require('node:fs');
const show = (unit, name) => execFileSync('systemctl', ['show', unit, '-P', name], { encoding: 'utf8' }).trim();
const until = async (look) => { while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 50)); };
const systemctl = (...args) => spawnSync('systemctl', args);
const rests = () => until(() => show('sallyport.service', 'ActiveState') === 'failed' && show('sallyport-again.timer', 'ActiveState') === 'active');
const note = (text) => require('node:fs').appendFileSync('/run/seen/steps', text + '\\n');
(async () => {
  note('begin');
  await rests();
  note('rests');
  const restarts = Number(show('sallyport.service', 'NRestarts'));
  systemctl('stop', 'sallyport.service');
  await until(() => show('sallyport-again.timer', 'ActiveState') === 'inactive');
  const wasStopped = true;
  note('stopped');
  systemctl('reset-failed', 'sallyport.service');
  systemctl('--no-block', 'start', 'sallyport.service');
  await rests();
  note('rests again');
  const made = readdirSync('/var/lib/sallyport');
  execFileSync('cp', ['-a', '/etc/whole/.', '/var/lib/sallyport/']);
  execFileSync('chown', ['-R', 'sallyport:sallyport', '/var/lib/sallyport']);
  await until(() => show('sallyport.service', 'ActiveState') === 'active');
  const { status } = await fetch('https://127.0.0.1:8443/healthz');
  writeFileSync('/run/seen/outcome', JSON.stringify({ restarts, wasStopped, made, status }));
})();
`;

const target = '[Unit]\nDefaultDependencies=no\n';

/** A span of systemd in seconds. */
const secondsOf = (unit: string, option: string): number => {
  const [, text = ''] = new RegExp(`^${option}=(.+)$`, 'm').exec(readFileSync(systemd(unit), 'utf8')) ?? [];
  const units = { min: 60, s: 1, '': 1 } as const;
  return [...text.matchAll(/(\d+)(min|s|)/g)].reduce(
    (sum, [, count, per]) => sum + Number(count) * units[per as keyof typeof units],
    0,
  );
};

describe('the pause of the appliance after failed starts', () => {
  it('leaves 20 s of ten minutes to the start that follows it', () => {
    const pause = secondsOf('sallyport-again.timer', 'OnActiveSec');
    expect(pause).toBeGreaterThan(secondsOf('sallyport.service', 'StartLimitIntervalSec'));
    expect(pause + secondsOf('sallyport-again.timer', 'AccuracySec')).toBeLessThanOrEqual(10 * 60 - 20);
  });
});

describe.runIf(canBoot())('the unit of the appliance', () => {
  const folder = temporaryFolder('service-unit');
  afterAll(folder.remove);

  const start = async (name: string, prepare: (work: string) => void, observes = observer): Promise<unknown> => {
    const work = join(folder.path, name);
    mkdirSync(join(work, 'units'), { recursive: true });
    mkdirSync(join(work, dropIn), { recursive: true });
    mkdirSync(join(work, 'etc/sallyport'));
    await initialised({
      dataDir: join(work, 'data'),
      site: 'aqtau-1',
      addresses: ['localhost'],
      listen: { address: '0.0.0.0', port: 8443 },
      administrator: 'administrator',
      log: openLog('silent'),
    });
    copyFileSync(systemd('sallyport.service'), join(work, 'units/sallyport.service'));
    writeFileSync(
      join(work, dropIn, 'said.conf'),
      '[Service]\nWatchdogSec=30\nStandardOutput=append:/run/seen/said\nStandardError=inherit\n',
    );
    prepare(work);
    for (const part of ['sysinit', 'basic', 'shutdown']) writeFileSync(join(work, `units/${part}.target`), target);
    writeFileSync(join(work, 'units/try.target'), `${target}Wants=sallyport.service observer.service\n`);
    writeFileSync(join(work, 'observer.cjs'), observes);
    copyFileSync(join(work, 'observer.cjs'), join(work, 'etc/observer.cjs'));
    writeFileSync(
      join(work, 'units/observer.service'),
      `${target}After=sallyport.service\nSuccessAction=exit-force\nFailureAction=exit-force\n[Service]\nType=oneshot\nTimeoutStartSec=240\nEnvironment=NODE_TLS_REJECT_UNAUTHORIZED=0\nExecStart=/opt/sallyport/current/node_modules/.bin/node /etc/observer.cjs\n`,
    );
    const boot = join(repositoryRoot, 'test/support/systemd/boot.sh');
    const { stderr } = spawnSync('unshare', [...unshare, 'sh', boot, work, repositoryRoot], {
      encoding: 'utf8',
      timeout: 260_000,
      killSignal: 'SIGKILL',
    });
    const outcome = join(work, 'seen/outcome');
    return existsSync(outcome) ? JSON.parse(readFileSync(outcome, 'utf8')) : stderr;
  };

  it('starts without a credential', async () => {
    expect(await start('without', () => undefined)).toEqual({
      isUp: true,
      status: 0,
      hasCredential: false,
      signsOfLife: true,
    });
  });

  it('starts with the drop-in and the credential alone', async () => {
    const outcome = await start('with', (work) => {
      renameSync(join(work, 'data/keys/master.key'), join(work, 'master'));
      copyFileSync(systemd('sallyport-master.conf'), join(work, dropIn, 'master.conf'));
    });
    expect(outcome).toEqual({ isUp: true, status: 0, hasCredential: true, signsOfLife: true });
  });

  it('rests after ten failed starts, is left alone when stopped, and is up by itself when its data folder is back', async () => {
    const outcome = await start(
      'back',
      (work) => {
        renameSync(join(work, 'data'), join(work, 'etc/whole'));
        mkdirSync(join(work, 'data'));
        for (const unit of ['sallyport-again.timer', 'sallyport-again.service'])
          copyFileSync(systemd(unit), join(work, 'units', unit));
        // As the files have it, but for the length of the pauses.
        writeFileSync(join(work, dropIn, 'quick.conf'), '[Service]\nRestartSec=50ms\n');
        mkdirSync(join(work, 'etc/systemd/system/sallyport-again.timer.d'));
        writeFileSync(
          join(work, 'etc/systemd/system/sallyport-again.timer.d/quick.conf'),
          '[Timer]\nOnActiveSec=\nOnActiveSec=4s\nAccuracySec=100ms\n',
        );
      },
      waiting,
    );
    expect(outcome).toEqual({ restarts: 10, wasStopped: true, made: [], status: 200 });
  });

  it('does not start where the drop-in is and the credential is gone', async () => {
    const outcome = await start('gone', (work) => {
      copyFileSync(systemd('sallyport-master.conf'), join(work, dropIn, 'master.conf'));
    });
    expect(outcome).toEqual({ isUp: false, status: 243, hasCredential: false, signsOfLife: false });
  });
});
