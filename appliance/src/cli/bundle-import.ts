import { BundleError } from '@sallyport/bundle-tools/errors';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { ImportReport } from '../features/exchange/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const quietMs = 2_000;

/** One line per step, and now and then how far a long one is. */
const progressLines = (note: (text: string) => void): ((report: ImportReport) => void) => {
  let step = '';
  let shownMs = 0;
  return (report) => {
    const isNew = report.step !== step;
    if (!isNew && nowMs() - shownMs < quietMs) return;
    step = report.step;
    shownMs = nowMs();
    const amount = report.totalBytes > 0 ? ` ${report.doneBytes} of ${report.totalBytes} bytes` : '';
    const { volume, volumes = 1 } = report;
    note(`${step}${volume === undefined || volumes === 1 ? '' : `, volume ${volume} of ${volumes}`}${amount}`);
  };
};

export const command: Command = {
  summary: 'imports a bundle: a file, a folder, a medium, or several volumes',
  positionals: 'PATH…',
  paths: [{ kind: 'input', beside: ['custody'] }],
  options: {
    'dry-run': { help: 'check it and say what it would change; nothing is changed' },
    'accept-stale': { value: 'REASON', help: 'take it although its time is over; goes into the receipt' },
  },
  example: 'sallyport bundle import /media/usb --data /var/lib/sallyport',
  run: async ({ open, out, positionals, flag, text, cliActor }) => {
    if (positionals.length === 0)
      throw new AppError('USAGE', 'give one bundle: a file, a folder, a medium, or several volumes of it');
    const { exchange } = await open();
    const reason = text('accept-stale');
    const done = await exchange
      .importBundle(cliActor(), positionals, {
        dryRun: flag('dry-run'),
        ...(reason === undefined ? {} : { acceptStale: reason }),
        onProgress: progressLines(out.note),
      })
      .catch((error: unknown) => {
        if (error instanceof BundleError && error.code === 'INCOMPLETE')
          out.note('The next request asks for what is missing: sallyport request export --out DIR');
        throw error;
      });
    if (done.result === 'already') {
      out.line(`ALREADY_IMPORTED: bundle ${done.bundleId}, receipt ${done.receipt}`);
      out.result({ ...done, code: 'ALREADY_IMPORTED' });
      return 0;
    }
    out.result(done);
    const { summary } = done;
    const { counts, findings } = summary;
    out.line(done.result === 'checked' ? 'checked, nothing was changed' : `${done.result}, receipt ${done.receipt}`);
    out.line(`bundle      ${summary.bundleId}, number ${summary.seq}, of ${summary.issuedAt}`);
    if (summary.resumed.objects > 0)
      out.line(`resumed     ${summary.resumed.objects} objects, ${summary.resumed.bytes} bytes from an earlier try`);
    out.line(`objects     ${counts.new} new, ${counts.held} held, ${counts.removed} removed, ${counts.bytes} bytes`);
    out.line(`advisories  ${summary.advisories} new or changed in ${summary.feeds.length} feeds`);
    out.line(`updates     ${summary.updates} in the catalogue`);
    if (findings)
      out.line(`findings    ${findings.opened} opened, ${findings.closed} closed, ${findings.changed} changed`);
    for (const { ecosystem, feeds } of summary.unread ?? [])
      out.note(`warning: nothing here reads advisories of ${ecosystem} (${feeds.join(', ')}): they judge no device`);
    out.line(`unfulfilled ${counts.unfulfilled}`);
    for (const { reason: why, kind, want } of summary.unfulfilled.slice(0, 50)) out.line(`  ${kind} ${want}: ${why}`);
    for (const { feed, newest, ageDays, limitDays, stale } of exchange.knowledge())
      out.note(
        `${feed}: newest ${newest ?? 'unknown'}, ${ageDays ?? '?'} days old${stale ? `, over ${limitDays}` : ''}`,
      );
    for (const { kind, objects, bytes } of summary.unknownKinds ?? [])
      out.note(
        `not stored: ${objects} objects of the kind ${kind}, ${bytes} bytes: this release does not know it; a newer one does`,
      );
    for (const { code, message } of summary.ignored ?? []) out.note(`left out: ${code}: ${message}`);
    for (const warning of summary.warnings) out.note(`warning: ${warning}`);
    if (summary.missingVolumes.length > 0) {
      const { seenVolumes, volumes, missingVolumes } = summary;
      out.note(`VOLUMES_MISSING: ${seenVolumes.length} of ${volumes}, missing ${missingVolumes.join(', ')}`);
      return 1;
    }
    return 0;
  },
};
