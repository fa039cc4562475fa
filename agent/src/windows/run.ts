import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { runChild } from '../platform/child.ts';
import { decodeWindowsText, parseWindowsReport, type WindowsReport } from './report.ts';
import { systemProgram } from './system-program.ts';

const timeoutMs = 15 * 60_000;
const maxReportBytes = 64 * 1024 * 1024;

const scriptText = (): string =>
  isSea()
    ? getAsset('inventory.ps1', 'utf8')
    : readFileSync(join(import.meta.dirname, '../../windows/inventory.ps1'), 'utf8');

/**
 * Runs inventory.ps1 for some sections. Windows PowerShell is part of every Windows that the agent can run on. `work`: a folder
 * that only SYSTEM and administrators can write to; everybody may make files below the temporary folder of the system.
 */
export async function readWindows(work: string, sections: readonly string[]): Promise<WindowsReport> {
  ensureDir(work, 0o700);
  const folder = mkdtempSync(join(work, 'windows-'));
  const script = join(folder, 'inventory.ps1');
  const out = join(folder, 'report.json');
  try {
    writeFileSync(script, scriptText(), { mode: 0o600 });
    const done = await runChild({
      command: systemProgram('WindowsPowerShell', 'v1.0', 'powershell.exe'),
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
}
