import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';

// A client of the JSON dialect as GLPI agent 1.x speaks it, and messages of both dialects.

type Sent = { status: number; type: string; headers: Headers; text: string };
type Send = (path: string, init: RequestInit) => Promise<Response> | Response;

const plain = (bytes: Buffer): string => {
  if (bytes[0] === 0x78) return inflateSync(bytes).toString();
  return bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString();
};

export const readAnswer = async (response: Response): Promise<Sent> => ({
  status: response.status,
  type: response.headers.get('content-type') ?? '',
  headers: response.headers,
  text: plain(Buffer.from(await response.arrayBuffer())),
});

export type Content = Record<string, unknown>;

/** What a small Linux machine reports. */
export const linuxContent = (over: Content = {}): Content => ({
  hardware: {
    name: 'line7',
    uuid: '4c4c4544-0031-4b10-8052-b4c04f4d3732',
    memory: 2048,
    vmsystem: 'Physical',
    lastloggeduser: 'ann',
  },
  operatingsystem: {
    name: 'Debian GNU/Linux',
    full_name: 'Debian GNU/Linux 13 (trixie)',
    version: '13.2',
    kernel_name: 'linux',
    kernel_version: '6.12.48',
    arch: 'x86_64',
    fqdn: 'line7.plant.example',
    boot_time: '2026-11-20 08:00:00',
    timezone: { name: 'Asia/Almaty', offset: '+0500' },
    ssh_key: 'ssh-ed25519 MARKER-SSH',
  },
  bios: { smanufacturer: 'Northwind', smodel: 'Rack 9', ssn: 'NW-000417' },
  networks: [
    { description: 'lo', ipaddress: '127.0.0.1', mac: '00:00:00:00:00:00', virtualdev: true, type: 'loopback' },
    { description: 'eth0', ipaddress: '192.0.2.17', mac: '00:1B:21:AA:BB:01', virtualdev: false },
    { description: 'eth0', ipaddress6: '2001:db8::17', mac: '00:1B:21:AA:BB:01', virtualdev: false },
    { description: 'wlan0', mac: '00:1B:21:AA:BB:02', virtualdev: false, wifi_ssid: 'MARKER-WIFI' },
  ],
  softwares: [
    { name: 'bash', version: '5.2.37-2', arch: 'amd64', from: 'deb', filesize: 7_340_032, username: 'MARKER-USER' },
    { name: 'openssl', version: '3.5.1-1', arch: 'amd64', from: 'deb', install_date: '2026-10-01' },
  ],
  cpus: [{ name: 'Northwind X4', manufacturer: 'Northwind', core: 4, thread: 8, speed: 2400 }],
  memories: [{ capacity: 2048, type: 'DDR4', numslots: 1, serialnumber: 'To be filled by O.E.M.' }],
  local_users: [
    { login: 'root', id: '0', shell: '/bin/bash' },
    { login: 'ann', id: '1000', name: 'Ann' },
  ],
  local_groups: [{ name: 'sudo', id: '27', members: ['ann'] }],
  users: [{ login: 'ann' }],
  envs: [{ key: 'API_TOKEN', val: 'MARKER-ENV' }],
  processes: [{ cmd: 'backup --password=MARKER-CMD', pid: 1 }],
  versionclient: 'GLPI-Agent_v1.11',
  ...over,
});

const element = (name: string, value: unknown): string => {
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
  const inside =
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([key, one]) => element(key.toUpperCase(), one))
          .join('')
      : String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<${name}>${inside}</${name}>`;
};

/** The same report in the XML dialect. */
export const xmlMessage = (query: string, deviceId: string, content: Content = {}): string =>
  `<?xml version="1.0" encoding="UTF-8" ?>\n<REQUEST>${element('CONTENT', Object.fromEntries(Object.entries(content).map(([name, value]) => [name.toUpperCase(), value])))}${element('DEVICEID', deviceId)}${element('QUERY', query)}</REQUEST>`; // prettier-ignore

/** Speaks for one agent behind `send`. */
export const glpiClient = (
  send: Send,
  token: string,
  options: { agentId?: string; deviceId?: string; password?: string } = {},
) => {
  const agentId = options.agentId ?? '3d2f6f10-7a4b-4c8e-9c1b-5a2f0e8d1c77';
  const deviceId = options.deviceId ?? 'line7-2026-01-02-03-04-05';
  const path = `/a/${token}/glpi`;
  const headers = (more: Record<string, string> = {}): Record<string, string> => ({
    'GLPI-Agent-ID': agentId,
    'User-Agent': 'GLPI-Agent_v1.11',
    ...(options.password === undefined
      ? {}
      : { Authorization: `Basic ${Buffer.from(options.password).toString('base64')}` }),
    ...more,
  });
  const post = async (body: string, pack: (text: string) => Buffer, more: Record<string, string>): Promise<Sent> =>
    readAnswer(await send(path, { method: 'POST', headers: more, body: Uint8Array.from(pack(body)) }));
  return {
    deviceId,
    /** The first question, still in XML. */
    prolog: () => post(xmlMessage('PROLOG', deviceId), (text) => deflateSync(text), headers()),
    contact: () =>
      post(
        JSON.stringify({
          action: 'contact',
          deviceid: deviceId,
          name: 'GLPI-Agent',
          version: '1.11',
          'installed-tasks': ['inventory'],
          'enabled-tasks': ['inventory'],
        }), // prettier-ignore
        (text) => gzipSync(text),
        headers({ 'Content-Type': 'application/json' }),
      ),
    inventory: (content: Content, more: Content = {}) =>
      post(
        JSON.stringify({ action: 'inventory', deviceid: deviceId, itemtype: 'Computer', content, ...more }),
        (text) => deflateSync(text),
        headers({ 'Content-Type': 'application/x-compress-zlib' }),
      ),
    /** A message of any kind, without packing. */
    plain: (body: string) => post(body, (text) => Buffer.from(text), headers()),
    ask: async (number: string): Promise<Sent> =>
      readAnswer(await send(path, { headers: headers({ 'GLPI-Request-ID': number }) })),
    get: async (query: string): Promise<Sent> => readAnswer(await send(`${path}${query}`, { headers: headers() })),
    /** The XML dialect, as FusionInventory speaks it; OCS with its own name and type. */
    xml: (query: string, content: Content = {}, agent = 'FusionInventory-Agent_v2.6') =>
      post(xmlMessage(query, deviceId, content), (text) => deflateSync(text), {
        'User-Agent': agent,
        'Content-Type': agent.startsWith('OCS') ? 'application/x-compress' : 'application/x-compress-zlib',
      }),
    raw: async (body: Uint8Array, more: Record<string, string> = headers()): Promise<Sent> =>
      readAnswer(await send(path, { method: 'POST', headers: more, body: Uint8Array.from(body) })),
  };
};
