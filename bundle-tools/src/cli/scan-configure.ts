import { BundleError } from '../errors.ts';
import { readAntivirus, writeAntivirus } from '../host/antivirus.ts';
import { scanFiles } from '../media/scan.ts';
import type { ScanEngine } from '../media/scan-types.ts';
import { type Command, type CommandInput, textOption } from './command.ts';
import { onState, stateOption } from './state-option.ts';

const given = (input: CommandInput): ScanEngine | undefined => {
  const database = textOption(input, 'database') ?? '/var/lib/clamav';
  switch (textOption(input, 'engine')) {
    case 'clamd':
      return { engine: 'clamd', socket: textOption(input, 'socket') ?? '/run/clamav/clamd.ctl', database };
    case 'clamscan':
      return { engine: 'clamscan', command: textOption(input, 'command') ?? '/usr/bin/clamscan', database };
    case 'off':
      return undefined;
    default:
      throw new BundleError('USAGE', '--engine is one of: off, clamd, clamscan');
  }
};

export const scanConfigure: Command = {
  usage: 'scan configure [--engine off|clamd|clamscan] [--socket PATH] --state DIR',
  example: 'scan configure --engine clamd --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    engine: { value: 'ENGINE', help: 'off, clamd or clamscan; absent: says what is chosen' },
    socket: { value: 'PATH', help: 'of the daemon (/run/clamav/clamd.ctl)' },
    command: { value: 'PATH', help: 'the program (/usr/bin/clamscan)' },
    database: { value: 'DIR', help: 'the definitions, for their date (/var/lib/clamav)' },
  },
  run: onState(async (state, input) => {
    if (textOption(input, 'engine') !== undefined) {
      const engine = given(input);
      // One that does not work would stop every later command: it is refused now.
      const report = engine === undefined ? undefined : await scanFiles(engine, []);
      if (report?.verdict === 'error')
        throw new BundleError('SCAN', `the antivirus does not work: ${report.faults[0]?.reason ?? 'no reason given'}`);
      writeAntivirus(state, engine);
    }
    const engine = readAntivirus(state);
    if (engine === undefined) return { json: { engine: 'off' }, text: ['no antivirus'] };
    const { version, definitionsAt, verdict } = await scanFiles(engine, []);
    return {
      json: { ...engine, version, definitionsAt, works: verdict === 'clean' },
      text: [`${engine.engine} ${version}, definitions of ${definitionsAt}`],
      ...(verdict === 'clean' ? {} : { exit: 1 as const }),
    };
  }),
};
