import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../support/until.ts';
import type { BootedRoot } from './booted-root.ts';

// A whole computer: Debian's own kernel on a disk of its own, under QEMU without hardware help and without a network card. It takes
// scripts by a serial port and sticks by the control socket of QEMU.

export type BootedComputer = BootedRoot & {
  /** Plugs a stick; `image` is its file. */
  plug(image: string, name: string): Promise<void>;
  unplug(name: string): Promise<void>;
};

/** Of the first start, which takes minutes without hardware help. */
const patienceMs = 1_200_000;

/** What runs on the computer: each line is a script in base64, its answer is what it said in base64 and its exit code. */
const driver = `[Unit]
After=basic.target
[Service]
ExecStart=/bin/sh -c 'exec 3<>/dev/virtio-ports/driver; while read -r line <&3; do echo "$$line" | base64 -d >/run/script; sh /run/script >/run/said 2>&1 </dev/null; status=$$?; echo "$$(base64 -w 0 /run/said) $$status" >&3; done'
Environment=HOME=/root LC_ALL=C.UTF-8
KillMode=process
`;

const MiB = 2 ** 20;
/** Of a disk on USB: where its partitions begin and end, in MiB. The first is in fstab as /boot/efi, the last is named nowhere. */
const onUsb = { efi: [1, 65], root: [65, 4161], spare: [4161, 4225] } as const;

/** On a busy computer the timer's interrupts, and its first services come late; a kernel that ended ends QEMU. */
const kernelOptions = 'rw console=ttyS0 quiet no_timer_check panic=-1 systemd.default_timeout_start_sec=1200';

const startOptions = { 'built-in': 'root=/dev/vda', usb: 'root=PARTLABEL=root rootwait' } as const;

/** What the disk of a computer is: a built-in one, or one on USB with three partitions. */
type DiskKind = keyof typeof startOptions;

/** Makes the disk of a computer from a root that has a kernel; the kernel lies beside it. */
export function makeDisk(root: string, folder: string, kind: DiskKind = 'built-in'): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const fstab = {
    'built-in': '/dev/vda / ext4 defaults 0 1\n',
    usb: 'PARTLABEL=root / ext4 defaults 0 1\nLABEL=EFI /boot/efi vfat umask=0077 0 2\n',
  };
  writeFileSync(join(root, 'etc/fstab'), fstab[kind]);
  writeFileSync(join(root, 'etc/systemd/system/driver.service'), driver);
  const wants = join(root, 'etc/systemd/system/multi-user.target.wants/driver.service');
  rmSync(wants, { force: true });
  symlinkSync('../driver.service', wants);
  for (const name of readdirSync(join(root, 'boot')))
    for (const kind of ['vmlinuz', 'initrd'])
      if (name.startsWith(kind)) execFileSync('cp', [join(root, 'boot', name), join(folder, kind)]);
  writeFileSync(join(folder, 'options'), startOptions[kind]);
  const disk = join(folder, 'disk.img');
  if (kind === 'built-in') {
    execFileSync('truncate', ['-s', '4G', disk]);
    execFileSync('mkfs.ext4', ['-q', '-F', '-d', root, disk]);
    return;
  }
  mkdirSync(join(root, 'boot/efi'), { recursive: true });
  execFileSync('truncate', ['-s', `${onUsb.spare[1] + 1}M`, disk]);
  const table = Object.entries(onUsb).map(
    ([name, [from, to]]) => `start=${from * 2048}, size=${(to - from) * 2048}, name=${name}`,
  );
  execFileSync('sfdisk', ['-q', disk], { input: ['label: gpt', ...table, ''].join('\n') });
  const [from, to] = onUsb.root;
  execFileSync('mkfs.ext4', ['-q', '-F', '-E', `offset=${from * MiB}`, '-d', root, disk, `${(to - from) * 1024}k`]);
  for (const [name, label] of [
    ['efi', 'EFI'],
    ['spare', 'SPARE'],
  ] as const) {
    const [begin, end] = onUsb[name];
    const part = join(folder, name);
    execFileSync('truncate', ['-s', `${end - begin}M`, part]);
    execFileSync('mkfs.vfat', ['-n', label, part], { stdio: 'pipe' });
    execFileSync('dd', [`if=${part}`, `of=${disk}`, 'bs=1M', `seek=${begin}`, 'conv=notrunc', 'status=none']);
  }
}

const connected = async (path: string): Promise<Socket> => {
  await until(() => existsSync(path));
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
};

