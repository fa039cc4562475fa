import { deflateSync, inflateSync } from 'node:zlib';
import { inlineIntake } from '@sallyport/appliance/server/intake/inline';
import { type Content, linuxContent, xmlMessage } from '../../appliance/test/support/glpi-client.ts';
import { prettyJson } from '../../appliance/test/support/pretty-json.ts';
import { makeToken } from '../support/tokens.ts';
import type { Figure, Result } from './report.ts';
import { fleet, type Item, updated } from './support/fleet.ts';
import { cpuSeconds } from './support/process.ts';
import { openAnonymous } from './support/raw-client.ts';
import { enrolDevices, makeSite, type Site, startServer, withAppliance } from './support/site.ts';

const deviceCount = 60;
const packages = 900;
const changedPackages = 3;
/** So often is the same report sent: long enough for the collection of garbage to have its share. */
const sameRounds = 20;

type Client = {
  name: string;
  agent: string;
  headers: string;
  /** What the client calls the date and the architecture of a package. */
  words: { date: string; arch: string };
  /** The plain text of a report. */
  text(deviceId: string, content: Content): string;
};

const xmlText = (deviceId: string, content: Content): string => xmlMessage('INVENTORY', deviceId, content);

const clients: readonly Client[] = [
  {
    name: 'FusionInventory',
    agent: 'FusionInventory-Agent_v2.6',
    headers: 'Content-Type: application/x-compress-zlib\r\n',
    words: { date: 'installdate', arch: 'arch' },
    text: xmlText,
  },
  {
    name: 'OCS',
    agent: 'OCS-NG_unified_unix_agent_v2.10.2',
    headers: 'Content-Type: application/x-compress\r\n',
    words: { date: 'installdate', arch: 'architecture' },
    text: xmlText,
  },
  {
    name: 'GLPI agent',
    agent: 'GLPI-Agent_v1.11',
    headers:
      'Content-Type: application/x-compress-zlib\r\nGLPI-Agent-ID: 3d2f6f10-7a4b-4c8e-9c1b-5a2f0e8d1c77\r\nPragma: no-cache\r\n',
    words: { date: 'install_date', arch: 'arch' },
    text: (deviceid, content) => prettyJson({ action: 'inventory', deviceid, itemtype: 'Computer', content }),
  },
];

const rowOf = ({ name, version, arch, installedAt, sizeKb }: Item, { words, name: client }: Client): Content => {
  const day = String(installedAt).slice(0, 10);
  return {
    [words.arch]: arch,
    comments: 'a line that says what the package is for',
    filesize: Number(sizeKb) * 1024,
    from: 'deb',
    [words.date]: client === 'GLPI agent' ? day : day.split('-').reverse().join('/'),
    name,
    publisher: 'Debian',
    system_category: 'libs',
    version,
  };
};

type Machine = { device: number; round: number; networks?: readonly Content[] };

/** A report as such a client sends it; what changes every time are users and times. */
const wireOf = (client: Client, software: readonly Item[], { device, round, networks = [] }: Machine): Uint8Array => {
  const content = linuxContent({
    hardware: { ...(linuxContent()['hardware'] as Content), name: `host-${device}`, uuid: undefined },
    // Nothing that would say that it is another machine than the one that was enrolled.
    bios: {},
    networks,
    users: [{ login: `user${round}` }],
    softwares: software.map((item) => rowOf(item, client)),
  });
  return deflateSync(client.text(`host-${device}-2026-01-02-03-04-05`, content));
};

const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

type Software = readonly (readonly Item[])[];

