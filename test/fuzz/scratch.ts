import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for a target whose parser reads files. Whoever runs targets says where (TMPDIR) and removes it. */
export const scratchFolder = (): string => mkdtempSync(join(tmpdir(), 'fuzz-'));
