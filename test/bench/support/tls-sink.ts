import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

// A receiver that only counts, in a process of its own: node tls-sink.ts HOST PORT KEY CERT. It is sent how many bytes to wait for, and
// answers once they have come: how many milliseconds there were from the first to the last of them.

const [host = '', port = '', key = '', cert = ''] = process.argv.slice(2);
let came = 0;
let firstMs = 0;
let wanted = Number.POSITIVE_INFINITY;

const look = (): void => {
  if (came < wanted) return;
  wanted = Number.POSITIVE_INFINITY;
  came = 0;
  process.send?.(performance.now() - firstMs);
};

createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    if (came === 0) firstMs = performance.now();
    came += bytes.length;
    look();
  });
}).listen(Number(port), host, () => process.send?.('ready'));
process.on('message', (bytes: number) => {
  wanted = bytes;
  look();
});
