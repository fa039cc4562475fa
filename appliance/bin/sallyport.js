#!/usr/bin/env node
import crypto from 'node:crypto';

// better-sqlite3 13 crashes without a message on an older Node-API, so the check comes before any other import.
if (Number(process.versions.napi) < 10 || typeof crypto.argon2 !== 'function') {
  console.error(
    `sallyport needs Node.js 24, but was started with ${process.version}. Run "make setup", then start it through make, npm or node_modules/.bin/node.`,
  );
  process.exit(2);
}
// A reader that has seen enough (`| head`) is no fault of ours.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
// The second process of a command that names files: it gives root's rights up before it loads anything else (person/start.ts).
if (process.env.SALLYPORT_PERSON && process.env.SALLYPORT_RUN_AS) {
  const { dropRights } = await import('../../bundle-tools/program/platform/drop-rights.js');
  dropRights(process.env.SALLYPORT_RUN_AS);
}
const { main } = await import('../program/cli/main.js');
await main(process.argv.slice(2));
