import { statfsSync } from 'node:fs';
import { checks, examine } from '../doctor.ts';
import { runJobs } from './worker.ts';

const maxEvents = 50;

/** What `sallyport doctor` would find, as events; and whether the disk fills up. */
await runJobs('self-check', async (_payload, { appliance }) => {
  const { events, store, objects, paths } = appliance;
  const mismatches = await store.verify();
  for (const { sha256, problem } of mismatches.slice(0, maxEvents)) {
    events.record('store-mismatch', { actor: 'system:appliance', params: { sha256, problem } });
  }
  const findings = await examine(
    appliance,
    checks.filter(({ name, warning }) => name !== 'store' && !warning),
  );
  for (const { check, detail } of findings.slice(0, maxEvents)) {
    events.record('doctor-finding', { actor: 'system:appliance', params: { check, detail } });
  }
  appliance.exchange.noteTime();
  const staleFeeds = appliance.exchange.noteStale();
  const keyDates = appliance.exchange.noteKeyDates();
  const { bavail, bsize } = statfsSync(paths.data);
  const freeBytes = bavail * bsize;
  if (freeBytes < objects.setting('exchange.reserve-bytes')) {
    events.record('disk-low', { actor: 'system:appliance', params: { freeBytes } });
  }
  return { mismatches: mismatches.length, findings: findings.length, freeBytes, staleFeeds, keyDates };
});