/** Decoding and storing in one thread: first, the same again, a few packages changed. */
const threadFigures = async (software: Software): Promise<Figure[]> => {
  const site = await makeSite('foreign-reports');
  try {
    return await withAppliance(site, async (appliance) => {
      const devices = await enrolDevices(appliance, deviceCount, { certified: false });
      const intake = inlineIntake(appliance);
      const changes = () => appliance.db.prepare<[], number>('select count(*) from change_log').pluck().get() ?? 0;
      const round = async (wires: readonly Uint8Array[], times = 1): Promise<{ ms: number; rows: number }> => {
        const rows = changes();
        const start = processorMs();
        for (let time = 0; time < times; time += 1)
          for (const [n, wire] of wires.entries())
            await intake.report({ device: devices[n]?.id ?? 0, source: 'glpi', format: 'glpi', wire, now: Date.now() });
        const sent = wires.length * times;
        return { ms: (processorMs() - start) / sent, rows: (changes() - rows) / sent };
      };
      const [fusion] = clients as readonly [Client];
      const wires = (items: Software, number: number) =>
        items.map((one, n) => wireOf(fusion, one, { device: n, round: number }));
      const first = await round(wires(software, 0));
      await round(wires(software, 0));
      const same = await round(wires(software, 0), sameRounds);
      const again = await round(wires(software, 1));
      const next = software.map((one, n) => updated(one, changedPackages, n));
      const changed = await round(wires(next, 1));
      return [
        { what: 'a first report, most packages new to the site', value: first.ms, unit: 'ms' },
        { what: 'the same report again', value: same.ms, unit: 'ms', target: '1 ms' },
        { what: 'the same packages, another user', value: again.ms, unit: 'ms' },
        { what: `${changedPackages} packages changed`, value: changed.ms, unit: 'ms' },
        { what: 'change rows of an unchanged report', value: same.rows, unit: '' },
        { what: `change rows of ${changedPackages} changed packages`, value: changed.rows, unit: '' },
      ];
    });
  } finally {
    site.remove();
  }
};

const tokenOf = (site: Site): Promise<string> => withAppliance(site, ({ objects }) => makeToken(objects, 'glpi'));

const requestOf = (client: Client, token: string, wire: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST /a/${token}/glpi HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${client.agent}\r\n${client.headers}` +
        `Content-Length: ${wire.length}\r\nConnection: keep-alive\r\n\r\n`,
    ),
    wire,
  ]);

/** The whole server under reports that say the same again: TLS, HTTP, unpacking, the intake's thread, the answer. */
const serverFigure = async (client: Client, software: Software): Promise<Figure> => {
  const site = await makeSite('foreign-server');
  try {
    const token = await tokenOf(site);
    const requests = software.map((one, device) => {
      const networks = [{ description: 'eth0', mac: `3c:ec:ef:00:00:${(device + 16).toString(16)}` }];
      return requestOf(client, token, wireOf(client, one, { device, round: 0, networks }));
    });
    const server = await startServer(site);
    try {
      // One for all, which are sent one after the other: one of a device's own would be silent for a round, and be closed.
      const connection = await openAnonymous(server.port, site.ca);
      const round = async (): Promise<void> => {
        for (const request of requests) {
          const { status, body } = await connection.send(request);
          const said = body[0] === 0x78 ? inflateSync(body).toString() : body.toString();
          if (status !== 200 || !/ACCOUNT_UPTODATE|"ok"/.test(said))
            throw new Error(`${client.name} was answered with ${status} ${said.slice(0, 300)}`);
        }
      };
      // The first enrols the device and is stored, the rest lets the code become warm.
      for (let time = 0; time < 10; time += 1) await round();
      const start = cpuSeconds(server.pid);
      for (let time = 0; time < sameRounds; time += 1) await round();
      const ms = ((cpuSeconds(server.pid) - start) * 1000) / (sameRounds * requests.length);
      connection.close();
      return { what: `whole server, ${client.name}, the same report again`, value: ms, unit: 'ms', target: '1 ms' };
    } finally {
      await server.stop();
    }
  } finally {
    site.remove();
  }
};

/** Whole reports of other agents through decoding and storing, and through the server as it is shipped. */
export const foreignReports = async (): Promise<Result> => {
  const made = fleet({ packages });
  const software = Array.from({ length: deviceCount }, (_, n) => made.sections(n)['software'] ?? []);
  const figures = await threadFigures(software);
  for (const client of clients) figures.push(await serverFigure(client, software));
  return {
    method: [
      `${deviceCount} devices × ${packages} packages in XML as FusionInventory writes it; processor time of the thread that decodes and stores, inflation apart, which runs on another; each report is a durable transaction of its own. The same report is sent ${sameRounds} times.`,
      `Whole server: processor time of the process, all threads, over one kept-alive TLS connection, one report after the other, ${sameRounds} rounds after ten.`,
    ],
    figures,
  };
};
