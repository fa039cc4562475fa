import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { runChild } from '../platform/child.ts';
import { defaultStateDir } from './command.ts';

const unit = 'sallyport-agent.service';
const unitPlaces = ['/usr/lib/systemd/system', '/lib/systemd/system', '/etc/systemd/system'];
const timeoutMs = 60_000;

type ServiceStart =
  /** There is no systemd, no unit, or the folder or the root is not the service's. */
  { state: 'not-ours' } | { state: 'runs' } | { state: 'failed'; why: string };

/** Whether the package's service is what reports from this state folder. */
const isServiceOf = (folder: string, root: string): boolean =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  folder === defaultStateDir &&
  root === '/' &&
  isThere('/run/systemd/system') &&
  unitPlaces.some((place) => isThere(`${place}/${unit}`));

/** Has the service of an agent run, now and with each start of the system. */
export async function startService(folder: string, root: string): Promise<ServiceStart> {
  if (!isServiceOf(folder, root)) return { state: 'not-ours' };
  for (const words of [
    ['enable', unit],
    // It may run already, and would not know of the enrolment.
    ['restart', unit],
    ['is-active', unit],
  ]) {
    const { exit, output } = await runChild({ command: 'systemctl', args: words, timeoutMs });
    if (exit !== 0) return { state: 'failed', why: `systemctl ${words.join(' ')}: ${output.trim().slice(0, 300)}` };
  }
  return { state: 'runs' };
}

/** What a person reads of it; undefined where the service has no part in it. */
export const serviceLine = (start: ServiceStart): string | undefined => {
  if (start.state === 'not-ours') return undefined;
  return start.state === 'runs'
    ? `${unit} runs, and starts with the system`
    : `${unit} was not started (${start.why}); look at journalctl -u sallyport-agent, then: systemctl enable --now ${unit}`;
};