/** Asks one line at a time; the answers come in order. */
const asker = (socket: Socket) => {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    write: (line: string): boolean => socket.write(`${line}\n`),
    read: async (): Promise<string> => String((await lines.next()).value ?? ''),
  };
};

/** A disk on USB: its file, and what QEMU calls it. */
export type UsbDisk = { readonly image: string; readonly name: string };

/** Starts the computer whose disk lies in `folder`, with further ones. Returns when it has come up, whatever state it is in. */
export async function bootComputer(folder: string, further: readonly UsbDisk[] = []): Promise<BootedComputer> {
  const at = (name: string): string => join(folder, name);
  for (const name of ['control', 'driver']) rmSync(at(name), { force: true });
  const machine = [
    '-accel',
    'tcg,thread=multi',
    '-cpu',
    'max',
    '-smp',
    '2',
    '-m',
    '2048',
    '-display',
    'none',
    '-no-reboot',
  ];
  const options = readFileSync(at('options'), 'utf8');
  const kernel = ['-kernel', at('vmlinuz'), '-initrd', at('initrd'), '-append', `${options} ${kernelOptions}`];
  const disk =
    options === startOptions.usb
      ? ['-drive', `id=disk,file=${at('disk.img')},if=none,format=raw`, '-device', 'usb-storage,bus=usb.0,drive=disk']
      : ['-drive', `file=${at('disk.img')},if=virtio,format=raw`];
  const furtherDisks = further.flatMap(({ image, name }) => [
    '-blockdev',
    `driver=raw,node-name=n${name},file.driver=file,file.filename=${image}`,
    '-device',
    `usb-storage,bus=usb.0,drive=n${name},id=${name},removable=true`,
  ]);
  const parts = ['-nic', 'none', '-device', 'qemu-xhci,id=usb,p2=15,p3=15', ...disk, ...furtherDisks];
  const port = [
    '-device',
    'virtio-serial',
    '-chardev',
    `socket,id=driver,path=${at('driver')},server=on,wait=off`,
    '-device',
    'virtserialport,chardev=driver,name=driver',
    '-serial',
    `file:${at('console.log')}`,
    '-qmp',
    `unix:${at('control')},server=on,wait=off`,
  ];
  const qemu = spawn('qemu-system-x86_64', [...machine, ...kernel, ...parts, ...port], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => qemu.once('exit', () => resolve()));
  const kill = (): void => void qemu.kill('SIGKILL');
  process.once('exit', kill);
  const control = asker(await connected(at('control')));
  await control.read();
  const ask = async (execute: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    control.write(JSON.stringify({ execute, arguments: args }));
    for (;;) {
      const answer = JSON.parse(await control.read()) as { return?: unknown; error?: { desc: string } };
      if (answer.error !== undefined) throw new Error(`${execute}: ${answer.error.desc}`);
      if (answer.return !== undefined) return;
    }
  };
  await ask('qmp_capabilities');
  const commands = asker(await connected(at('driver')));
  const sh: BootedRoot['sh'] = async (script, timeoutMs = patienceMs) => {
    commands.write(Buffer.from(script).toString('base64'));
    const late = once(AbortSignal.timeout(timeoutMs), 'abort').then(() => {
      throw new Error(`no answer in ${timeoutMs / 1000} s: ${script}`);
    });
    const [said = '', status = ''] = (await Promise.race([commands.read(), late])).split(' ');
    return { status: status === '' ? null : Number(status), text: Buffer.from(said, 'base64').toString() };
  };
  const { status: answered } = await sh('systemctl is-system-running --wait');
  if (answered === null) throw new Error(`the computer does not come up: see ${at('console.log')}`);
  return {
    sh,
    cut: async () => {
      kill();
      await ended;
      process.removeListener('exit', kill);
    },
    powerOff: async () => {
      commands.write(Buffer.from('systemctl poweroff').toString('base64'));
      await ended;
      process.removeListener('exit', kill);
    },
    plug: async (image, name) => {
      await ask('blockdev-add', {
        'node-name': `n${name}`,
        driver: 'raw',
        file: { driver: 'file', filename: image },
      });
      await ask('device_add', { driver: 'usb-storage', bus: 'usb.0', drive: `n${name}`, id: name, removable: true });
    },
    unplug: async (name) => {
      await ask('device_del', { id: name });
      // As long as the computer holds it.
      const isGone = (): Promise<boolean> =>
        ask('blockdev-del', { 'node-name': `n${name}` }).then(
          () => true,
          () => false,
        );
      await until(isGone);
    },
  };
}
