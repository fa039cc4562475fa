import { connect } from 'node:tls';
import { deflateSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { xmlMessage } from '../../appliance/test/support/glpi-client.ts';
import { asPem, type GlpiSite, openGlpiSite } from '../support/glpi-site.ts';

// The door of GLPI, FusionInventory and OCS agents as HTTP libraries of long ago and curl speak to it: bytes on a TLS connection.

let site: GlpiSite;
let secret: string;
beforeAll(async () => {
  site = await openGlpiSite();
  secret = site.token({ approve: 'auto' });
});
afterAll(() => site.close());

/** Writes the parts, each when something was answered to the one before; what came until the server ended or fell silent. */
const talk = (parts: readonly (string | Buffer)[], until: RegExp): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: site.port,
      servername: 'localhost',
      ca: asPem(site.appliance.ca.certificateDer),
      ALPNProtocols: ['http/1.1'],
    });
    const left = [...parts];
    let said = Buffer.alloc(0);
    const end = (): void => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(20_000, end);
    socket.on('error', reject);
    socket.on('end', end);
    socket.on('secureConnect', () => socket.write(left.shift() ?? ''));
    socket.on('data', (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      const next = left.shift();
      if (next !== undefined) socket.write(next);
      else if (until.test(said.toString('latin1'))) end();
    });
  });

const prolog = deflateSync(xmlMessage('PROLOG', 'wire-2026-01-02-03-04-05'));
const head = (line: string, ...fields: string[]): string =>
  `${[line, 'Host: localhost', 'User-Agent: OCS-NG_WINDOWS_AGENT_v2.9.2.0', ...fields].join('\r\n')}\r\n\r\n`;
const post = (version: string, ...fields: string[]): string =>
  head(`POST /a/${secret}/glpi HTTP/${version}`, ...fields);
const sized = (body: Buffer): string => `Content-Length: ${body.length}`;
const type = 'Content-Type: application/x-compress';

/** The bodies of the answers, unpacked. */
const answers = (said: Buffer): string[] =>
  said
    .toString('latin1')
    .split(/(?=HTTP\/1\.[01] \d{3} )/)
    .filter((part) => !part.startsWith('HTTP/1.1 100'))
    .map((part) => {
      const [fields = '', ...rest] = part.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(fields)?.[1] ?? 0);
      const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1').subarray(0, length || undefined);
      return `${/^HTTP\/1\.\d (\d{3})/.exec(fields)?.[1]} ${body[0] === 0x78 ? inflateSync(body).toString() : body.toString()}`;
    });
const isSend = expect.stringMatching(/^200 [\s\S]*<RESPONSE>SEND<\/RESPONSE>/);

it('answers HTTP/1.0, and ends the connection', async () => {
  const said = await talk([Buffer.concat([Buffer.from(post('1.0', type, sized(prolog))), prolog])], /$^/);
  expect(answers(said)).toEqual([isSend]);
});

it('lets a client go on that waits for it', async () => {
  const said = await talk(
    [post('1.1', type, sized(prolog), 'Expect: 100-continue'), prolog],
    /HTTP\/1\.1 200[\s\S]*\r\n\r\n./,
  );
  expect(said.toString('latin1')).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
  expect(answers(said)).toEqual([isSend]);
});

it('takes a body in pieces, and one after the other on a connection that stays, however packed', async () => {
  const plain = Buffer.from(xmlMessage('PROLOG', 'wire-2026-01-02-03-04-05'));
  const pieces = (body: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(post('1.1', type, 'Transfer-Encoding: chunked')),
      ...[body.subarray(0, 10), body.subarray(10)].map((piece) =>
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
      ),
      Buffer.from('0\r\n\r\n'),
    ]);
  const zipped = gzipSync(plain);
  const last = Buffer.concat([
    Buffer.from(post('1.1', 'Content-Type: application/x-compress-gzip', sized(zipped), 'Connection: close')),
    zipped,
  ]);
  const said = await talk([pieces(prolog), pieces(plain), last], /$^/);
  expect(answers(said)).toEqual([isSend, isSend, isSend]);
});

it('refuses what is no call of an agent without a failure of its own', async () => {
  const refused = async (line: string): Promise<number> => {
    const said = await talk([head(line, 'Connection: close')], /$^/);
    return Number(/^HTTP\/1\.\d (\d{3})/.exec(said.toString('latin1'))?.[1]);
  };
  const path = `/a/${secret}/glpi`;
  expect(await refused(`GET ${path} HTTP/1.1`)).toBe(404);
  expect(await refused(`HEAD ${path} HTTP/1.1`)).toBe(404);
  for (const line of [
    `PUT ${path} HTTP/1.1`,
    `OPTIONS ${path} HTTP/1.1`,
    `POST ${path} HTTP/1.1`,
    'GET /a/x/glpi HTTP/1.0',
  ])
    expect([line.replace(secret, 'T'), Math.trunc((await refused(line)) / 100)]).toEqual([
      line.replace(secret, 'T'),
      4,
    ]);
});
