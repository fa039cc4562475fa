import { defaultAddresses } from '../features/setup/addresses.ts';
import { noWindow, noWindowNote } from '../features/windows/first-window.ts';
import { parseListen, siteName } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'keys, certificate authority, database and first administrator of a new appliance',
  options: {
    site: { value: 'NAME', required: true, help: "the site's name in documents: a-z, 0-9, -" },
    address: { value: 'NAME', multiple: true, help: 'a name or address that browsers and agents use; may repeat' },
    listen: { value: 'ADDR:PORT', help: 'where the server listens (0.0.0.0:8443)' },
    administrator: { value: 'NAME', help: 'the first account (administrator)' },
    window: { value: 'TIME', help: "when computers may be changed: 'daily 00-24', '2nd Sunday 06-10' or none (none)" },
  },
  example:
    'sallyport init --data /var/lib/sallyport --site plant-7 --address sallyport.plant.example --window "daily 02-05"',
  run: async ({ text, texts, dataDir, out }) => {
    const site = text('site') ?? '';
    if (!siteName.safeParse(site).success) throw new AppError('USAGE', '--site takes 1 to 64 of a-z, 0-9 and -');
    const listen = parseListen(text('listen') ?? '0.0.0.0:8443');
    const given = texts('address');
    const addresses = given.length > 0 ? given : defaultAddresses();
    const [{ initialise }, { openLog }] = await Promise.all([import('../init.ts'), import('../platform/log.ts')]);
    const made = await initialise({
      dataDir,
      site,
      addresses,
      listen,
      administrator: text('administrator') ?? 'administrator',
      window: text('window'),
      log: openLog('warn'),
    });
    const [host = 'localhost'] = addresses;
    const link = `https://${host.includes(':') ? `[${host}]` : host}:${listen.port}${made.linkPath}`;
    out.line(`site            ${site}`);
    out.line(`CA fingerprint  ${made.caFingerprint}`);
    out.line(`first log-in    ${link}  (once, until ${made.linkExpires})`);
    out.line(`recovery key    ${made.recoveryKey}`);
    out.note(
      'Write the recovery key down and keep it away from this computer: only it opens backups, and it is shown only now.',
    );
    if ((text('window') ?? noWindow) === noWindow) out.note(noWindowNote);
    out.result({
      site,
      dataDir,
      addresses,
      caFingerprint: made.caFingerprint,
      link,
      linkPath: made.linkPath,
      linkExpires: made.linkExpires,
      recoveryKey: made.recoveryKey,
    });
    return 0;
  },
};
