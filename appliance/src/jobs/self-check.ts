import { checks, examine } from '../doctor.ts';
import { clearDamage, noteDamage } from '../features/health/damage-file.ts';
import { nowIn } from '../platform/database.ts';
import { toFailure } from '../platform/errors.ts';
import { runJobs } from './worker.ts';

const maxEvents = 50;

/** What `sallyport doctor` would find, as events. */
await runJobs('self-check', async (_payload, { appliance }) => {
  const { db, events, paths, store } = appliance;
  const mismatches = await store.verify();
  const findings = await examine(
    appliance,
    checks.filter(({ name, warning }) => name !== 'store' && !warning),
  );
  // First: the server reads from it that it must not write any more (health), and the events may lie in what is damaged.
  const faults = findings.filter(({ check }) => check === 'database');
  const damage = faults.find(({ isUnchecked }) => !isUnchecked)?.detail;
  if (damage !== undefined) noteDamage(paths.data, { at: nowIn(db), detail: damage });
  else if (faults.length === 0) clearDamage(paths.data);
  const record = () => {
    for (const { sha256, problem } of mismatches.slice(0, maxEvents)) {
      events.record('store-mismatch', { actor: 'system:appliance', params: { sha256, problem } });
    }
    for (const { check, detail } of findings.slice(0, maxEvents)) {
      events.record('doctor-finding', { actor: 'system:appliance', params: { check, detail } });
    }
    appliance.exchange.noteTime();
    const staleFeeds = appliance.exchange.noteStale();
    const keyDates = appliance.exchange.noteKeyDates();
    appliance.serverCertificate.noteEnd();
    return { staleFeeds, keyDates };
  };
  const counts = { mismatches: mismatches.length, findings: findings.length };
  try {
    return { ...counts, ...record() };
  } catch (error) {
    // What was checked is known all the same, and told by health.
    if (damage === undefined || toFailure(error).code !== 'DATABASE') throw error;
    return counts;
  }
});
