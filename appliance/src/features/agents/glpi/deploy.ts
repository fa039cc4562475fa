import { createHash } from 'node:crypto';
import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import { type FailureCode, maxOutputLength, type TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { ObjectService } from '../../../engine/objects/service.ts';
import type { StoreService } from '../../../engine/store/service.ts';
import type { DeployConsents, DeploymentQueue } from '../../deployments/types.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { Device } from '../../devices/types.ts';
import { groupsOf } from '../groups.ts';

// Packages through agents that cannot verify them. No command can be ordered here: the one job there is installs the
// files of an approved update, which are read from the store and hashed again before their names go out. A group takes
// part while a consent of two people for it, or for one above it, is in force; a device that has an agent of ours is left to that.

const maxKnownObjects = 5_000;
const maxRunning = 5_000;

type Parts = {
  objects: ObjectService;
  devices: Pick<DeviceService, 'sourcesOf'>;
  tasks: DeploymentQueue;
  store: StoreService;
  deployConsents: Pick<DeployConsents, 'isInForce'>;
};

type Known = { sha256: string; sha512: string };
type Running = { taskId: string; lines: string[]; length: number };

/** What went wrong, by the step that says so. */
const codeOf: Readonly<Record<string, FailureCode>> = {
  checking: 'NO_SPACE',
  downloading: 'FETCH_FAILED',
  prepare: 'INTERNAL',
  processing: 'EXIT',
};

const mebibyte = 1_048_576;
/** Room for the files, for what is unpacked of them, and some more. */
const roomMb = (task: InstallPackageTask): number =>
  100 + Math.ceil((4 * task.objects.reduce((sum, { size }) => sum + size, 0)) / mebibyte);

const fileName = (index: number): string => `${String(index + 1).padStart(3, '0')}.deb`;

export type DeployChannel = {
  /** Whether a device has a package to take through this channel. */
  wanted(device: Device): boolean;
  /** The job of a device; empty when there is none. */
  jobs(device: Device, base: string): Promise<object>;
  /** What a device says of its job. */
  status(device: Device, answer: Readonly<Record<string, string>>): void;
  /** The object behind the SHA-512 of a part, if the device has an order that names it. */
  part(device: Device, sha512: string): string | undefined;
};

export const deployChannel = ({ objects, devices, tasks, store, deployConsents }: Parts): DeployChannel => {
  const bySha256 = new Map<string, Known>();
  const bySha512 = new Map<string, Known>();
  const running = new Map<number, Running>();

  const isOpen = (device: Device): boolean =>
    deployConsents.isInForce(groupsOf(objects, device.publicId)) &&
    !devices.sourcesOf(device.id).some(({ source, state }) => source === 'native' && state === 'approved');

  // These agents ask for no permit: handing out is the irreversible step.
  const taskOf = (device: Device): InstallPackageTask | null => (isOpen(device) ? tasks.next(device.id, false) : null);

  /** Reads an object once more in full: its name in the store must be the digest of its bytes. */
  const hashed = async (sha256: string): Promise<Known | undefined> => {
    const held = bySha256.get(sha256);
    if (held !== undefined) return held;
    const [plain, long] = [createHash('sha256'), createHash('sha512')];
    for await (const chunk of store.open(sha256) as AsyncIterable<Buffer>) {
      plain.update(chunk);
      long.update(chunk);
    }
    if (plain.digest('hex') !== sha256) return undefined;
    const known = { sha256, sha512: long.digest('hex') };
    for (const map of [bySha256, bySha512]) if (map.size > maxKnownObjects) map.clear();
    bySha256.set(sha256, known);
    bySha512.set(known.sha512, known);
    return known;
  };

  const fail = (device: Device, task: { id: string; attempt: number }, code: FailureCode, output: string): void => {
    running.delete(device.id);
    const steps = [{ name: 'install', exit: null, output: output.slice(-maxOutputLength), ms: null }];
    tasks.result(device.id, task.id, { attempt: task.attempt, steps, state: 'failed', code } satisfies TaskResult);
  };

  return {
    wanted: (device) => isOpen(device) && tasks.isWaiting(device.id),
    jobs: async (device, base) => {
      const task = taskOf(device);
      if (task === null) return {};
      const files: Known[] = [];
      for (const { sha256 } of task.objects) {
        const known = store.has(sha256) ? await hashed(sha256) : undefined;
        if (known === undefined) {
          fail(device, task, 'HASH', '');
          return {};
        }
        files.push(known);
      }
      const names = files.map((_, index) => `./${fileName(index)}`).join(' ');
      const install = `DEBIAN_FRONTEND=noninteractive dpkg --install --refuse-downgrade --force-confdef --force-confold ${names}`;
      return {
        jobs: [
          {
            uuid: task.id,
            requires: {},
            checks: [{ type: 'freespaceGreater', path: '/', value: String(roomMb(task)), return: 'error' }],
            associatedFiles: files.map(({ sha512 }) => sha512),
            actions: [
              {
                cmd: {
                  exec: install,
                  name: 'install',
                  logLineLimit: 200,
                  envs: {},
                  retChecks: [{ type: 'okCode', values: task.successExit }],
                },
              },
            ],
          },
        ],
        associatedFiles: Object.fromEntries(
          files.map(({ sha512 }, index) => [
            sha512,
            {
              name: fileName(index),
              uncompress: 0,
              p2p: 0,
              'p2p-retention-duration': 0,
              mirrors: [`${base}/parts/`],
              multiparts: [sha512],
            },
          ]),
        ),
      };
    },
    status: (device, answer) => {
      const task = tasks.inHand(device.id);
      if (task === undefined || task.id !== answer['uuid']) return;
      let held = running.get(device.id);
      if (held?.taskId !== task.id) {
        held = { taskId: task.id, lines: [], length: 0 };
        running.delete(device.id);
        running.set(device.id, held);
        const oldest = running.keys().next();
        if (running.size > maxRunning && !oldest.done) running.delete(oldest.value);
        tasks.state(device.id, task.id, 'running');
      }
      const text = `${answer['currentStep'] ?? ''} ${answer['status'] ?? ''} ${answer['msg'] ?? ''}`.trim();
      if (held.length + text.length <= maxOutputLength) {
        held.lines.push(text);
        held.length += text.length + 1;
      }
      if (answer['part'] !== 'job' && answer['status'] !== 'ko') return;
      const step = answer['currentStep'] ?? '';
      const output = held.lines.join('\n');
      if (answer['status'] === 'ko') fail(device, task, codeOf[step] ?? 'EXIT', output);
      else if (answer['status'] === 'ok' && (step === '' || step === 'end')) {
        running.delete(device.id);
        const steps = [{ name: 'install', exit: 0, output, ms: null }];
        tasks.result(device.id, task.id, { attempt: task.attempt, steps, state: 'completed' });
      }
    },
    part: (device, sha512) => {
      const known = bySha512.get(sha512);
      if (known === undefined || !isOpen(device)) return undefined;
      return tasks.mayFetch(device.id, known.sha256) ? known.sha256 : undefined;
    },
  };
};
