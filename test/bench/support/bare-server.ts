import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

// The peer of the check-in benchmark: node:https with mutual TLS that answers 200 with a given body and does nothing
// else. Started as a process of its own; its parameters come on stdin as JSON, its port goes out on stdout.

type Parameters = { key: string; cert: string; ca: string; body: string };

const pieces: Buffer[] = [];
for await (const piece of process.stdin as AsyncIterable<Buffer>) pieces.push(piece);
const { body, ...tls } = JSON.parse(Buffer.concat(pieces).toString()) as Parameters;
const reply = Buffer.from(body);

const server = createServer(
  { ...tls, requestCert: true, rejectUnauthorized: false, keepAliveTimeout: 75_000 },
  (request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
      response.end(reply);
    });
  },
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
