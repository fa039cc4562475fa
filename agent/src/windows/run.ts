import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from '../platform/child.ts';
import { decodeWindowsText, parseWindowsReport, type WindowsReport } from './report.ts';

const timeoutMs = 15 * 60_000;
const maxReportBytes = 64 * 1024 * 1024;
const script = fileURLToPath(new URL('../../windows/inventory.ps1', import.meta.url));

/** Runs inventory.ps1 for some sections. Windows PowerShell is part of every Windows that the agent can run on. */
export const readWindows = async (sections: readonly string[]): Promise<WindowsReport> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const out = join(folder, 'report.json');
  try {
    const done = await runChild({
      command: 'powershell.exe',
      args: [
        '-NoProfile',
        '-NonInteractive',
        '-ExecutionPolicy',
        'Bypass',
        '-File',
        script,
        '-Out',
        out,
        '-Sections',
        sections.join(','),
      ],
      timeoutMs,
    });
    if (done.exit !== 0) throw new Error(`PowerShell ended with ${String(done.exit)}: ${done.output.slice(0, 500)}`);
    if (statSync(out).size > maxReportBytes) throw new Error('what PowerShell wrote is too large');
    return parseWindowsReport(decodeWindowsText(readFileSync(out)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
