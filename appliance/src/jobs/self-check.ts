import { defined } from '@sallyport/bundle-tools/platform/defined';
import { checks, examine } from '../doctor.ts';
import { runJobs } from './worker.ts';

const maxEvents = 50;

/** What `sallyport doctor` would find, as events. */
await runJobs('self-check', async (_payload, { appliance }) => {
  const { events, store } = appliance;
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
  appliance.serverCertificate.noteEnd();
  // The server reads from it that it must not write any more (health).
  const damage = findings.find(({ check, isUnchecked }) => check === 'database' && !isUnchecked)?.detail;
  return { mismatches: mismatches.length, findings: findings.length, staleFeeds, keyDates, ...defined({ damage }) };
});
